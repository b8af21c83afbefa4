"""Booking calendars, of the newer product."""

from collections.abc import Callable
from functools import cache

from ..account import Account
from .dice import chance, key, pick, roll
from .ids import Ids
from .kind import Body, Kind
from .teams import Teams
from .users import Users
from .words import FIRST_NAMES, SUBJECTS

_DURATIONS = (15, 30, 30, 45, 60)


class BookingCalendars(Kind):
    """The account's booking calendars. A calendar's host is a user or a team."""

    name, noun, object = "booking_calendars", "booking calendar", "booking_calendar"

    def __init__(self, account: Account, users: Users, teams: Teams) -> None:
        self.count = account.booking_calendars if account.has_calendars else 0
        self.ids = Ids("BKC-", 10, account.seed)
        self._users, self._teams = users, teams
        self._key = {
            word: key(account.seed, self.name, word)
            for word in ("host", "team", "published", "subject", "duration", "slug")
        }
        self.hosts: Callable[[int], tuple[int, ...]] = cache(self._hosts)

    def make(self, index: int) -> Body:
        subject = pick(self._key["subject"], index, SUBJECTS)
        slug = f"{pick(self._key['slug'], index, FIRST_NAMES).lower()}{index}"
        return {
            "object": self.object,
            "id": self.id(index),
            "host": self.host_id(index),
            "name": f"{subject} calendar {index + 1}",
            "subject": subject,
            "url": f"https://oncehub.com/{slug}",
            "published": self.is_published(index),
            "duration_minutes": self.duration(index),
        }

    def host_id(self, index: int) -> str:
        """The id of the user or the team that hosts."""
        team = self.team(index)
        return self._users.id(self.user(index)) if team is None else self._teams.id(team)

    def _hosts(self, index: int) -> tuple[int, ...]:
        """Who hosted the account's own bookings: a user, or the members of a team at the start."""
        team = self.team(index)
        members = self._users.members(team) if team is not None else []
        return tuple(members) or (self.user(index),)

    def is_published(self, index: int) -> bool:
        """Whether it takes bookings."""
        return index == 0 or not chance(self._key["published"], index, 0.12)

    def duration(self, index: int) -> int:
        """How long its meetings last, in minutes."""
        return pick(self._key["duration"], index, _DURATIONS)

    def user(self, index: int) -> int:
        """The user (its index) who hosts if no team does."""
        return index if index == 0 else roll(self._key["host"], index) % self._users.count

    def team(self, index: int) -> int | None:
        """The team (its index) that hosts, None if a user does."""
        if index == 0 or not self._teams.count or not chance(self._key["team"], index, 0.25):
            return None
        return roll(self._key["host"], index) % self._teams.count

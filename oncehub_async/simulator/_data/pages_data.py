"""Booking calendars, and the booking pages, master pages and event types of the classic product."""

from collections.abc import Callable
from functools import cache

from .._account_settings import Account
from .ids import Ids
from .kind import Body, Kind
from .seeded import chance, key, pick, roll
from .users_data import SimulatedTeams, SimulatedUsers
from .words import CITIES, COMPANIES, FIRST_NAMES, LAST_NAMES, SUBJECTS


class SimulatedMasterPages(Kind):
    """The account's master pages."""

    name, noun, object = "master_pages", "master page", "master_page"

    def __init__(self, account: Account) -> None:
        self.count = account.master_pages if account.has_pages else 0
        self.ids = Ids("MP-", 10, account.seed)
        self._key = key(account.seed, self.name)

    def make(self, index: int) -> Body:
        label = f"{pick(self._key, index, FIRST_NAMES)}{index}"
        return {
            "object": self.object,
            "id": self.id(index),
            "name": pick(self._key, index, COMPANIES),
            "label": label,
            "url": f"https://go.oncehub.com/{label.lower()}",
            "active": not chance(self._key, index + 1, 0.1),
        }


class SimulatedEventTypes(Kind):
    """The account's event types."""

    name, noun, object = "event_types", "event type", "event_type"

    def __init__(self, account: Account) -> None:
        self.count = account.event_types if account.has_pages else 0
        self.ids = Ids("ET-", 10, account.seed)

    def make(self, index: int) -> Body:
        cycle, word = divmod(index, len(SUBJECTS))
        subject = SUBJECTS[word] + (f" {cycle + 1}" if cycle else "")
        return {
            "object": self.object,
            "id": self.id(index),
            "name": subject,
            "description": f"{subject} with one of our people.",
        }


class SimulatedPages(Kind):
    """The account's booking pages, each with its owner, master page and event type."""

    name, noun, object = "booking_pages", "booking page", "booking_page"

    def __init__(
        self,
        account: Account,
        users: SimulatedUsers,
        masters: SimulatedMasterPages,
        types: SimulatedEventTypes,
    ) -> None:
        self.count = account.booking_pages if account.has_pages else 0
        self.ids = Ids("BP-", 10, account.seed)
        self._users, self.masters, self.types = users, masters, types
        self._key = {
            word: key(account.seed, self.name, word)
            for word in ("owner", "master", "type", "active", "city", "first", "last")
        }

    def make(self, index: int) -> Body:
        first = pick(self._key["first"], index, FIRST_NAMES)
        last = pick(self._key["last"], index, LAST_NAMES)
        return {
            "object": self.object,
            "id": self.id(index),
            "name": f"{first} {last}",
            "label": f"{first}{last}{index}",
            "url": f"https://go.oncehub.com/{first}{last}{index}".lower(),
            "active": not chance(self._key["active"], index, 0.1),
            "timezone": pick(self._key["city"], index, CITIES)[3],
        }

    def owner(self, index: int) -> int:
        """The user (its index) who owns the page."""
        return roll(self._key["owner"], index) % self._users.count

    def master_page(self, index: int) -> int | None:
        """The master page (its index) on which it is shown."""
        if not self.masters.count or chance(self._key["master"], index, 0.2):
            return None
        return roll(self._key["master"], index) % self.masters.count

    def event_type(self, index: int) -> int | None:
        """The event type (its index) that it offers."""
        if not self.types.count or chance(self._key["type"], index, 0.15):
            return None
        return roll(self._key["type"], index) % self.types.count


_DURATIONS = (15, 30, 30, 45, 60)


class SimulatedCalendars(Kind):
    """The account's booking calendars. A calendar's host is a user or a team."""

    name, noun, object = "booking_calendars", "booking calendar", "booking_calendar"

    def __init__(self, account: Account, users: SimulatedUsers, teams: SimulatedTeams) -> None:
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

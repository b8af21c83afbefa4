"""When users can be booked: their weekly hours, and dates that differ."""

from copy import deepcopy
from datetime import date
from typing import Any

import attrs

from .._data.instants import parse_date
from .._data.kind import Body
from .._data.seeded import key, pick
from .._data.users_data import SimulatedUsers
from .._data.words import ADDRESSES, CONFERENCING
from .._field_checks import refuse_unsupported, string
from .._service_answers import invalid, missing
from .working_hours import working_hours

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@attrs.frozen
class Schedule:
    """A user's working hours: by the day of the week, and by the date where that differs."""

    weekly: dict[str, list[Body]]
    overrides: dict[str, list[Body]] = attrs.field(factory=dict)

    def hours(self, day: date) -> list[Body]:
        """The working hours of a date; a date's override replaces its weekday's hours."""
        override = self.overrides.get(day.isoformat())
        return self.weekly.get(DAYS[day.weekday()], []) if override is None else override

    def merged(self, changes: Body, today: date, conferencing: str) -> "Schedule":
        """The schedule after a PATCH: whole days and whole dates replaced, null dates deleted.

        Raises ApiError for what isn't allowed; then nothing has changed.
        """
        refuse_unsupported(changes, frozenset({"weekly", "overrides"}), "Unsupported field")
        weekly, overrides = dict(self.weekly), dict(self.overrides)
        seen: set[str] = set()
        for item in _items(changes, "weekly"):
            day = item.get("day")
            if day is None:
                raise missing("weekly.day")
            if string(day, "weekly.day") not in DAYS:
                raise invalid(f"Invalid day: '{day}'", "weekly.day")
            _refuse_twice(day, seen, "weekly")
            if "working_hours" not in item:
                raise missing("weekly.working_hours")
            weekly[day] = working_hours(item["working_hours"], "weekly.working_hours", conferencing)
        seen.clear()
        for item in _items(changes, "overrides"):
            text = _date(item, today)
            _refuse_twice(text, seen, "overrides")
            if "working_hours" not in item:
                raise missing("overrides.working_hours")
            if item["working_hours"] is None:
                overrides.pop(text, None)
            else:
                overrides[text] = working_hours(
                    item["working_hours"], "overrides.working_hours", conferencing
                )
        return Schedule(weekly, overrides)

    def shown(self, timezone: str, first: str | None = None, last: str | None = None) -> Body:
        """The schedule as the API shows it, its overrides from date `first` to `last`."""
        dates = sorted(
            day
            for day in self.overrides
            if (first is None or day >= first) and (last is None or day <= last)
        )
        return deepcopy(
            {
                "object": "schedule",
                "timezone": timezone,
                "weekly": [
                    {"day": day, "working_hours": self.weekly[day]}
                    for day in DAYS
                    if day in self.weekly
                ],
                "overrides": [
                    {
                        "date": day,
                        "day": DAYS[date.fromisoformat(day).weekday()],
                        "working_hours": self.overrides[day],
                    }
                    for day in dates
                ],
            }
        )


class Schedules:
    """Every user's schedule; those that were never changed are made when asked for."""

    def __init__(self, users: SimulatedUsers) -> None:
        self._key = key(users.ids.seed, "schedules")
        self._changed: dict[int, Schedule] = {}

    def of(self, user: int) -> Schedule:
        """The schedule of a user (its index)."""
        return self._changed.get(user) or self._made(user)

    def put(self, user: int, schedule: Schedule) -> None:
        """Replace a user's schedule."""
        self._changed[user] = schedule

    def conferencing(self, user: int) -> tuple[str, ...]:
        """The video services that a user has connected; the first is the default."""
        first = pick(self._key, user, CONFERENCING)
        return (first,) if user % 3 else (first, *(one for one in CONFERENCING[:2] if one != first))

    def _made(self, user: int) -> Schedule:
        online = {
            "type": "online_dynamic_link",
            "value": self.conferencing(user)[0],
            "id": None,
        }
        address, street = ADDRESSES[user % len(ADDRESSES)]
        office = {"type": "in_person_by_host", "value": street, "id": address}
        phone = {"type": "phone_by_guest", "value": None, "id": None}
        morning = {"start_time": "09:00", "end_time": "12:00", "locations": [online]}
        afternoon = {
            "start_time": "13:00",
            "end_time": "17:00",
            "locations": [online, office] if user % 2 else [online, phone],
        }
        return Schedule({day: [morning, afternoon] for day in DAYS[:5]})


def _items(changes: Body, name: str) -> list[Body]:
    value: Any = changes.get(name, [])
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise invalid("Must be an array of objects.", name)
    return value


def _refuse_twice(name: str, seen: set[str], param: str) -> None:
    if name in seen:
        raise invalid(f"Duplicate entry for day or date: '{name}'", param)
    seen.add(name)


def _date(item: Body, today: date) -> str:
    text = item.get("date")
    if text is None:
        raise missing("overrides.date")
    day = parse_date(text) if isinstance(text, str) else None
    if day is None:
        raise invalid("Invalid date format for date. Expected format: YYYY-MM-DD", "overrides.date")
    if day < today:
        raise invalid(f"Date cannot be in the past: '{text}'", "overrides.date")
    return str(text)

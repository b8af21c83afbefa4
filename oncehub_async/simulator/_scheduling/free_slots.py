"""Which times of a booking calendar are free."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import attrs

from .._data.instants import MINUTE, from_datetime, to_datetime
from .._data.kind import Body
from .meetings import Span, overlaps
from .simulated_availability import Schedule

_STEP = timedelta(minutes=30)
_TYPES = {
    "online_dynamic_link": "virtual",
    "online_static_link": "virtual_static",
    "in_person_by_host": "physical",
    "in_person_by_guest": "in_person_by_guest",
    "phone_by_guest": "guest_phone",
}


@attrs.frozen
class Host:
    """A user who may host: id, time zone, schedule, and the union of when they are taken."""

    id: str
    timezone: str
    schedule: Schedule
    taken: Sequence[Span]


@attrs.frozen
class Slot:
    """A free time: its start, where the meeting can be, and the host who would take it."""

    start: int
    locations: list[Body]
    host: str


def free_slots(host: Host, duration: int, first: int, last: int) -> Iterator[Slot]:
    """The slots of `duration` minutes that start from `first` to before `last`, in order."""
    if not 0 <= first < last <= _FARTHEST:
        return
    zone = ZoneInfo(host.timezone)
    length = timedelta(minutes=duration)
    day = to_datetime(first).astimezone(zone).date() - timedelta(days=1)
    final = to_datetime(last).astimezone(zone).date()
    while day <= final:
        for hours in host.schedule.hours(day):
            opens, closes = (
                datetime.combine(day, time.fromisoformat(hours[name])) for name in _ENDS
            )
            locations = _locations(hours["locations"])
            while opens + length <= closes:
                start = from_datetime(opens.replace(tzinfo=zone).astimezone(UTC))
                span = (start, start + duration * MINUTE)
                if first <= start < last and not overlaps(host.taken, span):
                    yield Slot(start, locations, host.id)
                opens += _STEP
        day += timedelta(days=1)


_ENDS = ("start_time", "end_time")
# The year 8307: a day's local time stays within what a date can hold.
_FARTHEST = 200_000_000_000_000


_SHOWN_VALUES = ("physical", "virtual")


def as_in_april(location: Body) -> Body:
    """A location as slots showed it then: of addresses the id only."""
    return location | {"value": None} if location["type"] == "physical" else location


def _locations(working: list[Body]) -> list[Body]:
    found = []
    for location in working:
        kind = _TYPES[location["type"]]
        found.append(
            {
                "type": kind,
                "value": location["value"] if kind in _SHOWN_VALUES else None,
                "id": location["id"] if kind == "physical" else None,
            }
        )
    return found or [{"type": "virtual", "value": "google_meet", "id": None}]

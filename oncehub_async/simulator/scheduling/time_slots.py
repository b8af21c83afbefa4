"""Which times of a booking calendar are free."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import attrs

from ..data.kind import Body
from ..data.times import MINUTE, from_datetime, to_datetime
from .availability import Schedule

Span = tuple[int, int]
"""From the first instant to the second, in milliseconds since 1970."""

_STEP = timedelta(minutes=30)
_TYPES = {
    "online_dynamic_link": "virtual",
    "online_static_link": "virtual_static",
    "in_person_by_host": "physical",
    "phone_by_guest": "guest_phone",
}


@attrs.frozen
class Host:
    """A user who may host: id, time zone, schedule, and when they are taken already."""

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


def free_slots(hosts: Iterable[Host], duration: int, first: int, last: int) -> list[Slot]:
    """The slots of `duration` minutes that start from `first` to before `last`, in order.

    With several hosts (a team) a time is free when one of them is; the first of those takes it.
    """
    found: dict[int, Slot] = {}
    for host in hosts:
        for slot in _slots_of(host, duration, first, last):
            found.setdefault(slot.start, slot)
    return [found[start] for start in sorted(found)]


def _slots_of(host: Host, duration: int, first: int, last: int) -> Iterator[Slot]:
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
                if first <= start < last and not _is_taken(host, start, duration):
                    yield Slot(start, locations, host.id)
                opens += _STEP
        day += timedelta(days=1)


_ENDS = ("start_time", "end_time")


def _is_taken(host: Host, start: int, duration: int) -> bool:
    end = start + duration * MINUTE
    return any(start < until and since < end for since, until in host.taken)


def _locations(working: list[Body]) -> list[Body]:
    found = []
    for location in working:
        kind = _TYPES[location["type"]]
        found.append(
            {
                "type": kind,
                "value": location["value"] if kind == "virtual" else None,
                "id": location["id"] if kind == "physical" else None,
            }
        )
    return found or [{"type": "virtual", "value": "google_meet", "id": None}]

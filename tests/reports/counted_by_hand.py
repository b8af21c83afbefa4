"""The reports' numbers, counted in the plainest way from the account's own bookings."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import attrs

STATUSES = ("requested", "scheduled", "rescheduled", "completed", "no_show", "canceled")


@attrs.frozen
class Asked:
    """What a report was asked for."""

    by: str
    zone: str
    now: datetime
    since: datetime | None = None
    until: datetime | None = None

    def time(self, booking: dict[str, Any]) -> datetime | None:
        """The time by which a booking is counted, in the zone."""
        name = "starting_time" if self.by == "meeting" else "creation_time"
        text = booking.get(name)
        if text is None:
            return None
        return datetime.fromisoformat(text).astimezone(ZoneInfo(self.zone))


def counted(bookings: Iterable[dict[str, Any]], asked: Asked) -> list[dict[str, Any]]:
    """The bookings that count."""
    bookings = list(bookings)
    replaced = {each.get("rescheduled_booking_id") for each in bookings}
    found = []
    for each in bookings:
        at = asked.time(each)
        if each["id"] in replaced or at is None:
            continue
        if asked.by == "meeting" and each.get("status") == "requested":
            continue
        if asked.since is not None and at < asked.since:
            continue
        if asked.until is not None and at >= asked.until:
            continue
        found.append(each)
    return found


def summary(bookings: Iterable[dict[str, Any]], asked: Asked) -> tuple[Any, ...]:
    """The columns of counts and rates; by meeting, none is for those that are only requested."""
    bookings = list(bookings)
    statuses = Counter(each.get("status") for each in bookings)
    past = [
        each
        for each in bookings
        if each.get("starting_time") and datetime.fromisoformat(each["starting_time"]) < asked.now
    ]
    outcomes = Counter(each.get("status") for each in past)
    came, all_of_them = outcomes["completed"], outcomes["completed"] + outcomes["no_show"]
    return (
        len(bookings),
        *(statuses[each] for each in STATUSES if each != "requested" or asked.by == "creation"),
        sum(bool(each.get("in_trash")) for each in bookings),
        came / all_of_them if all_of_them else None,
        statuses["canceled"] / len(bookings) if bookings else None,
    )


def grouped(
    bookings: Iterable[dict[str, Any]], asked: Asked, key: Callable[[dict[str, Any]], Any]
) -> dict[Any, tuple[Any, ...]]:
    """A summary for each group."""
    groups: dict[Any, list[dict[str, Any]]] = {}
    for each in counted(bookings, asked):
        groups.setdefault(key(each), []).append(each)
    return {name: summary(each, asked) for name, each in groups.items()}


def first_day(at: datetime, per: str) -> date:
    """The first day of the span of time."""
    day = at.date()
    if per == "week":
        return day - timedelta(days=day.isoweekday() - 1)
    if per == "month":
        return date(day.year, day.month, 1)
    if per == "quarter":
        return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
    return day


def lead_hours(booking: dict[str, Any]) -> float | None:
    """Hours from the booking's making to its meeting."""
    if not booking.get("starting_time") or not booking.get("creation_time"):
        return None
    between = datetime.fromisoformat(booking["starting_time"]) - datetime.fromisoformat(
        booking["creation_time"]
    )
    return between.total_seconds() / 3600

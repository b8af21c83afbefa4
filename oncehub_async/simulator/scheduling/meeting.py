"""When a booking's meeting takes place, without making the booking."""

import attrs

from ..collection import Collection
from ..data.bookings import Bookings
from ..data.times import MINUTE, parse


@attrs.frozen
class Meeting:
    """A booking's status, and its meeting's start and end in milliseconds since 1970."""

    status: str
    start: int
    end: int


def meeting(kind: Bookings, bookings: Collection, index: int) -> Meeting | None:
    """The meeting of booking `index` as it is now, None if that was deleted."""
    if not bookings.exists(index):
        return None
    body = bookings.changed.get(index)
    if body is None:
        start, minutes = kind.starting(index), kind.duration(index)
        return Meeting(kind.status(index), start, start + minutes * MINUTE)
    start = int(parse(body["starting_time"]) or 0)
    return Meeting(body["status"], start, start + body["duration_minutes"] * MINUTE)

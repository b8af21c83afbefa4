"""Which event tells of a booking that changed while nobody listened. Pure rules.

The API shows how a booking is now and when it changed last, not what happened to it. Where that
can be told it is; else the event is `booking.changed`, a type that OnceHub never sends.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import attrs

from .._ground import read_time
from ..models import BookingStatus, EventName

CHANGED = "booking.changed"
"""The type of what changed, where the state doesn't tell how."""

_PREFIX = "CAUGHT-UP-"
_LONGEST_ID = 200
_SECOND = 1_000
_OF_STATUS = {
    BookingStatus.RESCHEDULED: EventName.BOOKING_RESCHEDULED,
    BookingStatus.COMPLETED: EventName.BOOKING_COMPLETED,
    BookingStatus.NO_SHOW: EventName.BOOKING_NO_SHOW,
}
_TAKES_PLACE = (BookingStatus.SCHEDULED, BookingStatus.RESCHEDULED)


def caught_up_id(booking: object, updated: object) -> str | None:
    """The id of the event that tells of a booking as it was last updated at that time.

    It is always the same, so that an inbox takes it once. None for what is no booking's state.
    """
    time = read_time(updated)
    if not isinstance(booking, str) or not 0 < len(booking) <= _LONGEST_ID or time is None:
        return None
    if not (booking.isascii() and booking.isprintable()):
        return None
    return f"{_PREFIX}{booking}-{_milliseconds(time)}"


def is_caught_up(event_id: str) -> bool:
    """Whether such an id is that of an event that was caught up, which OnceHub never sent."""
    return event_id.startswith(_PREFIX)


@attrs.frozen(kw_only=True)
class BookingState:
    """How a booking was when it was last `updated`; times are milliseconds since 1970."""

    booking: str
    event_id: str
    """Of the event that would tell of it."""
    updated: int
    created: int | None
    starting: int | None
    status: str | None
    owner: str | None
    in_trash: bool


def state_of(booking: Mapping[str, Any]) -> BookingState | None:
    """The state of a booking as JSON data has it; None where it has no id or no such time."""
    event_id = caught_up_id(booking.get("id"), booking.get("last_updated_time"))
    updated = _moment(booking, "last_updated_time")
    if event_id is None or updated is None:
        return None
    owner, status = booking.get("owner"), booking.get("status")
    owner = owner.get("id") if isinstance(owner, Mapping) else owner
    return BookingState(
        booking=str(booking["id"]),
        event_id=event_id,
        updated=updated,
        created=_moment(booking, "creation_time"),
        starting=_moment(booking, "starting_time"),
        status=status if isinstance(status, str) else None,
        owner=owner if isinstance(owner, str) else None,
        in_trash=booking.get("in_trash") is True,
    )


def is_known(state: BookingState, newest: BookingState | None) -> bool:
    """Whether the newest state that is known of a booking is this one, or one that came after it.

    A time may be shown with milliseconds in one place and without in another.
    """
    if newest is None:
        return False
    times = newest.updated, state.updated
    same_second = times[0] // _SECOND == times[1] // _SECOND
    return times[0] >= times[1] or (same_second and any(each % _SECOND == 0 for each in times))


def type_of(state: BookingState, before: BookingState | None, since: int) -> str | None:
    """The type of the event that tells of a state; None where OnceHub sends none.

    `before` is what was known of the booking. It is new if it was created after `since`
    (milliseconds since 1970).

    A booking that waits for approval sends nothing. The three kinds of cancellation look alike.
    """
    if state.status == BookingStatus.REQUESTED:
        return None
    if before is None:
        return _first_told(state, since)
    if state.starting == before.starting and state.status == before.status:
        owners = {state.owner, before.owner}
        is_reassigned = len(owners - {None}) == 2 and state.status in _TAKES_PLACE
        return EventName.BOOKING_REASSIGNED.value if is_reassigned else CHANGED
    if state.status == before.status != BookingStatus.RESCHEDULED:
        return CHANGED
    return _of_status(state)


def must_have_been_sent(state: BookingState, before: BookingState | None, since: int) -> bool:
    """Whether OnceHub sends an event when a booking comes into such a state, without a doubt."""
    if type_of(state, before, since) != CHANGED:
        return state.status != BookingStatus.REQUESTED
    is_canceled = state.status == BookingStatus.CANCELED
    if before is None:
        return is_canceled and not state.in_trash
    return is_canceled and before.status != BookingStatus.CANCELED


def _first_told(state: BookingState, since: int) -> str:
    if state.in_trash:
        return CHANGED  # to be thrown away may be all that happened to it
    is_new = state.created is not None and state.created > since
    if state.status == BookingStatus.SCHEDULED and is_new:
        return EventName.BOOKING_SCHEDULED.value
    return _of_status(state)


def _of_status(state: BookingState) -> str:
    for status, name in _OF_STATUS.items():
        if state.status == status:
            return name.value
    return CHANGED


def _moment(booking: Mapping[str, Any], field: str) -> int | None:
    time = read_time(booking.get(field))
    return None if time is None else _milliseconds(time)


def _milliseconds(time: datetime) -> int:
    return round(time.timestamp() * _SECOND)

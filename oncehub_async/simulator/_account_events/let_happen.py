"""Letting one of the events happen, to an object that is named or to some."""

from ..._ground import did_you_mean
from .._data.webhooks_data import EVENT_TYPES, EventType, NothingThere
from .._state import AccountState
from . import booking_events as bookings
from .conversation_events import BEGINNINGS


def happen(state: AccountState, type: str, id: str | None, now: int) -> str:
    """Let `type` happen now; the id of the booking or conversation to which it happened.

    Raises ValueError for what can't happen, KeyError for an id that isn't there, and LookupError
    if nothing is there to which it could happen.
    """
    if type not in EVENT_TYPES:
        raise ValueError(f"type: {type!r} is no event; {did_you_mean(type, EVENT_TYPES)}")
    if type.startswith("booking."):
        return _to_booking(state, type, id, now)
    return _to_conversation(state, type, id, now)


def _to_booking(state: AccountState, what: EventType, id: str | None, now: int) -> str:
    if id is not None:
        index = state.bookings.index(id)
        if index is None or not state.bookings.exists(index):
            raise KeyError(id)
    elif what == "booking.scheduled":
        return bookings.book(state, now)
    else:
        index = bookings.find(state, bookings.STATUSES[what], state.announced)
        if index is None:
            can = " or ".join(bookings.STATUSES[what])
            raise NothingThere(f"{what}: no booking is {can}; name one, or let one be scheduled")
    bookings.befall(state, what, index, now)
    return state.bookings.kind.id(index)


def _to_conversation(state: AccountState, what: EventType, id: str | None, now: int) -> str:
    conversations = state.conversations
    if id is None and what in BEGINNINGS:
        found = conversations.begin(what, now)
    else:
        named = conversations.oldest() if id is None else id
        if named is None:
            raise NothingThere(f"{what}: no conversation is open; let one be started")
        conversations.go_on(named, what, now)
        found = named
    state.announce(what, found, now)
    conversations.forget_ended(found)
    return found

"""What the tables of SQLite and PostgreSQL have in common: columns, and how far a repair goes."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from ..._ground import checks
from ...errors import InvalidParameterError
from .records import State, StoredEvent
from .selection import InboxEntry

EVENTS_AT_ONCE = 2_000


class Span(NamedTuple):
    """Events by their number: after the first, up to the second."""

    after: int
    upto: int


EVERYTHING = Span(-1, 1 << 62)


def spans(first: int, last: int) -> list[Span]:
    """The events from the first number to the last, some at a time."""
    return [
        Span(start - 1, min(start - 1 + EVENTS_AT_ONCE, last))
        for start in range(first, last + 1, EVENTS_AT_ONCE)
    ]


def event_of(row: Iterable[Any]) -> StoredEvent:
    """An event from its columns: id, type, subject, created, received, body, trace context."""
    event_id, event_type, subject, created, received, body, trace_context = row
    return StoredEvent(
        id=event_id,
        type=event_type,
        subject=subject,
        creation_time=created,
        received=received,
        body=body,
        trace_context=trace_context,
    )


def entry_of(row: Iterable[Any]) -> InboxEntry:
    """An entry from its columns, in the order of its fields."""
    event_id, event_type, subject, received, handler, state, attempts, due, finished, error = row
    return InboxEntry(
        event_id=event_id,
        type=event_type,
        subject=subject,
        received=received,
        handler=handler,
        state=None if state is None else State(state),
        attempts=attempts,
        due=due,
        finished=finished,
        error=error,
    )


def refuse_to_forget(received_before: float, now: float, needed: float) -> None:
    """Raise `InvalidParameterError` for what the receiver still needs to know replays by."""
    if now - received_before < needed:
        raise InvalidParameterError(
            "older_than",
            f"expected at least {needed / checks.DAY:.2f} days: the receiver accepts "
            "signatures of that age, so that what is forgotten could be replayed",
        )

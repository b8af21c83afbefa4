"""The types of events, and which of them a handler asks for.

https://help.oncehub.com/developers/api/#tag/webhook-events lists them. An event always arrives with
its specific type; `booking` and `conversation` stand for all that begin so.
"""

import logging
from collections.abc import Iterable
from typing import Literal

from .._ground import Lines, did_you_mean, fields
from ..errors import InvalidParameterError
from ..models import EventName
from ._changed_bookings import CHANGED

BOOKING = "booking"
CONVERSATION = "conversation"
ANY = "*"

SPECIFIC = tuple(str(name) for name in EventName if name is not EventName.BOOKING)
"""The twelve types that an event can arrive with."""

COMPOSITE = (BOOKING, CONVERSATION, ANY)

_HANDLED = (*SPECIFIC, CHANGED, *COMPOSITE)

BookingType = Literal[
    "booking",
    "booking.scheduled",
    "booking.rescheduled",
    "booking.reassigned",
    "booking.canceled_then_rescheduled",
    "booking.canceled_reschedule_requested",
    "booking.canceled",
    "booking.completed",
    "booking.no_show",
    "booking.changed",
    EventName.BOOKING,
    EventName.BOOKING_SCHEDULED,
    EventName.BOOKING_RESCHEDULED,
    EventName.BOOKING_REASSIGNED,
    EventName.BOOKING_CANCELED_THEN_RESCHEDULED,
    EventName.BOOKING_CANCELED_RESCHEDULE_REQUESTED,
    EventName.BOOKING_CANCELED,
    EventName.BOOKING_COMPLETED,
    EventName.BOOKING_NO_SHOW,
]
ConversationType = Literal[
    "conversation",
    "conversation.reached_out",
    "conversation.started",
    "conversation.closed",
    "conversation.abandoned",
    EventName.CONVERSATION_REACHED_OUT,
    EventName.CONVERSATION_STARTED,
    EventName.CONVERSATION_CLOSED,
    EventName.CONVERSATION_ABANDONED,
]
EventType = BookingType | ConversationType | EventName | Literal["*"]
"""What a handler can ask for."""


def family(type: str) -> str:
    """What comes before the dot: `booking` for `booking.canceled`."""
    return type.partition(".")[0]


def matches(asked: frozenset[str], type: str) -> bool:
    """Whether a handler of the types `asked` wants an event of `type`."""
    return type in asked or ANY in asked or family(type) in asked


def checked(types: Iterable[object], *, unlisted: bool) -> frozenset[str]:
    """The types that a handler asks for.

    Raises `InvalidParameterError`, with a suggestion, for one that is not documented, unless
    `unlisted` says that it is meant.
    """
    asked = list(types)
    if not asked:
        raise InvalidParameterError("types", "name at least one event type, or '*' for all")
    for each in asked:
        if callable(each):
            raise InvalidParameterError(
                "types", 'expected event types: write @receiver.on("booking.scheduled")'
            )
        if not isinstance(each, str) or not each:
            raise InvalidParameterError(
                "types", f"expected the name of an event type, got {type(each).__name__}"
            )
        if each not in _HANDLED and not unlisted:
            raise InvalidParameterError(
                "types", f"{each!r} is no event type; {_hint(each, _HANDLED)}"
            )
    return frozenset(map(str, asked))


def check_event_type(type: str, *, unlisted: bool = False) -> None:
    """Raises `InvalidParameterError` for a type that no event arrives with.

    `unlisted` takes one that isn't documented, as long as it stands for no others.
    """
    if type in COMPOSITE or (type not in SPECIFIC and not unlisted):
        raise InvalidParameterError("type", f"{type!r} is no event's type; {_hint(type, SPECIFIC)}")


def _hint(type: str, known: tuple[str, ...]) -> str:
    return f"{did_you_mean(type, known)} (unlisted=True takes one that is newer than this version)"


logger = logging.getLogger("oncehub_async.webhooks")

_CLASSES = {BOOKING: "BookingEvent", CONVERSATION: "ConversationEvent"}
_MOST_TYPES = 100


class Unhandled:
    """Remembers which types it told of."""

    def __init__(self) -> None:
        self._told: set[str] = set()

    def tell(self, type: str) -> None:
        """Log that no handler asks for events of a type, the first time."""
        if type in self._told or len(self._told) >= _MOST_TYPES:
            return
        self._told.add(type)
        logger.warning(
            "no handler asks for %s events; this one would:\n\n%s\n",
            type,
            handler_for(type),
            extra=fields(event_type=type),
        )


def handler_for(type: str) -> str:
    """The code of a handler for events of a type."""
    known = type in SPECIFIC
    name = "".join(char if char.isalnum() else "_" for char in f"on_{type}").lower()
    cls = _CLASSES.get(family(type), "Event") if known else "Event"
    asks = f'"{type}"' if known else f"{type!r}, unlisted=True"
    return Lines(
        f"@receiver.on({asks})\nasync def {name}(event: {cls}) -> None:\n    print(event.data)"
    )

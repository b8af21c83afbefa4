"""Telling once of events that nothing handles, with a handler to paste."""

import logging

from .event_types import BOOKING, CONVERSATION, SPECIFIC, family

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
            "no handler asks for %s events; this one would:\n\n%s\n", type, handler_for(type)
        )


def handler_for(type: str) -> str:
    """The code of a handler for events of a type."""
    known = type in SPECIFIC
    name = "".join(char if char.isalnum() else "_" for char in f"on_{type}").lower()
    cls = _CLASSES.get(family(type), "Event") if known else "Event"
    asks = f'"{type}"' if known else f"{type!r}, unlisted=True"
    return f"@receiver.on({asks})\nasync def {name}(event: {cls}) -> None:\n    print(event.data)"

"""Events: an envelope around a booking or a conversation, as the vendor's schemas show them."""

import attrs
import orjson

from ...webhooks.payload import delivered_booking, envelope
from ..data.ids import Ids
from ..data.kind import Body
from ..data.times import with_milliseconds
from ..expansion import expand
from ..happenings.happening import Happening
from ..state import State

_IN_CONVERSATION = (("contact",), ("owner",), ("bot",), ("website",))
_IN_BOOKING = (("conversation",), ("booking_page",), ("master_page",), ("event_type",))


@attrs.frozen
class Event:
    """An event as it is delivered, however often: its bytes never change."""

    id: str
    type: str
    object_id: str
    body: bytes = attrs.field(repr=False)


class Events:
    """Makes the account's events, one after the other; the number of the `first` tells its id."""

    def __init__(self, state: State, first: int) -> None:
        self._state = state
        self._ids = Ids("EVNT-", 10, state.account.seed)
        self._number = first

    def make(self, happening: Happening) -> Event:
        """The event that tells of this, with the object as it is now."""
        own = self._ids.encode(self._number)
        self._number += 1
        sent = envelope(
            id=own,
            type=happening.type,
            creation_time=with_milliseconds(happening.now),
            data=data(self._state, happening.id),
        )
        return Event(own, happening.type, happening.id, orjson.dumps(sent))


def data(state: State, id: str) -> Body:
    """A booking or a conversation as webhooks show it, with what is included in it expanded.

    Live bookings have their owner as an object, against the document: so have those of an
    account with quirks.
    """
    body = dict(state.shown(id) or {})
    if body.get("object") == "conversation":
        return expand(state, body, _IN_CONVERSATION)
    included = (*_IN_BOOKING, ("owner",)) if state.account.quirks else _IN_BOOKING
    return expand(state, delivered_booking(body), included)


def subscribes(events: list[str], type: str) -> bool:
    """Whether a webhook with these `events` gets one of this type."""
    return type in events or type.partition(".")[0] in events

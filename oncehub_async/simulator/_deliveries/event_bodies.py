"""Events as they are delivered: an envelope around an object, and headers with a signature."""

import time
from collections.abc import Collection

import attrs

from ..._ground import dump_json
from ...testing import EVENTS_OF_V1, ApiVersion, booking_in_v1, delivered_booking, envelope
from ...webhooks import SIGNATURE_HEADER, signature_header
from .._data.ids import Ids
from .._data.instants import SECOND, with_milliseconds
from .._data.kind import Body
from .._data.webhooks_data import AccountEvent
from .._expansion import expand
from .._simulated_clock import SimulatedClock
from .._state import AccountState
from .delivery_faults import DeliveryFault
from .delivery_settings import Timestamp

_IN_CONVERSATION = (("contact",), ("owner",), ("bot",), ("website",))
_IN_BOOKING = (("conversation",), ("booking_page",), ("master_page",), ("event_type",))


@attrs.frozen
class DeliveredEvent:
    """An event as it is delivered, however often: its bytes never change."""

    id: str
    type: str
    object_id: str
    body: bytes = attrs.field(repr=False)


class DeliveredEvents:
    """Makes the account's events, one after the other; the number of the `first` tells its id."""

    def __init__(self, state: AccountState, first: int, version: ApiVersion = "v2") -> None:
        self._state, self._version = state, version
        self._ids = Ids("EVNT-", 10, state.account.seed)
        self._number = first

    def make(self, happening: AccountEvent) -> DeliveredEvent:
        """The event that tells of this, with the object as it is now."""
        own = self._ids.encode(self._number)
        self._number += 1
        sent = envelope(
            id=own,
            type=happening.type,
            creation_time=with_milliseconds(happening.now),
            data=(data if self._version == "v2" else data_in_v1)(self._state, happening.id),
            api_version=self._version,
        )
        return DeliveredEvent(own, happening.type, happening.id, dump_json(sent))


def data(state: AccountState, id: str) -> Body:
    """A booking or a conversation as webhooks show it, with what is included in it expanded.

    Live bookings have their owner as an object, against the document: so have those of an
    account with quirks.
    """
    body = dict(state.shown(id) or {})
    if body.get("object") == "conversation":
        return expand(state, body, _IN_CONVERSATION)
    included = (*_IN_BOOKING, ("owner",)) if state.account.quirks else _IN_BOOKING
    return expand(state, delivered_booking(body), included)


def data_in_v1(state: AccountState, id: str) -> Body:
    """A booking as webhooks of v1 show it."""
    body = data(state, id)
    owner = body.get("owner")
    shown = state.shown(owner) if isinstance(owner, str) else owner
    earlier = state.shown(str(body.get("rescheduled_booking_id"))) or {}
    return booking_in_v1(body | {"owner": shown}, replaced=earlier.get("tracking_id"))


def subscribes(events: list[str], type: str, version: ApiVersion = "v2") -> bool:
    """Whether a webhook with these `events` gets one of this type."""
    if version == "v1" and type not in EVENTS_OF_V1:
        return False
    return type in events or type.partition(".")[0] in events


def timestamp(face: SimulatedClock, shown: Timestamp) -> int:
    """What a signature made now shows, in seconds since 1970."""
    return face.milliseconds() // SECOND if shown == "simulated" else int(time.time())


def headers(
    secret: str | None, body: bytes, signed: int, faults: Collection[DeliveryFault]
) -> dict[str, str]:
    """Headers with the signature of `signed` (seconds since 1970), unless faults spoil it.

    Without a secret there is none, as of webhooks of v1.
    """
    found = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "OnceHub"}
    header = secret
    for fault in faults:
        match fault.kind:
            case "old_timestamp":
                signed -= int(fault.seconds)
            case "wrong_signature":
                secret = secret[::-1] if secret else None
            case "unsigned":
                header = None
    if header is not None and secret is not None:
        found[SIGNATURE_HEADER] = signature_header(body, secret, signed)
    return found

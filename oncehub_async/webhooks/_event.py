"""Events as handlers get them. https://help.oncehub.com/developers/api/#tag/webhook-events"""

from datetime import datetime
from functools import cached_property
from typing import Any, TypeVar

from .._ground import off_loop
from ..errors import ModelError
from ..models import Booking, BookingV1, Conversation, Model, from_dict
from ._accepting.signature import MAX_SKEW, RETRY_WINDOW, HeaderValue, raw_body, verify_signature
from ._accepting.signing_secrets import Secrets
from ._changed_bookings import is_caught_up
from ._envelope import (
    UNREADABLE,
    Envelope,
    envelope_of,
    envelope_of_unreadable,
    parse_whole,
    time_of,
)
from ._event_names import BOOKING, CONVERSATION, family
from ._inbox import StoredEvent
from ._webhook_errors import EnvelopeError, EventDataError

M = TypeVar("M", bound=Model)

V1 = "v1"
"""What `api_version` is in events of webhooks that were made before v2, which aren't signed."""


class Event:
    """An event of any type.

    `raw` is the envelope as JSON data, with whatever the vendor added to it. `body` are the bytes
    as they arrived. A repr shows nothing about people.

    Of what was signed and can't be read, `type` is "unreadable", the `id` is made from the body,
    and `raw` is empty unless the body is a JSON object. Handlers of "*" get it.
    """

    def __init__(self, body: bytes, raw: dict[str, Any], envelope: Envelope) -> None:
        self.body: bytes = body
        self.raw: dict[str, Any] = raw
        self.id: str = envelope.id
        self.type: str = envelope.type

    @property
    def caught_up(self) -> bool:
        """Whether OnceHub never sent it, and the receiver found out what it would have told.

        Of a booking it shows the state as it was then; `type` is "booking.changed" where that
        doesn't tell what happened. See `Receiver.catch_up`.
        """
        return is_caught_up(self.id)

    @cached_property
    def creation_time(self) -> datetime | None:
        """When it happened, in UTC."""
        return time_of(self.raw.get("creation_time"))

    @property
    def api_version(self) -> str | None:
        """The version of the API whose form the data has: "v2"."""
        version = self.raw.get("api_version")
        return version if isinstance(version, str) else None

    @property
    def data(self) -> Any:
        """What the event is about: a model for the documented types, else JSON data."""
        return self.raw.get("data")

    def __repr__(self) -> str:
        return f"{type(self).__name__}(id={self.id!r}, type={self.type!r})"


class BookingEvent(Event):
    """An event about a booking, `data`.

    Where what was sent doesn't fit the model, `data` raises `EventDataError`; `raw` has it.
    Events of webhooks of v1 have the older form of a booking: read `data_v1` of those, and
    `api_version` to tell them apart.
    """

    @cached_property
    def data(self) -> Booking:
        """The booking as it was when the event happened."""
        if self.api_version == V1:
            raise EventDataError(
                "the event is of a webhook of v1, whose bookings have an older form; read "
                "event.data_v1, or create the webhook anew, which makes it one of v2"
            )
        return _model(self, Booking)

    @cached_property
    def data_v1(self) -> BookingV1:
        """The booking in the form of v1. Raises `EventDataError` for an event of another version.

        https://github.com/scheduleonce/developer-center/tree/v1.0.0
        """
        if self.api_version != V1:
            raise EventDataError("the event is of no webhook of v1; read event.data")
        return _model(self, BookingV1)


class ConversationEvent(Event):
    """An event about a conversation, `data`.

    Where what was sent doesn't fit the model, `data` raises `EventDataError`; `raw` has it.
    """

    @cached_property
    def data(self) -> Conversation:
        """The conversation as it was when the event happened."""
        return _model(self, Conversation)


def _model(event: Event, cls: type[M]) -> M:
    try:
        return from_dict(event.raw.get("data"), cls, at="data")
    except ModelError as error:
        raise EventDataError(f'{error}; event.raw["data"] has it as it was sent') from None


_BY_FAMILY: dict[str, type[Event]] = {BOOKING: BookingEvent, CONVERSATION: ConversationEvent}


def read_event(body: bytes) -> Event:
    """The event in a body whose signature was verified. Raises `EnvelopeError`.

    One of a type that is not known yet is an event too; its `data` is JSON data.
    """
    body = raw_body(body)
    raw = parse_whole(body)
    envelope = envelope_of(raw)
    return _BY_FAMILY.get(family(envelope.type), Event)(body, raw, envelope)


def kept_event(type: str, body: bytes) -> Event:
    """An event that an inbox kept under `type`. Raises `EnvelopeError`."""
    if type != UNREADABLE:
        return read_event(body)
    try:
        raw = parse_whole(body)
    except EnvelopeError:
        raw = {}
    return Event(body, raw, envelope_of_unreadable(body))


def damaged_event(id: str, type: str) -> Event:
    """What is known of an event whose body an inbox has lost."""
    return Event(b"", {}, Envelope(id, type, subject=id, creation_time=None))


async def event_of(stored: StoredEvent) -> tuple[Event, EnvelopeError | None]:
    """The event that was stored; an error where the inbox was damaged since it was accepted."""
    try:
        return await off_loop(len(stored.body), kept_event, stored.type, stored.body), None
    except EnvelopeError as error:
        return damaged_event(stored.id, stored.type), error


def construct_event(
    body: bytes,
    header: HeaderValue,
    secrets: Secrets,
    *,
    now: float | None = None,
    max_age: float = RETRY_WINDOW,
    max_skew: float = MAX_SKEW,
) -> Event:
    """Verify a delivery and read its event: `verify_signature`, then `read_event`.

    Raises `SignatureError` and `EnvelopeError`.
    """
    try:
        verify_signature(body, header, secrets, now=now, max_age=max_age, max_skew=max_skew)
    finally:
        secrets = ()  # a frame's locals are shown by tools that report errors
    return read_event(body)

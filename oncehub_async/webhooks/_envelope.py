"""What has to be known of a delivery to accept it, read without building any model."""

import mmap
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple, TypeGuard

from .._ground import MOST_VALUES, TooManyValuesError, load_json, read_time
from ._changed_bookings import caught_up_id
from ._webhook_errors import EnvelopeError

UNREADABLE = "unreadable"
"""The type of events that are authentic, and can't be read."""

_LONGEST_NAME = 255


class Envelope(NamedTuple):
    """An event's id and type, what it is about, and when it happened (Unix seconds)."""

    id: str
    type: str
    subject: str
    """The id of the booking or conversation, of v1 the tracking id; else the event's own."""
    creation_time: float | None
    same_as: str | None = None
    """The id of the event that would have told of the same state of a booking, caught up."""


def read_envelope(body: bytes) -> Envelope:
    """The envelope of a delivery. Raises `EnvelopeError` where there is none."""
    return envelope_of(parse_whole(body))


def envelope_of(data: dict[str, Any]) -> Envelope:
    """The envelope of an event. Raises `EnvelopeError` where there is none."""
    event_id, type_, about = data.get("id"), data.get("type"), data.get("data")
    if not _is_name(event_id):
        raise EnvelopeError("the event has no id")
    if not _is_name(type_):
        raise EnvelopeError("the event has no type")
    # Bookings of v1 have no id, but one by which they are tracked.
    names = (about.get("id"), about.get("tracking_id")) if isinstance(about, dict) else ()
    subject = next(filter(_is_name, names), event_id)
    same_as = None
    if isinstance(about, dict) and type_.startswith("booking."):
        same_as = caught_up_id(about.get("id"), about.get("last_updated_time"))
    time = timestamp_of(data.get("creation_time"))
    return Envelope(event_id, type_, subject, time, same_as)


def envelope_of_unreadable(body: bytes | mmap.mmap) -> Envelope:
    """What an authentic delivery without an envelope is kept under: the same if it comes again."""
    name = f"UNREADABLE-{sha256(body).hexdigest()[:32]}"
    return Envelope(name, UNREADABLE, name, None)


def parse_whole(body: bytes) -> dict[str, Any]:
    """The JSON object in a body, without loss. Raises `EnvelopeError`."""
    try:
        data = load_json(body, MOST_VALUES)
    except TooManyValuesError as excess:
        raise EnvelopeError(f"the body {excess}") from None
    except ValueError:
        raise EnvelopeError("the body is not JSON") from None
    if not isinstance(data, dict):
        raise EnvelopeError("the body is not a JSON object")
    return data


def _is_name(value: object) -> TypeGuard[str]:
    return (
        type(value) is str
        and 0 < len(value) <= _LONGEST_NAME
        and value.isascii()
        and value.isprintable()
    )


def time_of(value: object) -> datetime | None:
    """An event's time, aware and in UTC; None where it has none that can be read."""
    return read_time(value)


def timestamp_of(value: object) -> float | None:
    """An event's time in Unix seconds; None where it has none that can be read."""
    time = read_time(value)
    return None if time is None else time.timestamp()

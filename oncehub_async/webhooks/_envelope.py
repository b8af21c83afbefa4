"""What has to be known of a delivery to accept it, read without building any model."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple, TypeGuard

import orjson

from .._ground import load_json
from ._webhook_errors import EnvelopeError

_LONGEST_NAME = 255


class Envelope(NamedTuple):
    """An event's id and type, what it is about, and when it happened (Unix seconds)."""

    id: str
    type: str
    subject: str
    """The id of the booking or conversation; the event's own where it has none."""
    creation_time: float | None


def read_envelope(body: bytes) -> Envelope:
    """The envelope of a delivery. Raises `EnvelopeError` where there is none."""
    # That long integers are rounded doesn't matter: an envelope has none.
    return envelope_of(_parsed(body, orjson.loads, load_json))


def envelope_of(data: dict[str, Any]) -> Envelope:
    """The envelope of an event. Raises `EnvelopeError` where there is none."""
    event_id, type_, about = data.get("id"), data.get("type"), data.get("data")
    if not _is_name(event_id):
        raise EnvelopeError("the event has no id")
    if not _is_name(type_):
        raise EnvelopeError("the event has no type")
    subject = about.get("id") if isinstance(about, dict) else None
    if not _is_name(subject):
        subject = event_id
    return Envelope(event_id, type_, subject, timestamp_of(data.get("creation_time")))


def parse_whole(body: bytes) -> dict[str, Any]:
    """The JSON object in a body, without loss. Raises `EnvelopeError`."""
    return _parsed(body, load_json, orjson.loads)


def _parsed(body: bytes, *parsers: Callable[[bytes], Any]) -> dict[str, Any]:
    # Each takes what the other doesn't: halves of surrogate pairs, which come from texts that were
    # cut in the middle of an emoji, or lists within lists a thousand deep.
    for parse in parsers:
        try:
            data = parse(body)
        except ValueError:
            continue
        if isinstance(data, dict):
            return data
        raise EnvelopeError("the body is not a JSON object")
    raise EnvelopeError("the body is not JSON")


def _is_name(value: object) -> TypeGuard[str]:
    return (
        type(value) is str
        and 0 < len(value) <= _LONGEST_NAME
        and value.isascii()
        and value.isprintable()
    )


def time_of(value: object) -> datetime | None:
    """An event's time, aware and in UTC; None where it has none that can be read."""
    seconds = timestamp_of(value)
    try:
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError):
        return None


def timestamp_of(value: object) -> float | None:
    """An event's time in Unix seconds; None where it has none that can be read."""
    if type(value) is not str:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    # The API's times are in UTC; one that came without a zone is in UTC too.
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)).timestamp()

"""What an event is, and what it tells."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from oncehub_async import InvalidParameterError
from oncehub_async.models import Booking, Contact, Conversation, User
from oncehub_async.testing import make_event, sign
from oncehub_async.webhooks import (
    BookingEvent,
    ConversationEvent,
    EnvelopeError,
    Event,
    EventDataError,
    SignatureError,
    construct_event,
    read_event,
)
from oncehub_async.webhooks._envelope import read_envelope
from oncehub_async.webhooks._event_names import SPECIFIC

MOMENT = datetime(2026, 11, 20, 9, 30, 0, 500_000, tzinfo=UTC)


@pytest.mark.parametrize("name", SPECIFIC)
def test_all_twelve_types_are_typed(name: str) -> None:
    """With a booking or a conversation, included objects in full."""
    event = read_event(make_event(name, event_id="EVNT-1", creation_time=MOMENT))
    assert len(SPECIFIC) == 12
    assert (event.id, event.type, event.api_version) == ("EVNT-1", name, "v2")
    assert event.creation_time == MOMENT
    assert event.raw["data"]["id"] == event.data.id
    if name.startswith("booking."):
        assert type(event) is BookingEvent
        assert type(event.data) is Booking
        assert type(event.data.owner) is User
        assert event.data.contact is None
    else:
        assert type(event) is ConversationEvent
        assert type(event.data) is Conversation
        assert type(event.data.contact) is Contact


def test_verified_and_typed_in_one_call() -> None:
    """Or refused before anything is read."""
    body = make_event("booking.canceled", data={"id": "BKNG-7"})
    event = construct_event(body, sign(body, "sekrit"), ["old", "sekrit"])
    assert (event.data.id, event.data.status) == ("BKNG-7", "canceled")
    with pytest.raises(SignatureError):
        construct_event(b"no JSON", sign(body, "sekrit"), "sekrit")


@pytest.mark.parametrize("name", ["booking.paid", "payment.received", "x"])
def test_a_type_that_nobody_knows_is_an_event(name: str) -> None:
    """One of a known family has that family's data; else it is as it was sent."""
    event = read_event(make_event(name, data={"id": "BKNG-1", "amount": 5}, unlisted=True))
    assert event.type == name
    assert event.raw["data"]["amount"] == 5
    if not name.startswith("booking"):
        assert type(event) is Event
        assert event.data == event.raw["data"]


@pytest.mark.parametrize("data", [[1, 2], "text", 7, {"id": "BKNG-1", "attendees": "no list"}, {}])
def test_data_that_does_not_fit_is_still_an_event(data: Any) -> None:
    """Raw it is all there; the model says what is wrong with it, without the data."""
    body = json.loads(make_event("booking.scheduled"))
    event = read_event(json.dumps(body | {"data": data}).encode())
    assert event.raw["data"] == data
    with pytest.raises(EventDataError, match=r'data.*event\.raw\["data"\]') as caught:
        assert event.data
    assert "no list" not in str(caught.value)


@pytest.mark.parametrize(
    "odd",
    [
        {"creation_time": "yesterday"},
        {"creation_time": 5},
        {"creation_time": "0001-01-01T00:00:00+23:00"},
        {"creation_time": None, "api_version": 2, "object": ["event"]},
        {"data": None},
    ],
)
def test_an_odd_envelope_is_an_event(odd: dict[str, Any]) -> None:
    """Only an id and a type have to be there."""
    body = json.loads(make_event("conversation.closed", event_id="EVNT-1"))
    event = read_event(json.dumps(body | odd).encode())
    assert event.id == "EVNT-1"
    assert event.creation_time is None or "creation_time" not in odd
    assert event.api_version in ("v2", None)


def test_half_a_surrogate_pair_and_long_integers_are_kept() -> None:
    """A text cut in the middle of an emoji is no reason to lose a booking."""
    body = make_event("booking.scheduled", data={"subject": "cut \ud83d", "new": 2**70})
    event = read_event(body)
    assert event.data.subject == "cut \ud83d"
    assert event.raw["data"]["new"] == 2**70
    plain = read_event(make_event("booking.scheduled", data={"new": 2**70 + 1}))
    assert plain.raw["data"]["new"] == 2**70 + 1


@pytest.mark.parametrize("number", [b"9" * 500_000, b"1.0000000000000000001", b"1e400", b"1e-400"])
def test_numbers_of_any_size_are_kept(number: bytes) -> None:
    """And quickly."""
    event = read_event(b'\xef\xbb\xbf{"id": "EVNT-1", "type": "x", "data": ' + number + b"}")
    assert event.raw["data"] == Decimal(number.decode())


def test_what_was_accepted_is_read() -> None:
    """A long integer so deep that only the quicker parser gets there is rounded."""
    deep = b"[" * 1_010 + b"1" * 25 + b"]" * 1_010
    body = make_event("booking.scheduled", data={"new": 0}).replace(b'"new":0', b'"new":' + deep)
    assert read_envelope(body).type == read_event(body).type


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"null",
        b"[]",
        b'["EVNT-1"]',
        b"5",
        b"NaN",
        b'"EVNT-1"',
        b"{",
        b"{}",
        b'{"id": 5, "type": "booking.scheduled"}',
        b'{"id": "", "type": "booking.scheduled"}',
        b'{"id": "EVNT-1"}',
        b'{"id": "EVNT-1", "type": null}',
        b'{"id": "EVNT-1", "type": "x", "n": NaN}',
        b'{"id": "E\\n1", "type": "x"}',
        b'{"id": "\\ud83d", "type": "x"}',
        b'{"id": "' + b"E" * 300 + b'", "type": "x"}',
        b"\xff\xfe{}",
        b'{"id": "EVNT-1", "type": "x", "data": "\xff"}',
        b"[" * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 100_000,
        b'["\\ud83d",' + b"[" * 100_000,
        b"\x00" * 1_000_000,
    ],
)
def test_what_is_no_event_is_refused(body: bytes) -> None:
    """In one way, whatever it is, and quickly."""
    with pytest.raises(EnvelopeError) as caught:
        read_event(body)
    assert len(str(caught.value)) < 100


def test_a_repr_tells_nothing_of_people() -> None:
    """Id and type only."""
    event = read_event(make_event("booking.canceled", event_id="EVNT-1"))
    assert repr(event) == "BookingEvent(id='EVNT-1', type='booking.canceled')"


def test_make_event_refuses_a_misspelt_type() -> None:
    """With a suggestion; a composite is no event's type."""
    with pytest.raises(InvalidParameterError, match=r"booking\.canceled"):
        make_event("booking.cancelled")
    with pytest.raises(InvalidParameterError):
        make_event("booking")

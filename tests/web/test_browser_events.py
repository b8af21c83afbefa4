"""Browser events, as a page forwards them to a back end."""

import json
from datetime import UTC, datetime
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oncehub_async import web as widget
from oncehub_async.errors import ModelError
from oncehub_async.models import UtmParams, to_dict
from oncehub_async.web import (
    BookingScheduled,
    CalendarLoaded,
    ChatbotButtonClicked,
    FormButtonClicked,
    TimeSlotSelected,
    WidgetEvent,
    parse_event,
)
from oncehub_async.web._browser_events import EVENT_TYPES

CALENDAR = {
    "id": "BKC-8DJNDNL86G",
    "subject": "Introductory Sales Call",
    "host": "USR-FN1DQZ5UTP",
    "url": "https://oncehub.com/PAGE-DFFBCE6467",
    "name": "Introductory Call With Sales",
    "duration_minutes": 30,
}
SLOT = {
    **CALENDAR,
    "starting_time": "2026-06-15T14:45:00.000Z",
    "customer_timezone": "America/New_York",
}
BOOKING = {
    "id": "BKNG-YZ7MEBLJFRV8",
    "subject": "Introductory Sales Call",
    "status": "scheduled",
    "creation_time": "2026-06-18T10:17:50.141Z",
    "starting_time": "2026-06-18T13:00:00.000Z",
    "customer_timezone": "America/New_York",
    "host": "USR-8YB4TL0VW9",
    "duration_minutes": 30,
    "location_description": "",
    "attendees": [
        "henryhostmeeting@gmail.com",
        "donaldmembermeeting@hotmail.com",
        "markmembermeeting@outlook.com",
    ],
    "booking_calendar": "BKC-8DJNDNL86G",
    "cancel_url": "https://oncehub.com/m/BKNG-YZ7MEBLJFRV8/cancel",
    "reschedule_url": "https://oncehub.com/m/BKNG-YZ7MEBLJFRV8",
    "utm_campaign": "",
    "utm_content": "",
    "utm_medium": "",
    "utm_source": "",
    "utm_term": "",
    "ics_url": "https://oncehub.com/api/bookings/ics/e193123e-3ca9-4cad-bd4d-5ed4f75c2550-ljfrv8",
    "custom_fields": [
        {"name": "name", "value": "Mark"},
        {"name": "email", "value": "mark@outlook.com"},
    ],
}
OLDER_BOOKING = {
    "id": "BKNG-J4FR05BKEWEX",
    "subject": "Live demo",
    "status": "scheduled",
    "creation_time": "2020-03-22T09:48:48Z",
    "starting_time": "2020-03-22T04:30:00Z",
    "customer_timezone": "America/New_York",
    "host": "USR-FSD423423",
    "duration_minutes": 60,
    "location_description": "123 Office Street",
    "attendees": ["andrea.hartie@example.com", "carrie.customer@gmail.com"],
    "utm_params": {
        "source": "facebook", "medium": "social", "campaign": None, "term": None, "content": None
    },
    "booking_calendar": "BKC-03WJV0R52Z",
    "cancel_url": "https://oncehub.com/m/BKNG-3KM0HY2BF9SL/cancel",
    "reschedule_url": "https://oncehub.com/m/BKNG-3KM0HY2BF9SL",
}  # fmt: skip
BOT = {"bot_id": "BOT-1234", "bot_name": "example bot"}
FORM = {"form_id": "BOT-1033739F74", "form_name": "Example Form"}
CLICK = {
    "button_text": "Next",
    "interaction_label": "single_choice",
    "booking_calendar_name": "Sales Team Calendar",
    "question_text": "How many people are in your organization?",
}

EXAMPLES: list[tuple[str, dict[str, Any]]] = [
    ("oncehub.booking_calendar.loaded", CALENDAR),
    ("oncehub.booking_calendar.time_slot_selected", SLOT),
    ("oncehub.booking.scheduled", BOOKING),
    ("oncehub.booking.scheduled", OLDER_BOOKING),
    *((f"oncehub.chatbot.{what}", BOT) for what in ("loaded", "opened", "started", "closed")),
    ("oncehub.chatbot.button_clicked", {**BOT, **CLICK, "answer": "100-500"}),
    ("oncehub.widget.button_clicked", {**BOT, "button_text": "confirm"}),
    *((f"oncehub.form.{what}", FORM) for what in ("loaded", "started", "completed")),
    ("oncehub.form.button_clicked", {**FORM, **CLICK, "company_size": "100-500"}),
]


def parse(type_: str, payload: object) -> Any:
    """As it arrives at a back end."""
    return parse_event(json.dumps({"type": type_, "payload": payload}).encode())


@pytest.mark.parametrize(("type_", "payload"), EXAMPLES)
def test_the_vendors_examples_say_what_they_say(type_: str, payload: dict[str, Any]) -> None:
    """Each of its class; dumped, they are what came.

    https://help.oncehub.com/developers/client-side-api/embedded-booking-calendar-events
    """
    event = parse(type_, payload)
    assert type(event) is EVENT_TYPES[type_]
    assert event.type == type_
    dumped = {k: v for k, v in to_dict(event.payload).items() if v is not None}
    assert _comparable(dumped) == _comparable(payload)
    documented = attrs.fields_dict(type(event.payload))
    assert set(event.payload.unknown_fields) == {k for k in payload if k not in documented}
    assert set(event.payload.unknown_fields) <= {"company_size"}


def _comparable(data: dict[str, Any]) -> str:
    text = json.dumps(data, sort_keys=True)
    return text.replace(".000Z", "Z").replace(', "unknown_fields": {}', "")


def test_every_documented_type_has_a_class_of_its_own() -> None:
    """Public, so that a back end can tell them apart."""
    documented = [t for t in EVENT_TYPES if t.split(".")[1] not in ("widget", "conversation")]
    assert len(documented) == 12
    classes = {EVENT_TYPES[t] for t in documented}
    assert len(classes) == 12
    assert {cls.__name__ for cls in EVENT_TYPES.values()} <= set(widget.__all__)


def test_the_fields_of_the_bookings_events() -> None:
    """With times aware, and UTM parameters from wherever they came."""
    event = parse("oncehub.booking.scheduled", BOOKING)
    assert isinstance(event, BookingScheduled)
    assert event.payload.starting_time == datetime(2026, 6, 18, 13, tzinfo=UTC)
    assert (event.payload.email, event.payload.guest_name) == ("mark@outlook.com", "Mark")
    assert event.payload.utm is None
    older = parse("oncehub.booking.scheduled", OLDER_BOOKING)
    assert older.payload.utm == UtmParams(source="facebook", medium="social")
    assert older.payload.email is None
    flat = parse("oncehub.booking.scheduled", {"utm_source": "ad", "utm_term": ""})
    assert flat.payload.utm == UtmParams(source="ad")
    slot = parse("oncehub.booking_calendar.time_slot_selected", SLOT)
    assert isinstance(slot, TimeSlotSelected)
    assert slot.payload.customer_timezone == "America/New_York"
    assert isinstance(parse("oncehub.booking_calendar.loaded", CALENDAR), CalendarLoaded)


def test_answers_in_clicks() -> None:
    """A mapped question of a form comes under its property's name."""
    chat = parse("oncehub.chatbot.button_clicked", {**BOT, **CLICK, "answer": "100-500"})
    assert isinstance(chat, ChatbotButtonClicked)
    assert chat.payload.answer == "100-500"
    form = parse("oncehub.form.button_clicked", {**FORM, **CLICK, "company_size": "100-500"})
    assert isinstance(form, FormButtonClicked)
    assert form.payload.unknown_fields == {"company_size": "100-500"}


def test_unknown_types_and_fields_are_kept() -> None:
    """The vendor adds some without notice."""
    event = parse_event({"type": "oncehub.video.played", "payload": [1], "version": 2})
    assert type(event) is WidgetEvent
    assert (event.type, event.payload) == ("oncehub.video.played", [1])
    assert event.unknown_fields == {"version": 2}
    later = parse("oncehub.booking.scheduled", {"id": "BKNG-1", "new": {"a": 1}})
    assert later.payload.unknown_fields == {"new": {"a": 1}}


def test_missing_fields_are_none() -> None:
    """A whole payload, too."""
    nothing: tuple[dict[str, Any] | None, ...] = (None, {})
    for payload in nothing:
        event = parse("oncehub.chatbot.loaded", payload)
        assert event.payload.bot_id is None
    bare: Any = parse_event({"type": "oncehub.form.loaded"})
    assert bare.payload.form_id is None
    odd = parse("oncehub.form.loaded", "text")
    assert (type(odd), odd.payload) == (WidgetEvent, "text")


def test_values_of_another_type_are_kept_beside() -> None:
    """One odd field costs itself, not the event; dumped, it is as it came."""
    odd = {"id": "BKNG-1", "duration_minutes": "30", "starting_time": "soon",
           "attendees": ["a@example.com", 5], "custom_fields": {"name": "x"}}  # fmt: skip
    event = parse("oncehub.booking.scheduled", odd)
    assert event.payload.id == "BKNG-1"
    assert event.payload.starting_time is None
    assert event.payload.unknown_fields == {k: v for k, v in odd.items() if k != "id"}
    assert {k: v for k, v in to_dict(event.payload).items() if v is not None} == odd


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"[]", b'"x"', b"null", b"{}", b'{"type": 5}', b'{"type": "other.loaded"}',
     b'{"type": "Oncehub.x"}', b"\xff", b"[" * 100_000],
)  # fmt: skip
def test_what_is_no_event_is_refused(data: bytes) -> None:
    """Without showing what came."""
    with pytest.raises(ModelError) as raised:
        parse_event(data)
    assert "other" not in str(raised.value)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)


@given(
    st.sampled_from(sorted(EVENT_TYPES)),
    st.dictionaries(st.sampled_from(sorted(BOOKING | OLDER_BOOKING | BOT | FORM)), json_values),
)
def test_no_payload_makes_it_fail(type_: str, payload: dict[str, Any]) -> None:
    """Anyone can post anything."""
    event = parse(type_, payload)
    for name, value in payload.items():
        if value is not None and name not in attrs.fields_dict(type(event.payload)):
            assert event.payload.unknown_fields[name] == value


def test_a_repr_shows_nobody() -> None:
    """Ids, states and times only."""
    for type_, payload in EXAMPLES:
        text = repr(parse(type_, payload))
        for private in ("mark", "carrie", "Street", "Mark", "cancel", "100-500", "facebook"):
            assert private not in text
    assert repr(parse_event({"type": "oncehub.x", "payload": {"email": "a"}})) == (
        "WidgetEvent(type='oncehub.x')"
    )

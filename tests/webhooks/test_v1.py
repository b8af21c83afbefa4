"""Webhooks that were made before v2 deliver an older form, unsigned."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from oncehub_async import InvalidParameterError
from oncehub_async.models import BookingV1, EventTypeV1, from_dict, to_dict
from oncehub_async.simulator import Account, Delivery, Simulator
from oncehub_async.testing import EVENTS_OF_V1, make_event
from oncehub_async.webhooks import (
    BookingEvent,
    EventDataError,
    MemoryInbox,
    Receiver,
    read_event,
)
from oncehub_async.webhooks._envelope import read_envelope

# The fields of the sample that the vendor's page on v1's payload shows, with values of our own.
SAMPLE: dict[str, Any] = {
    "id": "EVNT-KN56U3YL7C",
    "object": "event",
    "creation_time": "2018-03-22T09:49:12Z",
    "type": "booking.scheduled",
    "api_version": "v1",
    "data": {
        "object": "booking",
        "tracking_id": "D36E0002",
        "subject": "Live demo",
        "status": "Scheduled",
        "creation_time": "2018-03-22T09:48:48Z",
        "starting_time": "2018-03-22T04:30:00Z",
        "owner": "Olivia Owner",
        "package_id": None,
        "duration_minutes": 60,
        "virtual_or_physical_location": "1 Main Street",
        "customer_time_zone_description": "(GMT-5) United States; Eastern time",
        "cancel_reschedule_link": "https://go.oncehub.com/demo?Params=x",
        "canceled_booking_tracking_id": None,
        "cancel_reschedule_reason": None,
        "name_of_user_who_canceled_rescheduled": None,
        "name_of_customer_who_canceled_rescheduled": None,
        "form_submission": {
            "name": "Carrie Customer",
            "email": "carrie.customer@example.com",
            "phone": "",
            "mobile_phone": "1-2025550195",
            "note": "Hello",
            "company": None,
            "guests": [""],
            "custom_fields": [{"name": "Title", "value": "Engineer"}],
        },
        "booking_page": {
            "public_name": "Olivia Owner",
            "internal_label": "OliviaOwner",
            "link": "https://go.oncehub.com/oliviaowner",
            "category": "Sales",
            "time_zone_description": "(GMT-5) United States; Eastern time",
        },
        "master_page": {"name": "Demo", "label": "demo", "link": "https://go.oncehub.com/demo"},
        "event_type": {"name": "Live demo", "description": "In depth.", "category": "Sales"},
        "external_calendar": {
            "type": "Google",
            "name": "olivia.owner@example.com",
            "id": "olivia.owner@example.com",
            "event_id": "8kvu74dda8kcv0gmmlm3folrhc",
        },
    },
}


def shape(value: Any) -> Any:
    """Which fields there are, whatever they hold."""
    if isinstance(value, Mapping):
        return {name: shape(each) for name, each in value.items()}
    return ...


def test_the_older_form_of_a_booking_is_read() -> None:
    """With nothing that is not understood."""
    event = read_event(orjson.dumps(SAMPLE))
    assert isinstance(event, BookingEvent)
    assert event.api_version == "v1"
    booking = event.data_v1
    assert isinstance(booking, BookingV1)
    assert booking.starting_time == datetime(2018, 3, 22, 4, 30, tzinfo=UTC)
    assert (booking.tracking_id, booking.owner) == ("D36E0002", "Olivia Owner")
    assert booking.event_type == EventTypeV1(
        name="Live demo", description="In depth.", category="Sales"
    )
    assert booking.unknown_fields == {}
    assert to_dict(booking) == SAMPLE["data"]
    assert "Carrie" not in repr(booking) + repr(event)
    assert "Olivia" not in repr(booking)


def test_what_to_read_is_said() -> None:
    """By the event of v1, and by that of v2."""
    old, new = read_event(orjson.dumps(SAMPLE)), read_event(make_event("booking.canceled"))
    assert isinstance(old, BookingEvent)
    assert isinstance(new, BookingEvent)
    with pytest.raises(EventDataError, match=r"of a webhook of v1.*event\.data_v1"):
        _ = old.data
    with pytest.raises(EventDataError, match=r"of no webhook of v1; read event\.data"):
        _ = new.data_v1
    assert new.data.id


def test_what_does_not_fit_is_said_of_the_older_form_too() -> None:
    """`raw` has it."""
    event = read_event(orjson.dumps({**SAMPLE, "data": {"owner": {"id": "USR-1"}}}))
    assert isinstance(event, BookingEvent)
    with pytest.raises(EventDataError, match=r'data\.owner.*event\.raw\["data"\]'):
        _ = event.data_v1


def test_events_of_a_booking_without_an_id_belong_together() -> None:
    """They are handled in order, as those of v2 are."""
    subjects = {
        read_envelope(orjson.dumps({**SAMPLE, "id": f"EVNT-{number}"})).subject
        for number in range(3)
    }
    assert subjects == {"D36E0002"}
    both = {**SAMPLE, "data": {"id": "BKNG-1", "tracking_id": "D36E0002"}}
    assert read_envelope(orjson.dumps(both)).subject == "BKNG-1"


@pytest.mark.parametrize("type_", sorted(EVENTS_OF_V1))
def test_samples_of_v1_have_the_documented_form(type_: str) -> None:
    """All its fields, and no others."""
    event = read_event(make_event(type_, api_version="v1", data={"subject": "Mine"}))
    assert isinstance(event, BookingEvent)
    ours, theirs = shape(event.raw), shape(SAMPLE)
    pages = ("booking_page", "master_page", "event_type")
    for page in pages:
        ours["data"].pop(page), theirs["data"].pop(page)
    assert ours == theirs
    assert event.data_v1.subject == "Mine"
    assert event.data_v1.owner == "Olivia Owner"
    assert event.data_v1.unknown_fields == {}


@pytest.mark.parametrize("type_", ["conversation.started", "booking.reassigned"])
def test_v1_has_no_other_events(type_: str) -> None:
    """They came with v2."""
    with pytest.raises(InvalidParameterError, match=f"api_version: webhooks of v1 send no {type_}"):
        make_event(type_, api_version="v1")


async def test_the_simulated_service_delivers_v1() -> None:
    """Unsigned, of bookings only; a receiver takes them where it was told to."""
    received: list[BookingV1] = []
    receiver = Receiver(unsafe_accept_unsigned=True, inbox=MemoryInbox())

    @receiver.on("booking")
    async def keep(event: BookingEvent) -> None:
        received.append(event.data_v1)

    headers_seen: list[dict[str, str]] = []

    async def deliver(headers: Mapping[str, str], body: bytes) -> int:
        headers_seen.append(dict(headers))
        return (await receiver.receive(headers, body)).status

    async with (
        receiver,
        Simulator(
            Account(bookings=300, webhooks=2, quirks=False),
            limits=None,
            deliver_to={"*": deliver},
            delivery=Delivery(api_version="v1"),
        ) as sim,
    ):
        for type_ in ("booking.scheduled", "booking.canceled", "booking.no_show"):
            sim.happen(type_)
        sim.happen("conversation.started")
        sim.happen("booking.reassigned")
        await sim.delivered(retries=True)
        await receiver.idle()
        bookings = {sim.object(each)["tracking_id"] for each in sim.ids("bookings")}
    assert not any("signature" in name.lower() for each in headers_seen for name in each)
    assert {booking.status for booking in received} == {"Scheduled", "Canceled", "No-Show"}
    assert {booking.tracking_id for booking in received} <= bookings
    assert all(booking.owner and " " in booking.owner for booking in received)
    assert all(shape(to_dict(each)).keys() == SAMPLE["data"].keys() for each in received)


async def test_unsigned_events_are_refused_where_nothing_else_was_said() -> None:
    """That a webhook is of v1 is one of the causes that the log names."""
    receiver = Receiver(signing_secret="secret", inbox=MemoryInbox())
    async with receiver:
        answer = await receiver.receive({}, orjson.dumps(SAMPLE))
    assert answer.status == 401


def test_pages_in_v1_are_told_by_their_older_names() -> None:
    """As the simulated service has them."""
    data = {"public_name": "A", "internal_label": "a", "link": "l", "time_zone_description": "UTC"}
    booking = from_dict({"booking_page": data}, BookingV1)
    assert booking.booking_page is not None
    assert booking.booking_page.internal_label == "a"
    assert booking.booking_page.unknown_fields == {}

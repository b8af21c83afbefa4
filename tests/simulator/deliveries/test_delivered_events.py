"""What events look like, and who gets them."""

import re
from typing import Any

import attrs
import pytest

from harness.virtual_time import run_virtual
from oncehub_async.models import WebhookEvent, from_dict
from oncehub_async.simulator import Account, Delivery, Simulator
from oncehub_async.simulator._data.webhooks_data import EVENT_TYPES

from .. import conformance_document
from .receiver import QUIET, Receiver, subscribe, virtual

CONVERSATIONS = Account(bookings=300, contacts=100, webhooks=0, quirks=False)


def test_another_run_can_have_other_ids() -> None:
    """For a receiver that remembers those of the run before."""

    async def main(first: int) -> list[str]:
        receiver = Receiver()
        async with virtual(receiver, delivery=Delivery(first_event=first)) as sim:
            for _ in range(3):
                sim.happen("booking.scheduled")
            await sim.delivered()
        return receiver.events

    early, late = run_virtual(main(0)), run_virtual(main(2))
    assert early[2] == late[0]
    assert not set(early) & set(late[1:])


async def everything(sim: Simulator) -> None:
    """All twelve types, in an order in which they can happen."""
    for one in EVENT_TYPES:
        if one.startswith("booking."):
            booking = sim.happen("booking.scheduled")
            if one != "booking.scheduled":
                sim.happen(one, booking)
    sim.happen("conversation.started", sim.happen("conversation.reached_out"))
    sim.happen("conversation.closed")
    sim.happen("conversation.abandoned", sim.happen("conversation.started"))
    await sim.delivered()


def delivered(account: Account) -> list[dict[str, Any]]:
    async def main() -> list[dict[str, Any]]:
        receiver = Receiver()
        async with virtual(receiver, account=account) as sim:
            await everything(sim)
        return [got.event for got in receiver.got]

    return run_virtual(main())


def test_the_envelope() -> None:
    """An id of its own, the type, the simulator's time, the version, and the object as it is."""
    events = delivered(QUIET)
    assert {event["type"] for event in events} == set(EVENT_TYPES)
    assert len({event["id"] for event in events}) == len(events)
    for event in events:
        assert list(event) == ["id", "object", "creation_time", "type", "api_version", "data"]
        assert re.fullmatch(r"EVNT-[0-9A-Z]{10}", event["id"])
        assert (event["object"], event["api_version"]) == ("event", "v2")
        assert event["creation_time"] == "2026-11-01T12:00:00.000Z"
        assert event["data"]["object"] == event["type"].partition(".")[0]
    assert delivered(QUIET) == events


def test_what_a_booking_includes() -> None:
    """No contact and no UTM parameters, the URL to cancel, and what is included in full."""
    account = attrs.evolve(QUIET, bookings=2_000)
    bookings = [event["data"] for event in delivered(account) if event["type"][0] == "b"]
    for booking in bookings:
        assert not {"contact", "utm_params"} & booking.keys()
        assert booking["cancel_reschedule_url"] == f"https://oncehub.com/m/{booking['id']}"
        assert booking["owner"]["object"] == "user"
        for name in ("booking_page", "event_type", "master_page", "conversation"):
            assert booking.get(name) is None or booking[name]["object"] == name
    assert any(booking.get("booking_page") for booking in bookings)


def test_the_owner_is_an_id_where_the_document_is_kept_to() -> None:
    """An account without quirks shows what is written, not what was seen."""
    events = delivered(CONVERSATIONS)
    owners = [event["data"]["owner"] for event in events if event["type"][0] == "b"]
    assert all(owner.startswith("USR-") for owner in owners)


def test_a_booking_that_came_from_a_conversation() -> None:
    """The conversation is shown in full, and what is in it by its ids."""

    async def main() -> Any:
        receiver = Receiver()
        async with virtual(receiver) as sim:
            booking = next(
                one
                for one in sim.ids("bookings")
                if sim.object(one)["conversation"] and sim.object(one)["status"] == "completed"
            )
            sim.happen("booking.no_show", booking)
            await sim.delivered()
        return receiver.got[0].event["data"]["conversation"]

    conversation = run_virtual(main())
    assert conversation["object"] == "conversation"
    assert conversation["owner"].startswith("USR-")


def test_what_a_conversation_includes() -> None:
    """Contact, owner, bot and website, in full."""
    for event in delivered(CONVERSATIONS):
        if event["type"].startswith("conversation."):
            data = event["data"]
            for name, kind in [("contact",) * 2, ("owner", "user"), ("bot",) * 2, ("website",) * 2]:
                assert data[name]["object"] == kind
            assert data["status"] == event["type"].partition(".")[2]
            assert data["bookings"] == []


def test_the_clients_model_reads_every_event() -> None:
    """With the data as it was sent."""
    for event in delivered(QUIET):
        assert from_dict(event, WebhookEvent).type == event["type"]


@pytest.mark.vendor_document
@pytest.mark.skipif(conformance_document.load() is None, reason=conformance_document.MISSING)
def test_events_keep_to_the_vendors_schemas() -> None:
    """Each documented type, of an account without quirks."""
    jsonschema = pytest.importorskip("jsonschema_rs")
    document = conformance_document.load()
    assert document is not None
    seen = set()
    for event in delivered(CONVERSATIONS):
        webhook = document["webhooks"].get(event["type"])
        if webhook is None:
            # Left out by the vendor's documents, or by that of the product that has no such event.
            assert event["type"] in ("conversation.reached_out", "booking.reassigned")
            continue
        body = webhook["post"]["requestBody"]["content"]["application/json"]["schema"]
        schema = {**body, "components": document["components"]}
        jsonschema.validator_for(schema).validate(event)
        seen.add(event["type"])
    assert seen == set(document["webhooks"])


def test_who_gets_what() -> None:
    """Those who named the type, and those who named `booking`, each with the same event."""

    async def main() -> None:
        narrow, wide, other = Receiver(), Receiver(), Receiver()
        urls = [f"https://app.example/{n}" for n in range(3)]
        routes = dict(zip(urls, (narrow, wide, other), strict=True))
        async with Simulator(QUIET, limits=None, deliver_to=routes) as sim:
            subscribe(sim, "booking.canceled", "conversation.closed", url=urls[0])
            subscribe(sim, "booking", url=urls[1])
            subscribe(sim, "conversation.abandoned", url=urls[2])
            await everything(sim)
        assert sorted(narrow.types) == ["booking.canceled", "conversation.closed"]
        assert set(wide.types) == {one for one in EVENT_TYPES if one.startswith("booking.")}
        assert other.types == ["conversation.abandoned"]
        assert set(narrow.events) & set(wide.events)

    run_virtual(main())


def test_an_event_shows_the_object_as_it_was() -> None:
    """However late it comes, and whatever has happened since."""

    async def main() -> None:
        receiver = Receiver([503, 200])
        async with virtual(receiver) as sim:
            booking = sim.happen("booking.scheduled")
            await sim.delivered()
            sim.happen("booking.canceled", booking)
            await sim.delivered(retries=True)
        statuses = [got.event["data"]["status"] for got in receiver.got]
        assert statuses == ["scheduled", "canceled", "scheduled"]

    run_virtual(main())


def test_a_composite_is_no_event() -> None:
    """What arrives has its specific type."""
    assert not {"booking", "conversation"} & {event["type"] for event in delivered(QUIET)}

"""The simulated OnceHub delivers, with all that goes wrong; the receiver handles each event once."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from oncehub_async import Clock, OnceHub
from oncehub_async.models import Booking, Conversation
from oncehub_async.simulator import Account, Delivery, DeliveryFault, Simulator
from oncehub_async.webhooks import BookingEvent, ConversationEvent, Event, Receiver, SQLiteInbox
from oncehub_async.webhooks._event_names import SPECIFIC
from oncehub_async.webhooks._inbox import State

URL = "https://me.example/hook"
ANEW, FIRST = Delivery(), Delivery(retries_signed="first")
CASES: dict[str, tuple[Any, ...]] = {
    "nothing goes wrong": (ANEW,),
    "twice and out of order": (
        ANEW,
        DeliveryFault("duplicate", seconds=30.0),
        DeliveryFault("reorder", rate=0.5),
    ),
    "unheard, signed anew": (ANEW, DeliveryFault("drop_answer", every=2)),
    "unheard, with the first timestamp": (FIRST, DeliveryFault("drop_answer", every=2)),
    "forged": (ANEW, DeliveryFault("wrong_signature", times=5)),
    "unsigned": (ANEW, DeliveryFault("unsigned", times=5)),
    "too old": (ANEW, DeliveryFault("old_timestamp", every=2)),
}


@pytest.mark.parametrize("case", CASES)
async def test_each_event_is_handled_once(case: str, tmp_path: Path) -> None:
    """Whatever comes twice, late, out of order, forged or unsigned."""
    delivery, *faults = CASES[case]
    account = Account(bookings=60, contacts=20, webhooks=1)
    handled: Counter[str] = Counter()
    sim = Simulator(account, clock=Clock(2_000.0), limits=None, delivery=delivery, faults=faults)
    async with sim:
        webhook = sim.object(next(sim.ids("webhooks")))
        receiver = Receiver(
            signing_secret=webhook["secret"], inbox=SQLiteInbox(tmp_path / "inbox.db")
        )

        @receiver.on("*")
        async def handler(event: Event) -> None:
            if isinstance(event, BookingEvent):
                assert type(event.data) is Booking
            elif isinstance(event, ConversationEvent):
                assert type(event.data) is Conversation
            handled[event.id] += 1

        async def target(headers: Mapping[str, str], body: bytes) -> int:
            return (await receiver.receive(headers, body)).status

        async with receiver:
            sim.route(webhook["url"], target)
            for _ in range(10):
                sim.happen("booking.scheduled")
                sim.happen("booking.canceled")
            await sim.delivered(retries=True)
            await receiver.idle()
            assert set(await receiver.inbox.counts()) == {State.DONE}
        assert not sim.disabled_webhooks
        sent = {each.event for each in sim.deliveries}
    assert len(sent) == 20
    assert handled == Counter(sent)


async def test_all_twelve_types_as_the_simulator_sends_them(tmp_path: Path) -> None:
    """Each fits its model."""
    seen: dict[str, object] = {}
    async with Simulator(Account(bookings=200, webhooks=0), limits=None) as sim:
        async with OnceHub(sim.api_key, base_url=sim.url) as oncehub:
            webhook = await oncehub.webhooks.create(name="All", url=URL, events=list(SPECIFIC))
        receiver = Receiver(
            signing_secret=webhook.signing_secret, inbox=SQLiteInbox(tmp_path / "inbox.db")
        )

        @receiver.on("*")
        async def handler(event: Event) -> None:
            seen[event.type] = event.data

        async def target(headers: Mapping[str, str], body: bytes) -> int:
            return (await receiver.receive(headers, body)).status

        async with receiver:
            sim.route(URL, target)
            for each in SPECIFIC:
                sim.happen(each)
            await sim.delivered(retries=True)
            await receiver.idle()
    assert set(SPECIFIC) <= set(seen)
    assert {type(data) for data in seen.values()} == {Booking, Conversation}

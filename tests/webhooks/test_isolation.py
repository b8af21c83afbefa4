"""A handler that hangs or is limited holds up no other."""

import asyncio
from collections import Counter
from collections.abc import Collection

import pytest

from oncehub_async.errors import ConfigurationError
from oncehub_async.webhooks import Backoff, Event, Inbox, MemoryInbox, Receiver, Work
from oncehub_async.webhooks._handling.slots import Slots
from oncehub_async.webhooks._inbox import StoredEvent

from .virtual_receiver import post, receiver, since_start, virtual


def hanging(timeout: float) -> tuple[Receiver, dict[str, float]]:
    """A receiver with a handler of bookings that hangs, and one of everything that doesn't."""
    subject, handled = receiver(backoff=Backoff(first=1_000.0)), dict[str, float]()

    @subject.on("booking", name="hangs", timeout=timeout)
    async def hangs(event: Event) -> None:
        await asyncio.sleep(1e6)

    @subject.on("*", name="instant")
    async def instant(event: Event) -> None:
        handled[event.id] = since_start()

    return subject, handled


@virtual
async def test_an_event_does_not_wait_for_a_handler_that_hangs_for_others() -> None:
    """A second at most; it was 12 s behind 96 whose time was up after 4 s."""
    subject, handled = hanging(4.0)
    async with subject:
        for number in range(96):
            await post(subject, event_id=f"EVNT-{number}", data={"id": f"BKNG-{number}"})
        await post(subject, "conversation.closed", event_id="EVNT-96")
        await asyncio.sleep(2.0)
    assert handled["EVNT-96"] <= 1.1


@virtual
async def test_its_own_events_wait_a_second_for_a_handler_that_hangs() -> None:
    """The second handler of one event goes on beside the first, and once that is known to hang it
    doesn't wait at all.
    """
    subject, handled = hanging(4.0)
    async with subject:
        for number in range(200):
            await post(subject, event_id=f"EVNT-{number}", data={"id": f"BKNG-{number}"})
        await asyncio.sleep(3.0)
        assert len(handled) == 200
        assert max(handled.values()) <= 1.1
        await asyncio.sleep(2.0)
        began = since_start()
        await post(subject, event_id="EVNT-200", data={"id": "BKNG-200"})
        await asyncio.sleep(0.5)
        assert handled["EVNT-200"] == pytest.approx(began, abs=0.2)


@virtual
async def test_a_handler_has_its_own_limit() -> None:
    """No more of its attempts run at once, and nothing waits for it; all is done in the end."""
    subject, most, running = receiver(), 0, 0
    done = Counter[str]()

    @subject.on("*", name="limited", concurrency=2)
    async def limited(event: Event) -> None:
        nonlocal most, running
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.5)
        running -= 1
        done["limited"] += 1

    @subject.on("*", name="free")
    async def free(event: Event) -> None:
        done["free"] += 1

    async with subject:
        for number in range(40):
            await post(subject, event_id=f"EVNT-{number}", data={"id": f"BKNG-{number}"})
        await asyncio.sleep(0.6)
        assert done["free"] == 40
        await subject.idle()
    assert done == {"limited": 40, "free": 40}
    assert most == 2


@virtual
async def test_the_order_of_handlers_holds_again_once_none_hangs() -> None:
    """What was slow once is trusted again when it isn't."""
    subject, order = receiver(backoff=Backoff(first=1_000.0)), list[str]()
    hangs = True

    @subject.on("*", name="first", timeout=2.0)
    async def first(event: Event) -> None:
        if hangs:
            await asyncio.sleep(1e6)
        order.append(f"first {event.id}")

    @subject.on("*", name="second")
    async def second(event: Event) -> None:
        order.append(f"second {event.id}")

    async with subject:
        await post(subject, event_id="EVNT-1", data={"id": "BKNG-1"})
        await asyncio.sleep(3.0)
        hangs = False
        await post(subject, event_id="EVNT-2", data={"id": "BKNG-2"})
        await asyncio.sleep(1.0)
        await post(subject, event_id="EVNT-3", data={"id": "BKNG-3"})
        await asyncio.sleep(1.0)
    assert order == [
        "second EVNT-1",
        "second EVNT-2",
        "first EVNT-2",
        "first EVNT-3",
        "second EVNT-3",
    ]


@virtual
async def test_the_handlers_of_an_event_that_are_not_slow_keep_their_order() -> None:
    """Each after the one before; behind one that takes long they are in order among themselves."""
    subject, told = receiver(), list[str]()

    def takes(name: str, seconds: float) -> None:
        @subject.on("*", name=name)
        async def handler(event: Event) -> None:
            told.append(f"{since_start() - began:.1f} {name} begins")
            await asyncio.sleep(seconds)
            told.append(f"{since_start() - began:.1f} {name} ends")

    for name, seconds in (("a", 0.4), ("b", 2.5), ("c", 0.5), ("d", 0.1)):
        takes(name, seconds)
    async with subject:
        began = since_start()
        await post(subject)
        await subject.idle()
    assert told == [
        *("0.0 a begins", "0.4 a ends", "0.4 b begins", "1.4 c begins", "1.9 c ends"),
        *("1.9 d begins", "2.0 d ends", "2.9 b ends"),
    ]


@virtual
async def test_events_of_a_booking_keep_their_order_behind_one_that_takes_long() -> None:
    """For every handler: what comes later is not begun before all of what came first is done."""
    subject, order = receiver(), list[str]()

    @subject.on("*", name="slow")
    async def slow(event: Event) -> None:
        await asyncio.sleep(3.0)
        order.append(f"slow {event.id}")

    @subject.on("*", name="quick")
    async def quick(event: Event) -> None:
        order.append(f"quick {event.id}")

    async with subject:
        for number in (1, 2):
            await post(subject, event_id=f"E{number}", data={"id": "BKNG-1"})
        await subject.idle()
    assert order == ["quick E1", "slow E1", "quick E2", "slow E2"]


@virtual
async def test_what_runs_side_by_side_counts_and_is_stopped_with_the_receiver() -> None:
    """Each is cancelled, and due again; what didn't begin is no attempt."""
    inbox = MemoryInbox(keep=10 * 86_400.0)
    subject, running = receiver(inbox=inbox, drain=1.0), Counter[str]()

    def hangs(name: str) -> None:
        @subject.on("*", name=name)
        async def handler(event: Event) -> None:
            running[name] += 1
            try:
                await asyncio.sleep(1e6)
            finally:
                running[name] -= 1

    for name in ("a", "b", "c"):
        hangs(name)
    async with subject:
        await post(subject)
        await asyncio.sleep(1.5)
        assert running == {"a": 1, "b": 1}
        slots = subject._worker._slots if subject._worker is not None else None
        assert slots is not None
        assert (slots.beside, slots.free(1)) == (1, 31)
    assert running == {"a": 0, "b": 0}
    assert slots.beside == 0
    await inbox.open()
    (claim,) = await inbox.claim(9, ("a", "b", "c"), subject.clock.now())
    assert [(work.handler, work.attempt) for work in claim.work] == [("a", 2), ("b", 2), ("c", 1)]
    await inbox.close()


class LosingInbox(MemoryInbox):
    """Loses what one handler holds."""

    async def renew(self, held: Collection[Work]) -> Collection[Work]:
        return [work for work in held if work.handler == "lost"]


@virtual
async def test_one_that_is_lost_stops_alone() -> None:
    """Another process has it now; the event's other handlers go on."""
    subject, ended = receiver(inbox=LosingInbox(keep=10 * 86_400.0)), list[str]()

    def takes(name: str) -> None:
        @subject.on("*", name=name)
        async def handler(event: Event) -> None:
            try:
                await asyncio.sleep(15.0)
                ended.append(f"{name} is done")
            except asyncio.CancelledError:
                ended.append(f"{name} is stopped")
                raise

    for name in ("lost", "kept"):
        takes(name)
    async with subject:
        await post(subject)
        await asyncio.sleep(14.9)
        assert ended == ["lost is stopped"]
        await asyncio.sleep(5.0)
        assert "kept is done" in ended


def test_a_limit_of_no_attempts_is_refused() -> None:
    """By its name."""
    with pytest.raises(ConfigurationError, match="concurrency"):
        receiver().on("*", concurrency=0)


def test_what_takes_long_takes_room_of_its_own_handler_only() -> None:
    """And gives it back."""
    slots = Slots(2, {"a": None, "b": 1})
    first, second = slots.begin("a"), slots.begin("a")
    assert first is not None
    assert second is not None
    assert (slots.free(2), slots.begin("a")) == (0, None)
    slots.takes_long(first)
    assert (slots.free(2), slots.rooms(1)) == (1, {"a": 0})
    assert slots.begin("b") is not None
    assert slots.begin("b") is None
    slots.end(first)
    assert slots.free(2) == 0
    assert slots.rooms(2) == {"a": 1, "b": 0}


async def test_an_inbox_gives_a_handler_no_more_than_it_has_room_for(inbox: Inbox) -> None:
    """Others get what is due, of the same events and of others."""
    for number in range(6):
        event = StoredEvent(
            id=f"EVNT-{number}",
            type="booking.scheduled",
            subject=f"BKNG-{number}",
            creation_time=float(number),
            received=0.0,
            body=b"{}",
        )
        await inbox.put(event, ("a", "b"))
    claims = await inbox.claim(4, ("a", "b"), 1.0, rooms={"a": 1})
    assert [[work.handler for work in claim.work] for claim in claims] == [["a", "b"]] + [["b"]] * 3
    claims = await inbox.claim(4, ("a", "b"), 1.0, rooms={"a": 0})
    assert [[work.handler for work in claim.work] for claim in claims] == [["b"], ["b"]]

"""What ends handlers early: closing, crashes, an inbox in trouble."""

import asyncio
from typing import Any

import pytest

from oncehub_async.webhooks import Event, InboxError, MemoryInbox
from oncehub_async.webhooks._inbox import Outcome, State, StoredEvent, Work

from .conftest import deliver
from .virtual_receiver import LoopClock, post, receiver, since_start, virtual


class NotingInbox(MemoryInbox):
    """Notes what becomes of work."""

    def __init__(self) -> None:
        super().__init__()
        self.outcomes: list[State] = []

    async def settle(self, work: Work, outcome: Outcome, now: float) -> bool:
        self.outcomes.append(outcome.state)
        return await super().settle(work, outcome, now)


@virtual
async def test_closing_lets_handlers_finish_within_the_deadline() -> None:
    """What is longer is interrupted and due again; what hasn't begun is released."""
    inbox = NotingInbox()
    subject = receiver(inbox=inbox, drain=10.0, concurrency=2)
    ended: list[str] = []

    @subject.on("*", name="first")
    async def first(event: Event) -> None:
        try:
            await asyncio.sleep(5.0 if event.id == "short" else 60.0)
        except asyncio.CancelledError:
            ended.append(f"{event.id} interrupted")
            raise
        ended.append(event.id)

    @subject.on("*", name="second")
    async def second(event: Event) -> None:
        ended.append("second")

    async with subject:
        for name in ("short", "long", "waiting"):
            await post(subject, event_id=name)
        await asyncio.sleep(1.0)
        assert (await deliver(subject, at=subject.clock.now())).status == 200
        began = since_start()
    assert since_start() - began == pytest.approx(10.0, abs=0.5)
    assert ended == ["short", "long interrupted"]
    assert inbox.outcomes == [State.DONE]
    assert await inbox.counts() == {State.DONE: 1, State.PENDING: 7}
    (claim, *_) = [
        each for each in await inbox.claim(9, ("first",), 2e9) if each.event.id == "long"
    ]
    assert claim.work == (Work("long", "first", 2),)
    (short,) = [each for each in await inbox.claim(9, ("second",), 2e9) if each.event.id == "short"]
    assert short.work == (Work("short", "second", 1),)


class SteppingClock(LoopClock):
    """Once it is told to, it goes back by an hour each time that somebody looks."""

    steps = 0
    begun = False

    def now(self) -> float:
        type(self).steps += type(self).begun
        return super().now() - 3_600.0 * type(self).steps


@virtual
async def test_a_clock_that_steps_back_does_not_hold_up_the_end() -> None:
    """How long handlers may take to finish is no matter of the time of day."""
    subject = receiver(drain=10.0)
    subject.clock = SteppingClock()
    SteppingClock.steps, SteppingClock.begun = 0, False

    @subject.on("*")
    async def handler(event: Event) -> None:
        await asyncio.sleep(1_000.0)

    async with subject:
        await post(subject)
        await asyncio.sleep(1.0)
        SteppingClock.begun, began = True, since_start()
    assert since_start() - began == pytest.approx(10.0, abs=0.5)


class HangingInbox(MemoryInbox):
    """Writes down, and doesn't come back."""

    async def settle(self, work: Work, outcome: Outcome, now: float) -> bool:
        await super().settle(work, outcome, now)
        await asyncio.sleep(1_000.0)
        return True


def test_what_may_be_written_down_all_the_same_is_told_so(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The end came while the inbox was at it."""

    @virtual
    async def test() -> None:
        subject = receiver(inbox=HangingInbox(), drain=1.0)

        @subject.on("*", name="h")
        async def handler(event: Event) -> None: ...

        async with subject:
            await post(subject, event_id="EVNT-1")
            await asyncio.sleep(1.0)

    test()
    assert "h for EVNT-1 was written down: it may run again" in caplog.text


@virtual
async def test_a_handler_that_can_not_be_cancelled_does_not_hold_up_the_end() -> None:
    """For more than moments after the deadline."""
    subject = receiver(drain=5.0)
    stubborn_ended = asyncio.Event()

    @subject.on("*")
    async def stubborn(event: Event) -> None:
        for _ in range(20):
            try:
                await asyncio.sleep(1.0)
            except asyncio.CancelledError:
                continue
        stubborn_ended.set()

    async with subject:
        await post(subject)
        await asyncio.sleep(0.1)
        began = since_start()
    assert since_start() - began < 8.0
    await stubborn_ended.wait()
    await asyncio.sleep(5.0)


@virtual
async def test_what_a_handler_waited_for_was_cancelled() -> None:
    """It is a failure as any other, not the end of the worker."""
    inbox = NotingInbox()
    subject = receiver(inbox=inbox)
    calls = 0

    @subject.on("*")
    async def handler(event: Event) -> None:
        nonlocal calls
        calls += 1
        if calls == 1:
            inner = asyncio.ensure_future(asyncio.sleep(10))
            inner.cancel()
            await inner

    async with subject:
        await post(subject)
        await asyncio.sleep(60)
    assert inbox.outcomes == [State.FAILED, State.DONE]


class UnsettledInbox(MemoryInbox):
    """Can write nothing down for a while, as on a full disk, nor give out work."""

    broken = False

    async def settle(self, work: Work, outcome: Outcome, now: float) -> bool:
        if self.broken:
            raise InboxError("the disk is full")
        return await super().settle(work, outcome, now)

    async def claim(self, *arguments: Any, **options: Any) -> Any:
        if self.broken:
            raise RuntimeError("a mistake of this inbox, about nobody@example.com")
        return await super().claim(*arguments, **options)


@virtual
async def test_what_is_done_is_written_down_when_the_inbox_can_again() -> None:
    """It doesn't run again for that; new work is taken when there is some again."""
    inbox = UnsettledInbox()
    subject = receiver(inbox=inbox)
    ran: list[str] = []

    @subject.on("*")
    async def handler(event: Event) -> None:
        ran.append(event.id)
        inbox.broken = True

    async with subject:
        await post(subject, event_id="first")
        await asyncio.sleep(1.0)
        await post(subject, event_id="second")
        await asyncio.sleep(100.0)
        assert await inbox.counts() == {State.RUNNING: 1, State.PENDING: 1}
        inbox.broken = False
        await asyncio.sleep(60.0)
        inbox.broken = False
        await asyncio.sleep(60.0)
        assert await inbox.counts() == {State.DONE: 2}
    assert ran == ["first", "second"]


@virtual
async def test_what_a_damaged_inbox_gives_is_given_up() -> None:
    """A body that is no event any more."""
    inbox = MemoryInbox()
    subject = receiver(inbox=inbox)

    @subject.on("*", name="h")
    async def handler(event: Event) -> None: ...

    event = StoredEvent(
        id="EVNT-1", type="x", subject="B", creation_time=0.0, received=0.0, body=b"\x00"
    )
    await inbox.put(event, ("h",))
    async with subject:
        await subject.idle()
        assert await inbox.counts() == {State.DEAD: 1}


@virtual
async def test_purging_goes_on_while_it_runs() -> None:
    """What is finished and old is forgotten without anybody asking."""
    inbox = MemoryInbox(keep=3_600.0)
    subject = receiver(inbox=inbox)

    @subject.on("*")
    async def handler(event: Event) -> None: ...

    async with subject:
        await post(subject)
        await asyncio.sleep(3_000)
        assert await inbox.counts() == {State.DONE: 1}
        await asyncio.sleep(2_000)
        assert await inbox.counts() == {}

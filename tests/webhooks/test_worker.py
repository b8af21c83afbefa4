"""How handlers are run: attempts, order, limits, and the end."""

import asyncio
import itertools
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import attrs
import pytest

from oncehub_async.testing import make_event
from oncehub_async.webhooks import (
    Backoff,
    Context,
    Event,
    GiveUp,
    InboxError,
    MemoryInbox,
    Receiver,
    RetryLater,
    Router,
    WallClock,
)
from oncehub_async.webhooks.inbox import Outcome, State, StoredEvent, Work
from tests.virtual_time import run_virtual

from .conftest import SECRET, deliver

START = 1_790_000_000.0


@attrs.frozen
class LoopClock(WallClock):
    """The wall clock of a loop in virtual time."""

    def now(self) -> float:
        return START + asyncio.get_running_loop().time()


def receiver(**settings: Any) -> Receiver:
    inbox = settings.pop("inbox", None) or MemoryInbox(keep=10 * 86_400.0)
    return Receiver(signing_secret=SECRET, inbox=inbox, clock=LoopClock(), **settings)


def virtual(test: Callable[[], Awaitable[None]]) -> Callable[[], None]:
    """Run a test on a loop whose time jumps."""

    def run() -> None:
        async def main() -> None:
            await test()

        run_virtual(main())

    run.__name__, run.__doc__ = getattr(test, "__name__", ""), test.__doc__
    return run


def since_start() -> float:
    return asyncio.get_running_loop().time()


async def post(subject: Receiver, kind: str = "booking.scheduled", **how: Any) -> None:
    answer = await deliver(subject, make_event(kind, **how), at=subject.clock.now())
    assert answer.status == 200


@virtual
async def test_a_failing_handler_is_tried_again_with_growing_waits() -> None:
    """Alone, until its attempts are used up; then it is a dead letter with its last error."""
    subject = receiver(backoff=Backoff(attempts=6, first=10.0, longest=50.0))
    times: list[float] = []
    attempts: list[tuple[int, bool]] = []
    others = 0

    @subject.on("*", name="failing")
    async def failing(event: Event, context: Context) -> None:
        times.append(since_start())
        attempts.append((context.attempt, context.is_last_attempt))
        raise ValueError(f"number {context.attempt}")

    @subject.on("*", name="fine")
    async def fine(event: Event) -> None:
        nonlocal others
        others += 1

    async with subject:
        await post(subject, event_id="EVNT-1")
        await asyncio.sleep(600)
        assert await subject.inbox.counts() == {State.DEAD: 1, State.DONE: 1}
        inbox: Any = subject.inbox
        errors = await inbox.errors()
        assert "ValueError: number 6" in errors["EVNT-1", "failing"]
        assert "test_worker.py" in errors["EVNT-1", "failing"]
    assert attempts == [(n, n == 6) for n in range(1, 7)]
    assert others == 1
    waits = [later - earlier for earlier, later in itertools.pairwise(times)]
    for wait, most in zip(waits, (10.0, 20.0, 40.0, 50.0, 50.0), strict=True):
        assert most / 2 <= wait <= most + 1.1


def test_waits_double_up_to_the_longest_and_chance_shortens_them() -> None:
    """By half at most."""
    backoff = Backoff(first=5.0, longest=100.0)
    assert [backoff.wait(n, 0.0) for n in (1, 2, 3, 5, 6, 1_000)] == [5, 10, 20, 80, 100, 100]
    assert backoff.wait(1, 1.0) == 2.5
    total = sum(Backoff().wait(n, 0.0) for n in range(1, Backoff().attempts))
    assert 13 * 3_600 < total < 15 * 3_600


@virtual
async def test_a_handlers_own_limits_go_before_the_receivers() -> None:
    """Attempts and time-out."""
    subject = receiver(timeout=100.0)
    ran: list[str] = []

    @subject.on("*", name="once", attempts=1)
    async def once(event: Event) -> None:
        ran.append("once")
        raise ValueError

    @subject.on("*", name="quick", timeout=3.0, attempts=1)
    async def quick(event: Event) -> None:
        await asyncio.sleep(4.0)
        ran.append("too late")

    @subject.on("*", name="slow")
    async def slow(event: Event) -> None:
        await asyncio.sleep(90.0)
        ran.append("slow")

    async with subject:
        await post(subject, event_id="EVNT-1")
        await subject.idle()
        assert ran == ["once", "slow"]
        inbox: Any = subject.inbox
        assert "longer than 3 s" in (await inbox.errors())["EVNT-1", "quick"]


@virtual
async def test_a_handler_asks_to_be_tried_again_later() -> None:
    """After exactly so long; that counts as an attempt, so that it ends."""
    subject = receiver(backoff=Backoff(attempts=3))
    times: list[float] = []

    @subject.on("*")
    async def later(event: Event) -> None:
        times.append(since_start())
        raise RetryLater(1_000, "not there yet")

    async with subject:
        await post(subject)
        await subject.idle()
        assert await subject.inbox.counts() == {State.PENDING: 1}
        await asyncio.sleep(5_000)
        assert await subject.inbox.counts() == {State.DEAD: 1}
    assert len(times) == 3
    assert all(1_000 <= b - a < 1_002 for a, b in itertools.pairwise(times))


@virtual
async def test_a_short_wait_is_not_rounded_up_to_the_poll() -> None:
    """RetryLater(0.05) comes back in 0.05 s."""
    subject = receiver()
    times: list[float] = []

    @subject.on("*")
    async def soon(event: Event) -> None:
        times.append(since_start())
        if len(times) < 3:
            raise RetryLater(0.05)

    async with subject:
        await post(subject)
        await asyncio.sleep(0.5)
    assert times[2] - times[0] == pytest.approx(0.1, abs=0.01)


@virtual
async def test_a_handler_gives_up() -> None:
    """A dead letter at once."""
    subject = receiver()

    @subject.on("*")
    async def hopeless(event: Event) -> None:
        raise GiveUp("the contact is gone")

    async with subject:
        await post(subject)
        await subject.idle()
        assert await subject.inbox.counts() == {State.DEAD: 1}


@pytest.mark.parametrize("seconds", [-1, float("nan"), float("inf"), "5", None, True])
def test_retry_later_needs_a_time(seconds: Any) -> None:
    """At the place where it is raised."""
    with pytest.raises(ValueError, match="seconds"):
        RetryLater(seconds)


@virtual
async def test_error_handlers_are_told_the_nearest_routers_first() -> None:
    """One that fails itself changes nothing; one that raises GiveUp decides."""
    subject, inner = receiver(), Router()
    told: list[str] = []

    @inner.on_error
    async def near(error: Exception, event: Event, context: Context) -> None:
        told.append(f"near {type(error).__name__} {context.attempt}")
        raise RuntimeError("the reporter is down")

    @subject.on_error
    async def far(error: Exception, event: Event, context: Context) -> None:
        told.append(f"far {type(error).__name__}")
        if isinstance(error, KeyError):
            raise GiveUp("never")

    @inner.on("*", name="inner")
    async def handler(event: Event) -> None:
        raise ValueError

    @subject.on("*", name="outer")
    async def outer(event: Event) -> None:
        raise KeyError

    subject.include(inner)
    async with subject:
        await post(subject)
        await subject.idle()
        assert await subject.inbox.counts() == {State.DEAD: 1, State.FAILED: 1}
    assert told == ["far KeyError", "near ValueError 1", "far ValueError"]


@virtual
async def test_no_more_events_at_once_than_the_limit() -> None:
    """And all are handled."""
    subject = receiver(concurrency=3)
    now = most = done = 0

    @subject.on("*")
    async def handler(event: Event) -> None:
        nonlocal now, most, done
        now += 1
        most = max(most, now)
        await asyncio.sleep(1.0)
        now -= 1
        done += 1

    async with subject:
        for _ in range(20):
            await post(subject)
        await subject.idle()
    assert (most, done) == (3, 20)


@virtual
async def test_one_subjects_events_run_one_after_the_other_others_at_once() -> None:
    """In order of creation, as far as they have arrived."""
    subject = receiver()
    running: set[str] = set()
    order: list[str] = []

    @subject.on("booking")
    async def handler(event: Event) -> None:
        booking = event.raw["data"]["id"]
        assert booking not in running
        running.add(booking)
        await asyncio.sleep(1.0)
        running.discard(booking)
        order.append(event.id)

    async with subject:
        for booking in ("A", "B"):
            for minute in (5, 1, 3):
                await post(
                    subject,
                    event_id=f"{booking}{minute}",
                    data={"id": booking},
                    creation_time=datetime(2026, 1, 1, 0, minute, tzinfo=UTC),
                )
        await subject.idle()
        assert since_start() < 4.0
    assert [each for each in order if each[0] == "A"] == ["A1", "A3", "A5"]
    assert [each for each in order if each[0] == "B"] == ["B1", "B3", "B5"]


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
    assert inbox.outcomes == [State.DONE, State.PENDING]
    assert await inbox.counts() == {State.DONE: 1, State.PENDING: 7}
    (claim, *_) = [
        each for each in await inbox.claim(9, ("first",), 2e9) if each.event.id == "long"
    ]
    assert claim.work == (Work("long", "first", 2),)
    (short,) = [each for each in await inbox.claim(9, ("second",), 2e9) if each.event.id == "short"]
    assert short.work == (Work("short", "second", 1),)


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

    async def claim(self, *arguments: Any) -> Any:
        if self.broken:
            raise RuntimeError("a mistake of this inbox, about nobody@example.com")
        return await super().claim(*arguments)


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
async def test_an_event_that_kills_the_process_each_time_is_given_up() -> None:
    """Claimed more often than it may be tried, and never finished."""
    inbox = MemoryInbox()
    subject = receiver(inbox=inbox, backoff=Backoff(attempts=2))
    ran = 0

    @subject.on("*", name="h")
    async def handler(event: Event) -> None:
        nonlocal ran
        ran += 1

    await inbox.open()
    body = make_event("booking.scheduled", event_id="EVNT-1")
    event = StoredEvent(
        id="EVNT-1",
        type="booking.scheduled",
        subject="B",
        creation_time=0.0,
        received=0.0,
        body=body,
    )
    await inbox.put(event, ("h",))
    for _ in range(2):
        await inbox.claim(1, ("h",), 1.0)
        await inbox.close()
    async with subject:
        await subject.idle()
        assert await inbox.counts() == {State.DEAD: 1}
        assert "process ended" in (await inbox.errors())["EVNT-1", "h"]
    assert ran == 0


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


def test_the_log_tells_kind_and_place_of_an_error_not_its_text(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """An error quotes what was handled: names, addresses. The inbox keeps it."""

    async def main() -> None:
        subject = receiver(backoff=Backoff(attempts=2))

        @subject.on("*", name="handler")
        async def handler(event: Event) -> None:
            raise ValueError("no such person: nobody@example.com")

        async with subject:
            await post(subject, event_id="EVNT-1")
            await asyncio.sleep(30)

    with caplog.at_level(logging.WARNING):
        run_virtual(main())
    lines = [each.getMessage() for each in caplog.records if "EVNT-1" in each.getMessage()]
    assert len(lines) == 2
    assert "attempt 1 of 2: ValueError at test_worker.py:" in lines[0]
    assert "given up" in lines[1]
    assert "nobody" not in caplog.text

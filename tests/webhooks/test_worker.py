"""How handlers are run: attempts, order, limits."""

import asyncio
import itertools
import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from harness.virtual_time import run_virtual
from oncehub_async.webhooks import Backoff, Context, Event, GiveUp, RetryLater, Router
from oncehub_async.webhooks._inbox import State

from .virtual_receiver import post, receiver, since_start, virtual


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


@pytest.mark.parametrize(
    "seconds", [-1, float("nan"), float("inf"), 2_592_001, 10**400, "5", None, True]
)
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


def test_the_place_of_an_error_is_the_handlers_own_line(caplog: pytest.LogCaptureFixture) -> None:
    """And not the line of Python's own library in which it was raised."""

    async def main() -> None:
        subject = receiver(backoff=Backoff(attempts=1))

        @subject.on("*", name="handler")
        async def handler(event: Event) -> None:
            Path("/no/such/file").read_text()

        async with subject:
            await post(subject, event_id="EVNT-1")
            await asyncio.sleep(30)

    with caplog.at_level(logging.WARNING):
        run_virtual(main())
    assert "FileNotFoundError at test_worker.py:" in caplog.text
    assert "pathlib" not in caplog.text

"""Attempts that were interrupted are no failures, and their number is limited apart from those."""

import asyncio
from typing import Any

import pytest

from oncehub_async.testing import make_event
from oncehub_async.webhooks import Backoff, Context, Event, MemoryInbox
from oncehub_async.webhooks._inbox import Inbox, Outcome, State, StoredEvent

from .conftest import MakeInbox
from .virtual_receiver import post, receiver, virtual


def event(id: str = "EVNT-1") -> StoredEvent:
    body = make_event("booking.scheduled", event_id=id)
    return StoredEvent(
        id=id, type="booking.scheduled", subject="B", creation_time=0.0, received=0.0, body=body
    )


@pytest.mark.parametrize("ending", ["killed", "stopped"])
async def test_the_last_attempt_runs_again_when_it_was_interrupted(
    ending: str, make_inbox: MakeInbox
) -> None:
    """Whether the process died or the receiver stopped meanwhile."""
    inbox = make_inbox()
    await inbox.open()
    await inbox.put(event(), ("once",))
    (claim,) = await inbox.claim(1, ("once",), 1.0)
    if ending == "stopped":
        await inbox.release(claim.work[0], began=True)
    await inbox.close()
    inbox = inbox if isinstance(inbox, MemoryInbox) else make_inbox()
    subject = receiver(inbox=inbox)
    seen: list[tuple[int, bool]] = []

    @subject.on("*", name="once", attempts=1)
    async def once(event: Event, context: Context) -> None:
        seen.append((context.attempt, context.is_last_attempt))

    async with subject:
        await subject.idle()
        assert await inbox.counts() == {State.DONE: 1}
    assert seen == [(2, True)]


async def test_of_what_a_dead_one_held_only_the_first_had_begun(make_inbox: MakeInbox) -> None:
    """The others don't count as crashed, nor as attempted; the last error stays."""
    handlers = ("first", "second")
    inbox = make_inbox()
    await inbox.open()
    await inbox.put(event(), handlers)
    (claim,) = await inbox.claim(1, handlers, 1.0)
    failed = Outcome(state=State.FAILED, due=2.0, error="the CRM says no")
    await inbox.settle(claim.work[0], failed, 1.0)
    await inbox.release(claim.work[1], began=False)
    for crashes in range(3):
        (claim,) = await inbox.claim(1, handlers, 9.0)
        first, second = claim.work
        assert (first.attempt, first.failures, first.crashes) == (2 + crashes, 1, crashes)
        assert first.error == "the CRM says no"
        assert (second.attempt, second.failures, second.crashes) == (1, 0, 0)
        await inbox.close()
        inbox = inbox if isinstance(inbox, MemoryInbox) else make_inbox()
        await inbox.open()
    await inbox.close()


@virtual
async def test_an_event_that_kills_the_process_each_time_is_given_up() -> None:
    """After ten times, with its last error beside it; the handlers after it still run."""
    inbox: Any = MemoryInbox()
    subject = receiver(inbox=inbox, backoff=Backoff(attempts=2))
    ran: list[str] = []

    @subject.on("*", name="killer")
    async def killer(event: Event) -> None:
        ran.append("killer")

    @subject.on("*", name="next")
    async def next_(event: Event) -> None:
        ran.append("next")

    handlers = ("killer", "next")
    await inbox.put(event(), handlers)
    (claim,) = await inbox.claim(1, handlers, 1.0)
    failed = Outcome(state=State.FAILED, due=1.0, error="the CRM says no")
    await inbox.settle(claim.work[0], failed, 1.0)
    await inbox.close()
    while claim.work[0].crashes < 9:
        (claim,) = await inbox.claim(1, handlers, 1.0)
        await inbox.close()
    async with subject:
        await subject.idle()
        assert await inbox.counts() == {State.DEAD: 1, State.DONE: 1}
        error = (await inbox.errors())["EVNT-1", "killer"]
    assert "process ended 10 times" in error
    assert "the CRM says no" in error
    assert ran == ["next"]


@virtual
async def test_stopping_again_and_again_uses_up_no_attempts() -> None:
    """A handler that takes longer than deployments are apart comes to its end some day."""
    inbox: Inbox = MemoryInbox()
    for _ in range(12):
        subject = receiver(inbox=inbox, backoff=Backoff(attempts=2), drain=1.0)

        @subject.on("*", name="slow")
        async def slow(event: Event) -> None:
            await asyncio.sleep(50.0)

        async with subject:
            if not await inbox.counts():
                await post(subject)
            await asyncio.sleep(5.0)
            assert await inbox.counts() == {State.RUNNING: 1}
    (claim,) = await inbox.claim(1, ("slow",), 2e9)
    assert (claim.work[0].failures, claim.work[0].crashes) == (0, 0)


@virtual
async def test_interruptions_leave_the_attempts_of_a_handler_that_fails_then() -> None:
    """It is tried as often as one that was never interrupted."""
    inbox: Inbox = MemoryInbox()
    await inbox.put(event(), ("failing",))
    for _ in range(5):
        (claim,) = await inbox.claim(1, ("failing",), 2e9)
        await inbox.release(claim.work[0], began=True)
    subject = receiver(inbox=inbox, backoff=Backoff(first=1.0, attempts=3))
    seen: list[tuple[int, bool]] = []

    @subject.on("*", name="failing")
    async def failing(event: Event, context: Context) -> None:
        seen.append((context.attempt, context.is_last_attempt))
        raise ValueError

    async with subject:
        await asyncio.sleep(600.0)
    assert seen == [(6, False), (7, False), (8, True)]


def test_errors_are_in_no_repr() -> None:
    """They quote what was handled."""
    assert "nobody" not in repr(Outcome(state=State.DEAD, error="nobody@example.com"))

"""Attempts that were interrupted are no failures, and their number is limited apart from those."""

import asyncio
from typing import Any

import pytest

from oncehub_async.testing import make_event
from oncehub_async.webhooks import Backoff, Context, Event, MemoryInbox
from oncehub_async.webhooks._inbox import Inbox, Outcome, State, StoredEvent, Work

from .conftest import MakeInbox
from .virtual_receiver import post, receiver, virtual

DONE = Outcome(state=State.DONE)


def event(id: str = "EVNT-1", subject: str = "B") -> StoredEvent:
    body = make_event("booking.scheduled", event_id=id)
    return StoredEvent(
        id=id, type="booking.scheduled", subject=subject, creation_time=0.0, received=0.0, body=body
    )


class MortalInbox(MemoryInbox):
    """One whose process can die: nothing is given back then but by who comes next."""

    dead = False

    async def release(self, work: Work, *, began: bool) -> None:
        if not self.dead:
            await super().release(work, began=began)


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


async def died(inbox: Inbox, make_inbox: MakeInbox) -> Inbox:
    """The inbox as whoever comes next finds it."""
    await inbox.close()
    inbox = inbox if isinstance(inbox, MemoryInbox) else make_inbox()
    await inbox.open()
    return inbox


async def test_of_what_a_dead_one_held_only_the_first_had_begun(make_inbox: MakeInbox) -> None:
    """It counts as crashed only where nothing ran beside it; the last error stays."""
    handlers = ("first", "second")
    inbox = make_inbox()
    await inbox.open()
    await inbox.put(event(), handlers)
    (claim,) = await inbox.claim(1, handlers, 1.0)
    failed = Outcome(state=State.FAILED, due=2.0, error="the CRM says no")
    await inbox.settle(claim.work[0], failed, 1.0)
    await inbox.release(claim.work[1], began=False)
    (claim,) = await inbox.claim(1, handlers, 9.0)
    assert [work.attempt for work in claim.work] == [2, 1]
    for crashes in range(3):
        inbox = await died(inbox, make_inbox)
        (claim,) = await inbox.claim(1, handlers, 9.0)
        (first,) = claim.work
        assert claim.alone
        assert (first.attempt, first.failures, first.crashes) == (3 + crashes, 1, crashes)
        assert first.error == "the CRM says no"
    await inbox.settle(claim.work[0], DONE, 9.0)
    (claim,) = await inbox.claim(1, handlers, 9.0)
    assert not claim.alone
    (second,) = claim.work
    assert (second.attempt, second.failures, second.crashes) == (1, 0, 0)
    await inbox.close()


async def test_what_ran_at_a_crash_is_run_again_one_by_one(make_inbox: MakeInbox) -> None:
    """Who has anything else running gets none of it, nor anything new meanwhile."""
    inbox = make_inbox()
    await inbox.open()
    for number in range(4):
        await inbox.put(event(f"EVNT-{number}", f"BKNG-{number}"), ("h",))
    assert len(await inbox.claim(2, ("h",), 1.0)) == 2
    inbox = await died(inbox, make_inbox)
    assert await inbox.claim(9, ("h",), 1.0, idle=False) == []
    assert await inbox.claim(9, ("another",), 1.0, idle=False) == []
    for number in range(2):
        (claim,) = await inbox.claim(9, ("h",), 1.0)
        assert (claim.event.id, claim.alone) == (f"EVNT-{number}", True)
        await inbox.settle(claim.work[0], DONE, 1.0)
    assert [each.alone for each in await inbox.claim(9, ("h",), 1.0)] == [False, False]
    await inbox.close()


async def test_what_survived_is_suspected_no_more(make_inbox: MakeInbox) -> None:
    """Also if it failed; but not if it was only given back."""
    inbox = make_inbox()
    await inbox.open()
    await inbox.put(event(), ("h",))
    await inbox.claim(1, ("h",), 1.0)
    inbox = await died(inbox, make_inbox)
    (claim,) = await inbox.claim(1, ("h",), 1.0)
    await inbox.release(claim.work[0], began=True)
    (claim,) = await inbox.claim(1, ("h",), 1.0)
    assert claim.alone
    await inbox.settle(claim.work[0], Outcome(state=State.FAILED, due=2.0, error="no"), 1.0)
    (claim,) = await inbox.claim(1, ("h",), 2.0, idle=False)
    assert not claim.alone
    await inbox.close()


@virtual
async def test_an_event_that_kills_the_process_takes_nobody_with_it() -> None:
    """Whatever ran beside it is done; it is given up after three times alone."""
    inbox = MortalInbox()
    for number in range(12):
        await inbox.put(event(f"EVNT-{number}", f"BKNG-{number}"), ("h",))
    lives = 0
    while (await inbox.waiting()).get("h"):
        lives += 1
        await live_until_killed(inbox, by="EVNT-3")
    assert await inbox.counts() == {State.DONE: 11, State.DEAD: 1}
    assert list(await inbox.errors()) == [("EVNT-3", "h")]
    assert lives == 5


async def live_until_killed(inbox: MortalInbox, by: str) -> None:
    """A process that handles what waits, until one event ends it."""
    subject, killed = receiver(inbox=inbox, concurrency=8), asyncio.Event()

    @subject.on("*", name="h")
    async def h(event: Event) -> None:
        await asyncio.sleep(1.0)
        if event.id == by:
            inbox.dead = True
            killed.set()
            await asyncio.Event().wait()

    async with subject:
        ends = [asyncio.create_task(killed.wait()), asyncio.create_task(subject.idle())]
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        for task in ends:
            task.cancel()
    inbox.dead = False


@virtual
async def test_an_event_that_kills_the_process_each_time_is_given_up() -> None:
    """After three times alone, with its last error; the handlers after it still run."""
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
    await inbox.release(claim.work[1], began=False)
    await inbox.claim(1, handlers, 1.0)
    await inbox.close()
    while claim.work[0].crashes < 2:
        (claim,) = await inbox.claim(1, handlers, 1.0)
        await inbox.close()
    async with subject:
        await subject.idle()
        assert await inbox.counts() == {State.DEAD: 1, State.DONE: 1}
        error = (await inbox.errors())["EVNT-1", "killer"]
    assert "process ended 3 times" in error
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

"""Opening and closing a receiver, several times too."""

import asyncio
import os
import sqlite3
import threading
from pathlib import Path
from typing import Any

import pytest

from oncehub_async import ClientStateError
from oncehub_async.testing import ReceiverClient, make_event
from oncehub_async.webhooks import Event, InboxError, MemoryInbox, Receiver, SQLiteInbox
from oncehub_async.webhooks._inbox import Outcome, State, Work

from .conftest import SECRET, MakeInbox, deliver
from .virtual_receiver import post, receiver, since_start, virtual


async def test_it_receives_only_while_it_is_open(caplog: pytest.LogCaptureFixture) -> None:
    """Before and after that it is 503, and OnceHub tries again. That it was never opened, which is
    a mistake, is told once, with the remedy."""
    subject = Receiver(signing_secret=SECRET, inbox=MemoryInbox())
    for _ in range(3):
        assert (await deliver(subject)).status == 503
    (line,) = [each for each in caplog.records if each.levelname == "ERROR"]
    assert "async with receiver" in line.message
    assert subject.readiness().status == 503
    async with subject:
        assert (await deliver(subject)).status == 200
        assert subject.readiness().status == 200
        with pytest.raises(ClientStateError, match="is open"):
            await subject.open()
    assert (await deliver(subject)).status == 503
    assert (subject.health().status, subject.readiness().status) == (200, 503)
    with pytest.raises(ClientStateError, match="open the receiver first"):
        await subject.idle()
    assert len([each for each in caplog.records if each.levelname == "ERROR"]) == 1


async def test_it_is_opened_again_after_it_was_closed(make_inbox: MakeInbox) -> None:
    """And takes handlers in between."""
    subject = Receiver(signing_secret=SECRET, inbox=make_inbox())
    seen: list[str] = []
    for name in ("first", "second"):

        @subject.on("*", name=name)
        async def handler(event: Event, name: str = name) -> None:
            seen.append(name)

        async with subject:
            assert (await deliver(subject)).status == 200
            await subject.idle()
    assert seen == ["first", "first", "second"]


async def test_it_is_opened_again_after_opening_failed() -> None:
    """Once the cause is gone."""
    asked = 0

    async def secrets() -> str:
        nonlocal asked
        asked += 1
        if asked == 1:
            raise ConnectionError
        return SECRET

    subject = Receiver(signing_secret=secrets, inbox=MemoryInbox())
    with pytest.raises(ConnectionError):
        await subject.open()
    await asyncio.sleep(1.1)
    async with subject:
        assert (await deliver(subject)).status == 200


async def test_a_receiver_of_a_module_serves_several_tests() -> None:
    """Each with an inbox of its own; the receiver's own is there again afterwards."""
    own = MemoryInbox()
    subject = Receiver(signing_secret=SECRET, inbox=own)

    @subject.on("*")
    async def handler(event: Event) -> None: ...

    for _ in range(2):
        async with ReceiverClient(subject, secret=SECRET) as oncehub:
            assert subject.inbox is not own
            await oncehub.deliver(make_event("booking.scheduled", event_id="EVNT-1"))
            assert await oncehub.handled() == {State.DONE: 1}
        assert subject.inbox is own


class HangingInbox(MemoryInbox):
    """Gives no answer to a claim."""

    hangs = False

    async def claim(self, *arguments: Any, **options: Any) -> Any:
        if self.hangs:
            await asyncio.Event().wait()
        return await super().claim(*arguments, **options)


@virtual
async def test_closing_does_not_wait_for_an_inbox_that_hangs() -> None:
    """For longer than for handlers."""
    inbox = HangingInbox()
    subject = receiver(inbox=inbox, drain=5.0)

    @subject.on("*")
    async def handler(event: Event) -> None: ...

    async with subject:
        await asyncio.sleep(0.1)
        inbox.hangs = True
        await asyncio.sleep(2.0)
        began = since_start()
        asyncio.get_running_loop().call_later(100.0, lambda: None)
    assert since_start() - began < 8.0


@virtual
async def test_who_waits_for_idle_is_told_that_it_closed() -> None:
    """Instead of waiting for ever."""
    subject = receiver(drain=1.0)

    @subject.on("*")
    async def handler(event: Event) -> None:
        await asyncio.sleep(100.0)

    async with subject:
        await post(subject)
        await asyncio.sleep(0.1)
        waiting = asyncio.ensure_future(subject.idle())
        await asyncio.sleep(0.1)
    with pytest.raises(ClientStateError, match="closed"):
        await asyncio.wait_for(waiting, 10.0)


class ClosedInbox(MemoryInbox):
    """Settles nothing after it was closed."""

    is_closed = False

    async def close(self) -> None:
        self.is_closed = True

    async def settle(self, work: Work, outcome: Outcome, now: float) -> bool:
        if self.is_closed:
            raise InboxError("the inbox is not open")
        return await super().settle(work, outcome, now)


def test_no_task_lives_on_after_closing(caplog: pytest.LogCaptureFixture) -> None:
    """A handler that outlived it can't be written down any more; the log says once what that
    means."""

    @virtual
    async def test() -> None:
        subject = receiver(inbox=ClosedInbox(), drain=1.0)

        @subject.on("*", name="h")
        async def stubborn(event: Event) -> None:
            end = since_start() + 10.0
            while since_start() < end:
                try:
                    await asyncio.sleep(end - since_start())
                except asyncio.CancelledError:
                    continue

        async with subject:
            await post(subject, event_id="EVNT-1")
            await asyncio.sleep(0.1)
        await asyncio.sleep(20.0)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    test()
    (line,) = [each for each in caplog.records if each.levelname == "ERROR"]
    assert "h for EVNT-1 was written down: it runs again" in line.message


async def test_an_inbox_whose_closing_is_cancelled_holds_nothing(tmp_path: Path) -> None:
    """Its lock is free at once, its thread ends after what it does."""
    path = tmp_path / "inbox.db"
    inbox = SQLiteInbox(path, busy_timeout=0.5)
    await inbox.open()
    writer = inbox._writer
    assert writer is not None
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    asked = asyncio.ensure_future(inbox.waiting())
    await asyncio.sleep(0.05)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await inbox.close()
    assert [name for name in os.listdir(tmp_path) if "owner" in name] == []
    with pytest.raises(InboxError):
        await asked
    other.close()
    thread = writer._thread
    assert isinstance(thread, threading.Thread)
    await asyncio.to_thread(thread.join, 20.0)
    assert not thread.is_alive()

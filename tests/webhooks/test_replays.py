"""Doing it again, as handlers see it; and through kills."""

import asyncio
import signal
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from oncehub_async import ConfigurationError
from oncehub_async.errors import InvalidParameterError
from oncehub_async.testing import make_event
from oncehub_async.webhooks import (
    Backoff,
    BookingEvent,
    Context,
    Event,
    GiveUp,
    MemoryInbox,
    Receiver,
    Selection,
    SQLiteInbox,
    State,
)

from .conftest import SECRET, deliver
from .virtual_receiver import post, receiver, virtual

BOOKING: dict[str, Any] = {"data": {"id": "BKNG-1"}}


def on_day(day: int) -> datetime:
    return datetime(2026, 11, day, 10, tzinfo=UTC)


@virtual
async def test_a_late_scheduled_does_not_undo_a_canceled() -> None:
    """The handler is told that it has handled what happened later."""
    subject = receiver()
    room = "free"

    @subject.on("booking")
    async def sync(event: BookingEvent, context: Context) -> None:
        nonlocal room
        if not context.is_superseded:
            room = "free" if event.type == "booking.canceled" else "taken"

    async with subject:
        await post(subject, "booking.canceled", creation_time=on_day(2), **BOOKING)
        await subject.idle()
        await post(subject, "booking.scheduled", creation_time=on_day(1), **BOOKING)
        await subject.idle()
        assert room == "free"
        assert await subject.inbox.counts() == {State.DONE: 2}


@virtual
async def test_a_replay_says_that_it_is_one() -> None:
    """Of what was done and of dead letters; with the handler's name, and its attempts from 1."""
    subject = receiver(backoff=Backoff(attempts=1))
    seen: list[tuple[str, int, bool, bool]] = []

    @subject.on("*", name="crm:upsert")
    async def handler(event: Event, context: Context) -> None:
        seen.append((context.handler, context.attempt, context.is_replay, context.is_superseded))
        if len(seen) == 2:
            raise GiveUp("not today")

    async with subject:
        await post(subject, creation_time=on_day(1), **BOOKING)
        await post(subject, creation_time=on_day(2), **BOOKING)
        await subject.idle()
        everything = Selection(states=[State.DONE, State.DEAD])
        assert await subject.inbox.redo(everything, subject.clock.now()) == 2
        await asyncio.sleep(2.0)
        await subject.idle()
    assert seen == [("crm:upsert", 1, replay, False) for replay in (False, False, True, True)]


@virtual
async def test_failed_work_is_done_now_instead_of_in_hours() -> None:
    """Beside a running receiver."""
    subject = receiver(backoff=Backoff(first=3_600.0))
    is_up = False

    @subject.on("*")
    async def handler(event: Event) -> None:
        if not is_up:
            raise ConnectionError

    async with subject:
        await post(subject)
        await subject.idle()
        assert await subject.inbox.counts() == {State.FAILED: 1}
        is_up = True
        await subject.inbox.redo(Selection(states="failed"), subject.clock.now())
        await asyncio.sleep(2.0)
        assert await subject.inbox.counts() == {State.DONE: 1}


@virtual
async def test_a_restart_after_a_fix_asks_for_it() -> None:
    """`redo_at_start`: failed and dead work of the time before runs when the receiver opens."""
    inbox = MemoryInbox(keep=10 * 86_400.0)
    broken = receiver(inbox=inbox, backoff=Backoff(attempts=2, first=7_200.0))

    @broken.on("*", name="h")
    async def breaks(event: Event) -> None:
        raise GiveUp("a bug") if event.type == "booking.canceled" else ValueError

    async with broken:
        await post(broken)
        await post(broken, "booking.canceled")
        await broken.idle()
    fixed = receiver(inbox=inbox, redo_at_start=Selection(states=["failed", "dead"]))

    @fixed.on("*", name="h")
    async def works(event: Event) -> None: ...

    async with fixed:
        await fixed.idle()
        assert await inbox.counts() == {State.DONE: 2}


def test_what_can_be_selected() -> None:
    """A slip is told of where it is made."""
    assert Selection(states="dead") == Selection(states=[State.DEAD])
    assert Selection(states="dead", types="booking").types == frozenset(["booking"])
    with pytest.raises(InvalidParameterError, match="state"):
        Selection()
    with pytest.raises(InvalidParameterError, match="did you mean 'dead'"):
        Selection(states="ded")
    with pytest.raises(InvalidParameterError, match="time zone"):
        Selection(states="dead", since=datetime.fromisoformat("2026-01-31"))
    with pytest.raises(InvalidParameterError, match="later than until"):
        Selection(states="dead", since=2.0, until=1.0)
    with pytest.raises(InvalidParameterError, match="handler"):
        Selection(missing=True)
    with pytest.raises(ConfigurationError, match="redo_at_start"):
        receiver(redo_at_start=True)


# It does everything again as soon as it is open, and is killed over and over.
AGAIN = """
import asyncio, os, sys, time
from oncehub_async.webhooks import Receiver, Selection, SQLiteInbox

folder, secret, redo = sys.argv[1:]
log = os.open(folder + "/log.txt", os.O_CREAT | os.O_APPEND | os.O_WRONLY)
receiver = Receiver(signing_secret=secret, inbox=SQLiteInbox(folder + "/inbox.db"))

@receiver.on("booking", name="h")
async def handler(event, context):
    await asyncio.sleep(0.002)
    os.write(log, f"{event.id} {context.is_replay:d} {context.is_superseded:d}\\n".encode())

async def main():
    async with receiver:
        if redo == "redo":
            await receiver.inbox.redo(Selection(states="done"), time.time())
            print("redone", flush=True)
        await receiver.idle()
        counts = await receiver.inbox.counts()
        while set(counts) != {"done"}:
            await asyncio.sleep(0.05)
            counts = await receiver.inbox.counts()
    print("finished", flush=True)

asyncio.run(main())
"""


def again(folder: Path, what: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", AGAIN, str(folder), SECRET, what],
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.mark.timeout(120)
async def test_kills_during_a_replay_lose_none_and_end_in_the_newest(tmp_path: Path) -> None:
    """Each event is done again, none for ever; the last of a booking is the only one that is new."""
    path = tmp_path / "inbox.db"
    subject = Receiver(signing_secret=SECRET, inbox=SQLiteInbox(path))

    @subject.on("booking", name="h")
    async def handler(event: Event) -> None: ...

    async with subject:
        for number in range(200):
            body = make_event(
                "booking.scheduled",
                event_id=f"EVNT-{number}",
                data={"id": f"BKNG-{number % 10}"},
                creation_time=on_day(1) + timedelta(seconds=number),
            )
            await deliver(subject, body)
        await subject.idle()
        assert await subject.inbox.counts() == {State.DONE: 200}
    process = again(tmp_path, "redo")
    for kill in range(4):
        if kill:
            process = again(tmp_path, "go on")
        assert process.stdout is not None
        if not kill:
            assert await asyncio.to_thread(process.stdout.readline) == "redone\n"
        enough = lines_of(tmp_path) + 12
        while lines_of(tmp_path) < enough and process.poll() is None:
            await asyncio.sleep(0.005)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    process = again(tmp_path, "go on")
    out, _ = await asyncio.to_thread(process.communicate)
    assert (process.returncode, out) == (0, "finished\n")
    lines = [line.split() for line in (tmp_path / "log.txt").read_text().splitlines()]
    times = Counter(event for event, _, _ in lines)
    assert set(times) == {f"EVNT-{number}" for number in range(200)}
    # Only what was running at a kill, of ten bookings at most, ran more often.
    assert sum(times.values()) - 200 <= 4 * 10
    assert all(replay == "1" for _, replay, _ in lines)
    newest = {f"EVNT-{number}" for number in range(190, 200)}
    assert {event for event, _, superseded in lines if superseded == "0"} == newest


def lines_of(folder: Path) -> int:
    log = folder / "log.txt"
    return len(log.read_text().splitlines()) if log.exists() else 0


async def test_a_long_redo_holds_up_no_delivery(tmp_path: Path, monkeypatch: Any) -> None:
    """It is done some events at a time, with what else there is to do in between."""
    monkeypatch.setattr("oncehub_async.webhooks._inbox.database_rows.EVENTS_AT_ONCE", 10)
    inbox = SQLiteInbox(tmp_path / "inbox.db")
    subject = Receiver(signing_secret=SECRET, inbox=inbox)

    @subject.on("booking", name="h")
    async def handler(event: Event) -> None: ...

    async with subject:
        await asyncio.gather(*(deliver(subject) for _ in range(100)))
        await subject.idle()
        redo = asyncio.ensure_future(inbox.redo(Selection(states="done"), 0.0))
        while not (await inbox.waiting()).get("h"):
            await asyncio.sleep(0)
        assert (await deliver(subject)).status == 200
        assert not redo.done()
        assert await redo == 100
        await subject.idle()
        assert await inbox.counts() == {State.DONE: 101}

"""Killed at any moment and started again: nothing accepted is lost, nothing done runs again."""

import asyncio
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import aiohttp
import pytest

from oncehub_async.testing import make_event, sign
from oncehub_async.webhooks import SQLiteInbox
from oncehub_async.webhooks._inbox import State

from .conftest import SECRET

# A handler writes down that it begins. It fails at times; what it did is on the disk before the
# inbox is told that it is done, as with any work that a handler does elsewhere.
SERVICE = """
import asyncio, os, random, sys
from oncehub_async.webhooks import Backoff, Receiver, SQLiteInbox, serve

folder, secret = sys.argv[1:]
receiver = Receiver(
    signing_secret=secret,
    inbox=SQLiteInbox(folder + "/inbox.db"),
    backoff=Backoff(attempts=50, first=0.05, longest=0.2),
    drain=0.5,
)
log = os.open(folder + "/log.txt", os.O_CREAT | os.O_APPEND | os.O_WRONLY)

@receiver.on("booking", name="handler")
async def handler(event, context):
    os.write(log, f"began {event.id} {context.attempt} {os.getpid()}\\n".encode())
    await asyncio.sleep(random.random() * 0.01)
    if random.random() < 0.05:
        raise ValueError
    os.write(log, f"ended {event.id} {context.attempt} {os.getpid()}\\n".encode())

asyncio.run(serve(receiver, port=0, on_start=lambda url: print(url, flush=True)))
"""


class Service:
    """The receiver in a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", SERVICE, str(folder), SECRET],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    async def url(self) -> str:
        assert self.process.stdout is not None
        line = await asyncio.to_thread(self.process.stdout.readline)
        assert line, "the service didn't start"
        return line.decode().strip()

    def end(self, how: signal.Signals) -> tuple[int, str]:
        self.process.send_signal(how)
        _, err = self.process.communicate(timeout=60)
        return self.process.returncode, err.decode()


async def post_all(
    url: str, bodies: list[bytes], accepted: set[int], first: int, stop: asyncio.Event
) -> None:
    """Post events, over several connections, until the service is gone."""
    numbers = iter(range(len(bodies)))

    async def send(session: aiohttp.ClientSession) -> None:
        for number in numbers:
            if stop.is_set():
                return
            headers = {"Oncehub-Signature": sign(bodies[number], SECRET)}
            try:
                async with session.post(url, data=bodies[number], headers=headers) as response:
                    if response.status == 200:
                        accepted.add(first + number)
            except aiohttp.ClientError:
                return

    async with aiohttp.ClientSession() as session:
        await asyncio.gather(*(send(session) for _ in range(8)))


@pytest.mark.timeout(60)
async def test_kills_lose_nothing_and_repeat_nothing_that_was_done(tmp_path: Path) -> None:
    """Events posted all the time, kill -9 at random moments, then a run to the end."""
    chance = random.Random(3)
    accepted: set[int] = set()
    done_before: set[str] = set()
    log = tmp_path / "log.txt"
    for kill in range(4):
        service = Service(tmp_path)
        url = await service.url()
        # What is marked done now may never begin again.
        done_before |= await done_events(tmp_path)
        began_before = Counter(events(log, "began"))
        bodies = [
            make_event(
                "booking.scheduled", event_id=f"EVNT-{kill * 10_000 + n}", data={"id": f"B{n % 7}"}
            )
            for n in range(300)
        ]
        stop = asyncio.Event()
        posting = asyncio.ensure_future(post_all(url, bodies, accepted, kill * 10_000, stop))
        await asyncio.sleep(0.05 + chance.random() * 0.5)
        service.end(signal.SIGKILL)
        stop.set()
        await posting
        began_after = Counter(events(log, "began"))
        again = {each for each in done_before if began_after[each] > began_before[each]}
        assert not again
    assert len(accepted) > 20
    service = Service(tmp_path)
    await service.url()
    names = {f"EVNT-{number}" for number in accepted}
    while not names <= set(events(log, "ended")):
        assert service.process.poll() is None
        await asyncio.sleep(0.05)
    code, err = service.end(signal.SIGTERM)
    assert (code, "Traceback" in err) == (0, False), err
    ended = Counter(events(log, "ended"))
    pids = {line.split()[3] for line in log.read_text().splitlines()}
    assert len(pids) >= 4
    for event, times in ended.items():
        # Only what was running at a kill (at most 4) may have ended more than once.
        assert times <= 5, event
    assert [file.name for file in tmp_path.iterdir() if "owner" in file.name] == []


def events(log: Path, word: str) -> list[str]:
    if not log.exists():
        return []
    lines = log.read_text().splitlines()
    return [line.split()[1] for line in lines if line.startswith(word)]


async def done_events(folder: Path) -> set[str]:
    inbox = SQLiteInbox(folder / "inbox.db")
    await inbox.open()
    rows = await inbox._asked(
        lambda db: db.execute(
            "SELECT id FROM events JOIN work ON event = seq WHERE state = ?", (State.DONE,)
        ).fetchall()
    )
    await inbox.close()
    return {row[0] for row in rows}


async def test_sigterm_ends_cleanly_with_what_runs_finished(tmp_path: Path) -> None:
    """Exit code 0, nothing left running in the inbox, no lock file."""
    service = Service(tmp_path)
    url = await service.url()
    accepted: set[int] = set()
    bodies = [make_event("booking.scheduled", event_id=f"EVNT-{n}") for n in range(60)]
    posting = asyncio.ensure_future(post_all(url, bodies, accepted, 0, asyncio.Event()))
    await asyncio.sleep(0.1)
    code, err = service.end(signal.SIGTERM)
    await posting
    assert (code, "Traceback" in err) == (0, False), err
    inbox = SQLiteInbox(tmp_path / "inbox.db")
    await inbox.open()
    counts = await inbox.counts()
    assert State.RUNNING not in counts
    assert sum(counts.values()) >= len(accepted)
    await inbox.close()
    assert sorted(os.listdir(tmp_path)) == ["inbox.db", "log.txt"]

"""Processes with other handlers share an inbox: nothing is missed, and nothing waits unseen."""

import asyncio
import json
import logging
import signal
import sys
import time
from pathlib import Path

import aiohttp
import pytest

from oncehub_async.testing import make_event, sign
from oncehub_async.webhooks import (
    Event,
    MemoryInbox,
    Receiver,
    SQLiteInbox,
    Subscription,
    opened_inbox,
)
from oncehub_async.webhooks._inbox import sqlite_inbox

from .conftest import SECRET, deliver
from .virtual_receiver import post, receiver, virtual


@virtual
async def test_readiness_names_what_waits_for_no_handler() -> None:
    """A renamed handler's work; deliveries are accepted all the same."""
    inbox = MemoryInbox(keep=10 * 86_400.0)
    before = receiver(inbox=inbox)

    @before.on("*", name="old name")
    async def old(event: Event) -> None:
        await asyncio.sleep(1_000.0)

    async with before:
        await post(before)
        assert json.loads(before.readiness().body) == {"status": "ready"}
    after = receiver(inbox=inbox)

    @after.on("*", name="new name")
    async def new(event: Event) -> None: ...

    async with after:
        answer = after.readiness()
        told = {"status": "ready", "waits_for_missing_handlers": {"old name": 1}}
        assert (answer.status, json.loads(answer.body)) == (200, told)


@virtual
async def test_what_is_no_longer_asked_for_is_released() -> None:
    """When the receiver opens; what was behind it goes on."""
    inbox = MemoryInbox(keep=10 * 86_400.0)
    before = receiver(inbox=inbox)

    @before.on("booking", name="h")
    async def waits(event: Event) -> None:
        raise ConnectionError

    async with before:
        await post(before, "booking.canceled", data={"id": "BKNG-1"})
        await post(before, "booking.scheduled", data={"id": "BKNG-1"})
        await before.idle()
    after = receiver(inbox=inbox)
    seen: list[str] = []

    @after.on("booking.scheduled", name="h")
    async def narrow(event: Event) -> None:
        seen.append(event.type)

    async with after:
        await after.idle()
        assert await inbox.waiting() == {}
    assert seen == ["booking.scheduled"]


def sharing(path: Path, *names: str) -> Receiver:
    """A receiver on a file, whose handlers do nothing."""
    subject = Receiver(signing_secret=SECRET, inbox=SQLiteInbox(path))
    for name in names:

        @subject.on("*", name=name)
        async def handler(event: Event) -> None: ...

    return subject


async def test_a_rename_is_told_beside_the_old_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """That the other has it, while it lives; that its work waits, when it doesn't any more."""
    monkeypatch.setattr("oncehub_async.webhooks._handling.deployment_watch._BETWEEN_LOOKS", 0.05)
    caplog.set_level(logging.INFO, "oncehub_async.webhooks")
    path = tmp_path / "inbox.db"
    old, new = sharing(path, "old name"), sharing(path, "new name")
    async with new:
        await old.open()
        while "'old name' too, in another process" not in caplog.text:
            await asyncio.sleep(0.01)
        worker = old._worker
        assert worker is not None
        await worker.stop(0.0)  # it is stuck
        await deliver(new)
        assert json.loads(new.readiness().body) == {"status": "ready"}
        assert "waits" not in caplog.text
        await old.close()
        while new.readiness().body == b'{"status":"ready"}':
            await asyncio.sleep(0.01)
        assert json.loads(new.readiness().body)["waits_for_missing_handlers"] == {"old name": 1}
    lines = [each.message for each in caplog.records if "wait for 'old name'" in each.message]
    assert len(lines) == 1  # not again and again
    assert "was it renamed?" in lines[0]


async def test_the_handlers_of_a_process_that_was_killed_are_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until then they get what others accept, and afterwards not; back soon, what came between."""
    monkeypatch.setattr(sqlite_inbox, "_SECONDS_BETWEEN_ROLL_CALLS", 0.0)
    path = tmp_path / "inbox.db"
    inbox = SQLiteInbox(path)
    await inbox.open()
    other = await process(path, "killed")
    receiver = sharing(path, "kept")
    async with receiver:
        await deliver(receiver, make_event("booking.scheduled", event_id="EVNT-1"))
        assert (await inbox.waiting()).get("killed") == 1
        other.send_signal(signal.SIGKILL)
        await other.communicate()
        await inbox.claim(1, ("nobody",), 0.0)
        await deliver(receiver, make_event("booking.scheduled", event_id="EVNT-2"))
        await receiver.idle()
    assert await inbox.waiting() == {"killed": 1}
    found = await inbox.register([Subscription("killed", ["booking"])], time.time())
    assert dict(found.caught_up) == {"killed": 1}
    assert await inbox.waiting() == {"killed": 2}
    await inbox.close()


VERSION = """
import asyncio, os, sys
from oncehub_async.webhooks import Receiver, SQLiteInbox, serve

folder, secret, *names = sys.argv[1:]
receiver = Receiver(signing_secret=secret, inbox=SQLiteInbox(folder + "/inbox.db"), drain=1.0)
log = os.open(folder + "/log.txt", os.O_CREAT | os.O_APPEND | os.O_WRONLY)

for name in names:
    @receiver.on("booking", name=name)
    async def handler(event, context):
        os.write(log, f"{context.handler} {event.id}\\n".encode())

asyncio.run(serve(receiver, port=0, on_start=lambda url: print(url, flush=True)))
"""


async def process(path: Path, *names: str) -> asyncio.subprocess.Process:
    """A process that has registered these handlers, and does nothing."""
    code = (
        "import asyncio, sys\n"
        "from oncehub_async.webhooks import SQLiteInbox, Subscription\n"
        "async def main():\n"
        "    inbox = SQLiteInbox(sys.argv[1])\n"
        "    await inbox.open()\n"
        "    await inbox.register([Subscription(n, ['booking']) for n in sys.argv[2:]], 0.0)\n"
        "    print('ready', flush=True)\n"
        "    await asyncio.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    running = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", code, str(path), *names), stdout=asyncio.subprocess.PIPE
    )
    assert running.stdout is not None
    assert await running.stdout.readline() == b"ready\n"
    return running


class Version:
    """A version of a service with these handlers, in a process of its own."""

    def __init__(self, folder: Path, *names: str) -> None:
        self._folder, self._names = folder, names

    async def __aenter__(self) -> str:
        self.process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", VERSION, str(self._folder), SECRET, *self._names),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        assert self.process.stdout is not None
        url = (await self.process.stdout.readline()).decode().strip()
        assert url, (await self.process.communicate())[1].decode()
        return url

    async def __aexit__(self, *_: object) -> None:
        await self.end(signal.SIGTERM)

    async def end(self, how: signal.Signals) -> None:
        if self.process.returncode is None:
            self.process.send_signal(how)
            await self.process.communicate()


async def post_many(url: str, numbers: range) -> set[str]:
    accepted = set()
    async with aiohttp.ClientSession() as session:
        for number in numbers:
            body = make_event("booking.scheduled", event_id=f"EVNT-{number}")
            headers = {"Oncehub-Signature": sign(body, SECRET)}
            async with session.post(url, data=body, headers=headers) as response:
                assert response.status == 200
                accepted.add(f"EVNT-{number}")
    return accepted


@pytest.mark.timeout(120)
async def test_a_rolling_deployment_misses_nothing(tmp_path: Path) -> None:
    """Old and new version take deliveries side by side, and the new one is restarted by a kill:
    from its first start on, each of its handlers gets all; the old one's as long as it lives."""
    old, new = Version(tmp_path, "kept", "removed"), Version(tmp_path, "kept", "added")
    old_url = await old.__aenter__()
    before = await post_many(old_url, range(20))
    new_url = await new.__aenter__()
    overlap = await post_many(old_url, range(100, 120)) | await post_many(new_url, range(200, 220))
    await new.end(signal.SIGKILL)
    overlap |= await post_many(old_url, range(300, 320))
    new_url = await new.__aenter__()
    overlap |= await post_many(old_url, range(400, 420))
    await old.end(signal.SIGTERM)
    after = await post_many(new_url, range(500, 520))
    expected = {"kept": before | overlap | after, "added": overlap | after}
    async with asyncio.timeout(60):
        while any(names - handled(tmp_path, name) for name, names in expected.items()):
            await asyncio.sleep(0.05)
    await new.end(signal.SIGTERM)
    assert handled(tmp_path, "added") == expected["added"]
    assert handled(tmp_path, "removed") >= before
    assert not handled(tmp_path, "removed") & after
    async with opened_inbox(tmp_path / "inbox.db") as inbox:
        waiting = await inbox.waiting()
        waits = {each.name: each.waiting for each in await inbox.handlers()}
        assert all(waits[name] == count for name, count in waiting.items())
        assert not {"kept", "added"} & set(waiting)


def handled(folder: Path, handler: str) -> set[str]:
    log = folder / "log.txt"
    lines = [line.split() for line in log.read_text().splitlines()] if log.exists() else []
    return {event for name, event in lines if name == handler}

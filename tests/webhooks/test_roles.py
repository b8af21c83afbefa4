"""Processes that only accept, and others that only handle."""

import asyncio
import signal
import subprocess
import sys
from pathlib import Path

import aiohttp
import pytest

from oncehub_async.cli import main
from oncehub_async.errors import ConfigurationError
from oncehub_async.testing import make_event, sign
from oncehub_async.webhooks import MemoryInbox, Receiver, SQLiteInbox

from .conftest import SECRET

APP = f"""
import asyncio, sys
from oncehub_async.webhooks import Receiver, SQLiteInbox, serve

receiver = Receiver(signing_secret={SECRET!r}, inbox=SQLiteInbox("inbox.db"))
number = 7

@receiver.on("booking", name="crm")
async def crm(event):
    with open("handled", "a") as file:
        file.write(f"{{event.id}} {{sys.argv[-1]}}\\n")

if __name__ == "__main__":
    asyncio.run(
        serve(receiver, port=0, handle=False, on_start=lambda url: print(url, flush=True))
    )
"""


async def test_what_one_process_accepts_another_handles(tmp_path: Path) -> None:
    """serve(handle=False) beside `oncehub work`; each ends when it is told to."""
    (tmp_path / "app.py").write_text(APP)
    accepting = await asyncio.create_subprocess_exec(
        *(sys.executable, "app.py"), cwd=tmp_path, stdout=subprocess.PIPE
    )
    working = None
    try:
        assert accepting.stdout is not None
        url = (await accepting.stdout.readline()).decode().strip()
        body = make_event("booking.scheduled", event_id="EVNT-1")
        async with aiohttp.ClientSession() as session:
            headers = {"Oncehub-Signature": sign(body, SECRET)}
            async with session.post(url, data=body, headers=headers) as response:
                assert response.status == 200
        await asyncio.sleep(0.3)
        assert not (tmp_path / "handled").exists()
        working = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "oncehub_async.cli", "work", "app:receiver"), cwd=tmp_path
        )
        async with asyncio.timeout(60):
            while not (tmp_path / "handled").exists():
                await asyncio.sleep(0.05)
        assert (tmp_path / "handled").read_text() == "EVNT-1 app:receiver\n"
    finally:
        for process in (accepting, working):
            if process is not None:
                process.send_signal(signal.SIGTERM)
                assert await process.wait() == 0


async def test_one_that_only_handles_accepts_nothing() -> None:
    """503; and one that does neither is refused."""
    receiver = Receiver(signing_secret=SECRET, inbox=MemoryInbox())
    with pytest.raises(ConfigurationError, match="one of them"):
        await receiver.open(accept=False, handle=False)
    await receiver.open(accept=False)
    body = make_event("booking.scheduled")
    told = await receiver.receive({"Oncehub-Signature": sign(body, SECRET)}, body)
    assert told.status == 503
    assert receiver.readiness().status == 503
    await receiver.close()


async def test_one_that_only_accepts_leaves_the_work(tmp_path: Path) -> None:
    """It waits for the handlers, and is done when they come."""
    done = []
    receiver = Receiver(signing_secret=SECRET, inbox=SQLiteInbox(tmp_path / "inbox.db"))

    @receiver.on("booking", name="crm")
    async def crm(event: object) -> None:
        done.append(event)

    body = make_event("booking.scheduled")
    await receiver.open(handle=False)
    told = await receiver.receive({"Oncehub-Signature": sign(body, SECRET)}, body)
    assert (told.status, receiver.readiness().status) == (200, 200)
    await receiver.close()
    assert not done
    async with receiver:
        await receiver.idle()
    assert len(done) == 1


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ("app", "expected MODULE:NAME"),
        ("none:receiver", "no module none"),
        ("app:reciever", "did you mean 'receiver'"),
        ("app:number", "is of type int, and no Receiver"),
    ],
)
def test_slips(
    place: str,
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """One line, and exit code 2."""
    (tmp_path / "app.py").write_text(APP)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "app", raising=False)
    assert main(["work", place]) == 2
    assert told in capsys.readouterr().err
    sys.modules.pop("app", None)

"""The commands that find what was missed, and that nothing comes."""

import asyncio
import json
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from oncehub_async.cli import SILENT, WRONG_USAGE
from oncehub_async.simulator import Account, Simulator
from oncehub_async.testing import make_event, sign
from oncehub_async.webhooks import Event, Receiver, SQLiteInbox, StoredEvent, read_secret_file
from tests.typed_command import run

from ..loopback import answer, serving
from ..simulator.threaded import commanded
from .going_command import going

HOUR = 3_600.0


@pytest.fixture
def sim(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Simulator]:
    """An account in which things happen an hour ago, or as long as the parameter says."""
    start = datetime.now(UTC) - timedelta(seconds=getattr(request, "param", HOUR))
    account = Account(bookings=0, contacts=5, webhooks=1)
    with commanded(Simulator(account, limits=None, start=start), monkeypatch) as simulator:
        yield simulator


@pytest.fixture
def file(tmp_path: Path) -> str:
    """An inbox that got an event two hours ago, and whose handler is away."""
    path = tmp_path / "inbox.db"

    async def fill() -> None:
        receiver = Receiver(unsafe_accept_unsigned=True, inbox=SQLiteInbox(path))

        @receiver.on("booking.scheduled", name="crm:upsert")
        async def handle(event: Event) -> None:
            raise AssertionError(event.id)

        async with receiver:
            moment = time.time() - 2 * HOUR
            event = StoredEvent(
                id="EVNT-1",
                type="booking.completed",
                subject="BKNG-1",
                creation_time=moment,
                received=moment,
                body=make_event("booking.completed", event_id="EVNT-1"),
            )
            await receiver.inbox.put(event, ())

    asyncio.run(fill())
    return str(path)


def waiting(file: str) -> dict[str, int]:
    async def look() -> dict[str, int]:
        inbox = SQLiteInbox(file)
        await inbox.open()
        try:
            return await inbox.waiting()
        finally:
            await inbox.close()

    return asyncio.run(look())


def test_what_is_missing_is_told_and_put(
    sim: Simulator, file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """For the handlers that the inbox knows; a second time nothing is."""
    booking = sim.happen("booking.scheduled")
    sim.happen("booking.scheduled")
    sim.happen("booking.canceled", booking)
    code, out, err = run(capsys, "catch-up", "--file", file, "--dry-run", "--json")
    told = json.loads(out)
    assert (code, told["changed"], told["dry_run"]) == (0, 2, True)
    assert told["missing"] == {"booking.changed": 1, "booking.scheduled": 1}
    assert told["unhandled"] == {"booking.changed": 1}
    assert waiting(file) == {}
    code, out, err = run(capsys, "catch-up", "--file", file)
    assert code == 0
    assert "2 missing events put into the inbox" in out
    assert "no handler asks for it" in out.split("booking.changed")[1].splitlines()[0]
    assert "conversations" in err
    assert waiting(file) == {"crm:upsert": 1}
    code, out, err = run(capsys, "catch-up", "--file", file, "--since", "2d")
    assert "0 missing events" in out


@pytest.mark.parametrize("sim", [0.0], indirect=True)
def test_a_first_start_goes_on_from_a_synced_database(
    sim: Simulator, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What it has is known to an inbox that is empty; what changed since is put."""
    inbox, database = tmp_path / "empty.db", str(tmp_path / "account.duckdb")

    async def make() -> None:
        async with Receiver(unsafe_accept_unsigned=True, inbox=SQLiteInbox(inbox)):
            pass

    asyncio.run(make())
    sim.happen("booking.scheduled")
    assert run(capsys, "sync", database, "--quiet")[0] == 0
    sim.happen("booking.scheduled")
    command = ("catch-up", "--file", str(inbox))
    code, out, _ = run(capsys, *command, "--database", database, "--json")
    told = json.loads(out)
    assert (code, told["known"], told["missing"]) == (0, 1, {"booking.scheduled": 1})
    code, out, _ = run(capsys, *command, "--dry-run", "--json")
    assert json.loads(out)["missing"] == {"booking.scheduled": 1}  # the other one, alone
    code, _, err = run(capsys, *command, "--schema", "x")
    assert (code, "--schema: is the synced database's" in err) == (WRONG_USAGE, True)
    code, _, err = run(capsys, *command, "--database", str(tmp_path / "none.duckdb"))
    assert (code, err.count("\n")) == (WRONG_USAGE, 1)
    assert "make it: oncehub sync" in err


async def test_what_can_not_be_read_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A booking that has no time of its last change can't be told from one that is known."""
    path = tmp_path / "inbox.db"
    async with Receiver(unsafe_accept_unsigned=True, inbox=SQLiteInbox(path)):
        pass
    monkeypatch.setenv("ONCEHUB_API_KEY", "the-key-of-an-account")
    bare = {"object": "list", "data": [{"object": "booking", "id": "BKNG-1"}]}
    async with serving(answer(200, bare)) as server:
        monkeypatch.setenv("ONCEHUB_BASE_URL", server.url)
        async with going("catch-up", "--file", str(path)) as command:
            assert await command.task == 0
    assert "0 missing events put into the inbox" in command.out
    assert "1 booking without an id or a time left out\n" in command.out


def test_a_silence_is_told_by_the_exit_code(
    sim: Simulator, file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """0 while nothing is missing, 4 when something is; it is made anew where that is asked for."""
    once = ("watchdog", "--once", "--file", file)
    code, out, _ = run(capsys, *once)
    assert (code, "none is missing" in out) == (0, True)
    sim.happen("booking.scheduled")
    code, out, _ = run(capsys, *once)
    assert code == SILENT == 4
    assert "EVENTS DON'T COME: 1 of 1 booking" in out
    secret, (old,) = tmp_path / "secret.txt", sim.ids("webhooks")
    code, out, err = run(capsys, *once, "--recreate", "--secret-file", str(secret), "--json")
    assert (code, json.loads(out)["silent"]) == (SILENT, True)
    (new,) = sim.ids("webhooks")
    assert new != old
    assert f"{new} takes its place" in err
    assert "1 missed event put" in err
    assert read_secret_file(secret) == [sim.object(new)["secret"]]
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert read_secret_file(secret)[0] not in out + err
    assert waiting(file) == {"crm:upsert": 1}
    assert run(capsys, *once)[0] == 0


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        (("--recreate",), "--secret-file"),
        (("--secret-file", "x"), "--recreate"),
        (("--every", "1"), "--every"),
        (("--patience", "-1"), "--patience"),
        (("--recreate", "--secret-file", "x", "--webhook", "a b"), "--webhook"),
        (("--file", "nowhere.db"), "nowhere.db"),
    ],
)
def test_what_can_not_work_is_refused(
    wrong: tuple[str, ...], named: str, file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the name of the option."""
    options = wrong if "--file" in wrong else ("--file", file, *wrong)
    code, _, err = run(capsys, "watchdog", "--once", *options)
    assert code == WRONG_USAGE
    assert named in err


def test_listen_reads_its_secret_from_a_file_again(tmp_path: Path) -> None:
    """A delivery that another secret signed is accepted once that one stands there."""
    secret = tmp_path / "secret.txt"
    secret.write_text("sekrit-of-before\n")
    command = ["listen", "--port", "0", "--secret-file", str(secret)]
    listener = subprocess.Popen(
        [sys.executable, "-m", "oncehub_async.cli", *command, "--inbox", str(tmp_path / "i.db")],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "ONCEHUB_SIGNING_SECRET": ""},
    )
    try:
        assert listener.stderr is not None
        url = listener.stderr.readline().split()[2].rstrip(";")
        assert posted(url, "sekrit-of-before") == 200
        secret.write_text("sekrit-of-after\nsekrit-of-before\n")
        deadline = time.monotonic() + 60.0
        while (status := posted(url, "sekrit-of-after")) != 200:
            assert (status, time.monotonic() < deadline) == (401, True)
            time.sleep(1.0)
    finally:
        listener.send_signal(signal.SIGINT)
        _, err = listener.communicate(timeout=60)
    assert listener.returncode == 0
    assert "sekrit" not in err


def posted(url: str, secret: str) -> int:
    from urllib.error import HTTPError
    from urllib.request import Request, urlopen

    body = make_event("booking.scheduled")
    headers = {"Oncehub-Signature": sign(body, secret), "Content-Type": "application/json"}
    try:
        with urlopen(Request(url, body, headers), timeout=10) as answer:
            return int(answer.status)
    except HTTPError as error:
        with error:
            return error.code

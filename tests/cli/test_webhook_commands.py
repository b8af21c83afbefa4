"""The commands about webhooks: listening, the inbox's file, the account's subscriptions."""

import asyncio
import json
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from oncehub_async.simulator import Account, Simulator
from oncehub_async.testing import make_event, sign
from oncehub_async.webhooks import SQLiteInbox, opened_inbox, verify_signature
from oncehub_async.webhooks._inbox import Outcome, State, StoredEvent
from tests.typed_command import run

SECRET = "sekrit-of-the-webhook"


@pytest.fixture
def file(tmp_path: Path) -> str:
    """An inbox with work in every state."""
    path = tmp_path / "inbox.db"

    async def fill() -> None:
        inbox = SQLiteInbox(path)
        await inbox.open()
        outcomes = {
            "done": Outcome(state=State.DONE),
            "failed": Outcome(state=State.FAILED, due=4e9, error="ValueError: later"),
            "dead": Outcome(state=State.DEAD, error="at crm.py, line 5\nValueError: never"),
            "pending": None,
        }
        for number, (name, outcome) in enumerate(outcomes.items()):
            event = StoredEvent(
                id=f"EVNT-{name}",
                type="booking.canceled",
                subject=f"BKNG-{number}",
                creation_time=1.0,
                received=1_790_000_000.0 + number,
                body=make_event("booking.canceled", event_id=f"EVNT-{name}"),
            )
            await inbox.put(event, ("crm:upsert",))
            if outcome is not None:
                (claim,) = await inbox.claim(1, ("crm:upsert",), 2e9)
                await inbox.settle(claim.work[0], outcome, 1_790_000_100.0)
        await inbox.close()

    asyncio.run(fill())
    return str(path)


def test_inbox_list(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What is not done, the newest first, and how much there is in each state."""
    code, out, err = run(capsys, "inbox", "list", "--file", file)
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert [line.split()[0] for line in lines[1:4]] == ["EVNT-pending", "EVNT-dead", "EVNT-failed"]
    assert "crm:upsert" in lines[1]
    assert lines[-1] == "1 pending, 0 running, 1 done, 1 failed, 1 dead"
    code, out, _ = run(capsys, "inbox", "list", "-f", file, "--state", "done", "--json")
    told = json.loads(out)
    assert [each["event"] for each in told["work"]] == ["EVNT-done"]
    assert told["work"][0]["received"] == "2026-09-21T14:13:20Z"
    assert told["counts"] == {"done": 1, "dead": 1, "failed": 1, "pending": 1}
    assert (
        len(
            json.loads(run(capsys, "inbox", "list", "-f", file, "--json", "--limit", "1")[1])[
                "work"
            ]
        )
        == 1
    )


def test_inbox_show(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The last error; what was sent only when it is asked for."""
    code, out, _ = run(capsys, "inbox", "show", "EVNT-dead", "--file", file)
    assert code == 0
    assert "ValueError: never" in out
    assert "carrie.customer" not in out
    _, out, _ = run(capsys, "inbox", "show", "EVNT-dead", "--file", file, "--body")
    assert "carrie.customer@example.com" in out
    _, out, _ = run(capsys, "inbox", "show", "EVNT-dead", "--file", file, "--json", "--body")
    told = json.loads(out)
    assert (told["event"]["id"], told["work"][0]["state"]) == ("EVNT-dead", "dead")
    code, _, err = run(capsys, "inbox", "show", "EVNT-none", "--file", file)
    assert (code, err) == (3, "oncehub: the inbox has no event 'EVNT-none'\n")


def test_inbox_retry(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Dead letters, by name or all; they are claimed again with their attempts counted anew."""
    code, _, err = run(capsys, "inbox", "retry", "--file", file)
    assert (code, "--all" in err) == (2, True)
    assert run(capsys, "inbox", "retry", "EVNT-done", "--file", file)[1].startswith("0 dead")
    assert run(capsys, "inbox", "retry", "EVNT-dead", "--file", file)[1].startswith("1 dead")
    assert run(capsys, "inbox", "retry", "--all", "--file", file)[1].startswith("0 dead")

    async def claimed() -> list[tuple[str, int]]:
        inbox = SQLiteInbox(file)
        await inbox.open()
        claims = await inbox.claim(9, ("crm:upsert",), 3e9)
        await inbox.close()
        return [(claim.event.id, claim.work[0].attempt) for claim in claims]

    assert ("EVNT-dead", 1) in asyncio.run(claimed())


def test_inbox_purge(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Only what is named, and nothing that could be replayed."""
    code, _, err = run(capsys, "inbox", "purge", "--file", file)
    assert (code, "--older-than" in err) == (2, True)
    code, _, err = run(capsys, "inbox", "purge", "--file", file, "--older-than", "3.043")
    assert (code, "replayed" in err) == (2, True)
    _, out, _ = run(capsys, "inbox", "purge", "-f", file, "--dead", "--waiting-for", "crm:upsert")
    assert out == "1 dead letter deleted\n2 events no longer waiting for crm:upsert\n"
    _, out, _ = run(capsys, "inbox", "purge", "--file", file, "--older-than", "10")
    assert out == "4 old events deleted\n"


def test_no_inbox_at_all(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A line, and no file made."""
    code, _, err = run(capsys, "inbox", "list", "--file", str(tmp_path / "none.db"))
    assert (code, err.count("\n"), "no such inbox" in err) == (2, 1, True)
    (tmp_path / "text").write_text("no database at all" * 10)
    code, _, err = run(capsys, "inbox", "list", "--file", str(tmp_path / "text"))
    assert (code, "not a database" in err) == (1, True)
    (tmp_path / "text").write_text("")
    code, _, err = run(capsys, "inbox", "list", "--file", str(tmp_path / "text"))
    assert (code, "empty" in err, (tmp_path / "text").stat().st_size) == (2, True, 0)
    assert [each.name for each in tmp_path.iterdir()] == ["text"]


@pytest.fixture
def account() -> Account:
    return Account(bookings=5, webhooks=2)


def test_webhooks_from_birth_to_death(
    sim: Simulator, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The secret is printed once, or written to a file for the owner's eyes only."""
    create = ("webhooks", "create", "booking.canceled", "--url", "https://me.example/hook")
    code, out, _ = run(capsys, *create, "--name", "Mine")
    assert code == 0
    webhook, secret = out.split()[0], out.split()[-1]
    assert webhook.startswith("WHK-")
    path = tmp_path / "secret"
    code, out, _ = run(capsys, *create, "--name", "Other", "--secret-file", str(path))
    assert (code, stat.S_IMODE(path.stat().st_mode)) == (0, 0o600)
    assert path.read_text() not in out
    assert len(path.read_text()) >= 16
    before = path.read_text()
    code, _, err = run(capsys, *create, "--name", "Third", "--secret-file", str(path))
    assert (code, "there already" in err, path.read_text()) == (2, True, before)
    other = tmp_path / "other"
    code, _, err = run(capsys, *create, "--name", "Mine", "--secret-file", str(other))
    assert (code, other.exists()) == (1, False)
    for form in ((), ("--json",)):
        _, out, _ = run(capsys, "webhooks", "list", *form)
        assert out.count("WHK-") == 4
        assert secret not in out
        assert before not in out
    code, out, _ = run(capsys, "webhooks", "delete", webhook)
    assert (code, out) == (0, f"{webhook} deleted\n")
    assert run(capsys, "webhooks", "list")[1].count("WHK-") == 3
    assert run(capsys, "webhooks", "delete")[0] == 2


async def test_listen_prints_keeps_and_forwards(tmp_path: Path) -> None:
    """Until SIGTERM; what isn't answered 2xx is posted again, signed as OnceHub does."""
    got: list[str] = []

    async def local(request: web.Request) -> web.Response:
        body = await request.read()
        verify_signature(body, request.headers.get("Oncehub-Signature"), SECRET)
        got.append(json.loads(body)["id"])
        return web.Response(status=500 if len(got) == 1 else 200)

    app = web.Application()
    app.router.add_post("/hook", local)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    forward = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    listener = await listening(tmp_path, "--forward", forward)
    try:
        assert listener.stderr is not None
        assert listener.stdout is not None
        url = (await listener.stderr.readline()).decode().split()[2].rstrip(";")
        body = make_event("booking.canceled", event_id="EVNT-1", data={"id": "BKNG-1"})
        headers = {"Oncehub-Signature": sign(body, SECRET)}
        async with aiohttp.ClientSession() as session:
            async with session.post(url, data=body, headers=headers) as response:
                assert response.status == 200
        line = (await listener.stdout.readline()).decode()
        assert line.split()[2:] == ["-->", "booking.canceled", "EVNT-1", "BKNG-1"]
        refused = (await listener.stdout.readline()).decode()
        assert refused.split()[2:7] == ["<--", "[500]", "POST", forward, "EVNT-1:"]
        assert "its log says why" in refused
        assert refused.endswith("; again in 1 s\n")
        taken = (await listener.stdout.readline()).decode()
        assert taken.split()[2:] == ["<--", "[200]", "POST", forward, "EVNT-1"]
    finally:
        listener.send_signal(signal.SIGTERM)
        _, err = await listener.communicate()
        await runner.cleanup()
    assert (listener.returncode, b"Traceback" in err) == (0, False), err
    assert got == ["EVNT-1", "EVNT-1"]
    assert (tmp_path / "inbox.db").exists()


async def test_listen_says_beside_the_json_why_it_cannot_forward(tmp_path: Path) -> None:
    """The result holds events only; the address is shown without what may be a password in it."""
    server = await asyncio.start_server(lambda _r, writer: writer.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    forward = f"http://me:pass@127.0.0.1:{port}/hook?key=pass"
    listener = await listening(tmp_path, "--json", "--forward", forward)
    try:
        assert listener.stderr is not None
        assert listener.stdout is not None
        url = (await listener.stderr.readline()).decode().split()[2].rstrip(";")
        told = (await listener.stderr.readline()).decode()
        assert told == f"Each is posted on to http://127.0.0.1:{port}/hook?...\n"
        body = make_event("booking.canceled", event_id="EVNT-1")
        headers = {"Oncehub-Signature": sign(body, SECRET)}
        async with aiohttp.ClientSession() as session:
            async with session.post(url, data=body, headers=headers) as response:
                assert response.status == 200
        assert json.loads(await listener.stdout.readline())["id"] == "EVNT-1"
        why = (await listener.stderr.readline()).decode()
        assert why.split()[2:6] == ["<--", "[no", "answer]", "POST"]
        assert f"/hook?...  EVNT-1: 127.0.0.1:{port} broke off before it answered" in why
        assert why.endswith("; again in 1 s\n")
    finally:
        listener.send_signal(signal.SIGTERM)
        out, err = await listener.communicate()
        server.close()
        await server.wait_closed()
    assert (listener.returncode, out) == (0, b"")
    assert b"pass" not in err
    assert await counted(tmp_path / "inbox.db") == {State.DONE: 1, State.PENDING: 1}


async def test_listen_goes_on_when_nobody_reads(tmp_path: Path) -> None:
    """A pipe that was closed makes no dead letters, and is told of once."""
    listener = await listening(tmp_path)
    try:
        assert listener.stderr is not None
        assert listener.stdout is not None
        url = (await listener.stderr.readline()).decode().split()[2].rstrip(";")
        pipe: Any = listener.stdout
        pipe._transport.close()
        async with aiohttp.ClientSession() as session:
            for _ in range(3):
                body = make_event("booking.canceled")
                headers = {"Oncehub-Signature": sign(body, SECRET)}
                async with session.post(url, data=body, headers=headers) as response:
                    assert response.status == 200
        async with asyncio.timeout(60):
            while (counts := await counted(tmp_path / "inbox.db")) != {State.DONE: 3}:
                assert State.FAILED not in counts
                assert State.DEAD not in counts
                await asyncio.sleep(0.05)
    finally:
        listener.send_signal(signal.SIGTERM)
        await listener.wait()
    err = await listener.stderr.read()
    assert (listener.returncode, err.count(b"Nobody reads"), b"Broken" in err) == (0, 1, False), err


async def test_listen_stops_though_its_reader_has_stalled(tmp_path: Path) -> None:
    """The pipe is full, and `less` waits for a key: SIGTERM ends it all the same."""
    reading, writing = os.pipe()
    listener = await listening(tmp_path, "--json", stdout=writing)
    os.close(writing)
    assert listener.stderr is not None
    url = (await listener.stderr.readline()).decode().split()[2].rstrip(";")
    async with aiohttp.ClientSession() as session:
        for number in range(120):  # of which 40 fill a pipe
            body = make_event("booking.canceled", event_id=f"EVNT-{number}")
            headers = {"Oncehub-Signature": sign(body, SECRET)}
            async with session.post(url, data=body, headers=headers) as response:
                assert response.status == 200
    listener.send_signal(signal.SIGTERM)
    try:
        async with asyncio.timeout(70):
            err = (await listener.stderr.read()).decode()
        assert (await listener.wait(), "Traceback" in err, "Fatal" in err) == (0, False, False), err
    finally:
        if listener.returncode is None:
            listener.kill()
            await listener.wait()
        os.close(reading)
    counts = await counted(tmp_path / "inbox.db")
    assert set(counts) == {State.DONE, State.PENDING}
    assert sum(counts.values()) == 120


async def counted(file: Path) -> dict[State, int]:
    async with opened_inbox(file) as inbox:
        return await inbox.counts()


async def listening(
    folder: Path, *arguments: str, stdout: int = subprocess.PIPE
) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "oncehub_async.cli", "listen", "--port", "0", "--secret-env", "HOOK", *arguments),
        cwd=folder,
        env={**os.environ, "HOOK": SECRET},
        stdout=stdout,
        stderr=subprocess.PIPE,
    )


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ((), "ONCEHUB_SIGNING_SECRET: set it"),
        (("--port", "70000"), "port"),
        (("--unsafe-accept-unsigned", "--forward", "localhost:3000"), "forward"),
        (("--unsafe-accept-unsigned", "--inbox", "/no/such/folder/inbox.db"), "inbox.db"),
    ],
)
def test_listen_with_wrong_settings_is_one_line(
    arguments: tuple[str, ...],
    text: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """And exit code 2; nothing listens."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ONCEHUB_SIGNING_SECRET", raising=False)
    code, out, err = run(capsys, "listen", *arguments)
    told: Any = [line for line in err.splitlines() if line.startswith("oncehub:")]
    assert (code, out, len(told)) == (2, "", 1)
    assert text in told[0]


def test_the_demo_loses_and_repeats_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """A simulated OnceHub, a receiver that is killed, and a table."""
    code, out, err = run(capsys, "demo-webhooks", "--events", "60")
    assert (code, err) == (0, "")
    rows = {" ".join(line.split()[:-1]): line.split()[-1] for line in out.splitlines()[-5:]}
    assert rows["accepted"] == rows["done"] == "60"
    assert rows["lost"] == rows["run again after they were done"] == "0"
    assert run(capsys, "demo-webhooks", "--events", "1")[0] == 2

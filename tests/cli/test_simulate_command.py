"""`oncehub simulate` with webhooks that deliver."""

import asyncio
import os
import signal
import socket
import sys
from datetime import UTC, datetime, timedelta
from inspect import signature
from pathlib import Path

import pytest

from oncehub_async import Clock
from oncehub_async.cli import FAILED
from oncehub_async.cli._app import run
from oncehub_async.cli._listen import listen
from oncehub_async.cli._simulate import routes, simulate, simulated
from oncehub_async.cli._trigger_command import _RECEIVER
from oncehub_async.simulator._simulator import START
from oncehub_async.webhooks import serve

from ..documents import ROOT
from ..loopback import answer, serving


def test_a_receiver_has_room_beside_it() -> None:
    """Its port is none that `serve`, `listen` and `trigger` take by themselves; Postman knows it."""
    ports = {signature(each).parameters["port"].default for each in (serve, listen)}
    own = signature(simulate).parameters["port"].default
    assert own not in ports
    assert len(ports) == 1
    assert all(f":{each}/" in _RECEIVER for each in ports)
    environment = (ROOT / "docs" / "postman" / "oncehub.postman_environment.json").read_text()
    assert f"http://127.0.0.1:{own}/v2" in environment


async def test_it_delivers_what_happens_by_itself() -> None:
    """To the port that it was told, and it still ends well on Ctrl-C."""
    arguments = "simulate --port 0 --bookings 200 --contacts 50 --activity 36000"
    async with serving(answer()) as server:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "oncehub_async.cli", *arguments.split()),
            *("--deliver-to", server.url),
            env=os.environ | {"COLUMNS": "100"},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            while not server.received:
                assert process.returncode is None
                await asyncio.sleep(0.05)
        finally:
            process.send_signal(signal.SIGINT)
            _, err = await process.communicate()
    assert (process.returncode, err) == (0, b"")
    assert b'"type":"booking.' in server.received[0].body


def test_where_to() -> None:
    """One target for all, or one for a URL, which may have equals signs of its own."""
    local = "http://127.0.0.1:8080/hooks?a=b"
    assert routes([local]) == {"*": local}
    assert routes([f"https://a.example/?x=1={local}", local]) == {
        "https://a.example/?x=1": local,
        "*": local,
    }


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("--deliver-to https://app.example/hooks", "not on this machine"),
        ("--deliver-to https://a.example=http://b.example/", "not on this machine"),
        ("--deliver-to http://a.example=http://127.0.0.1/", "nor an https:// URL"),
        ("--activity -1", "--activity: "),
    ],
)
def test_wrong_usage(arguments: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """One line, and exit code 2."""
    assert run(["simulate", *arguments.split()]) == 2
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1


def test_where_things_happen_they_happen_now() -> None:
    """Else it is the same account each time."""
    assert simulated(10, 2, 1, clock=Clock()).now() == START
    lively = simulated(10, 2, 1, clock=Clock(), activity=5.0).now()
    assert abs(lively - datetime.now(UTC)) < timedelta(hours=1)


@pytest.mark.parametrize("command", ["simulate", "listen"])
def test_a_port_that_is_taken_is_told_with_the_remedy(
    command: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """As when it runs in another window already."""
    monkeypatch.setenv("ONCEHUB_SIGNING_SECRET", "secret")
    monkeypatch.chdir(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert run([command, "--port", str(port)]) == FAILED
    said = f"127.0.0.1:{port}: address already in use; end what listens there, or take another port"
    assert capsys.readouterr().err.splitlines()[-1] == f"oncehub: {said}"

"""How agents reach the server: `oncehub mcp`, over HTTP and stdio, in this process."""

import asyncio
import json
import os
import pty
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import suppress

import httpx2
import pytest
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client
from sse_starlette.sse import AppStatus

from oncehub_async import InvalidParameterError
from oncehub_async.cli import COMPLETE, INTERRUPTED, WRONG_USAGE
from oncehub_async.mcp import serve_http
from tests.cli.going_command import going
from tests.mcp.agent_clients import HELLO, MODES, TOKEN, account, asked
from tests.typed_command import run


@pytest.fixture
def terminated(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """SIGTERMs that reach this process when nobody else takes them; they do nothing."""
    # It remembers for good that the process ends, and no server of other tests would stream again.
    monkeypatch.setattr(AppStatus, "should_exit", False)
    came: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, _frame: came.append(number))
    yield came
    signal.signal(signal.SIGTERM, before)


@pytest.mark.parametrize("mode", MODES)
async def test_agents_are_served_at_the_address_that_is_told(
    mode: str,
    terminated: list[int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """To those who have the token, until SIGTERM, which whoever started it hears of, too."""
    async with account(bookings=5) as sim:
        monkeypatch.setenv("ONCEHUB_API_KEY", sim.api_key)
        monkeypatch.setenv("ONCEHUB_BASE_URL", sim.url)
        monkeypatch.setenv("ONCEHUB_MCP_TOKEN", TOKEN)
        async with going("mcp", "--http", "0") as command:
            await command.until("Serving agents at http://127.0.0.1:")
            url = command.err.split()[-1]
            headers = {"Authorization": f"Bearer {TOKEN}"}
            async with (
                httpx2.AsyncClient(headers=headers) as http,
                Client(streamable_http_client(url, http_client=http), mode=mode) as agent,
            ):
                failed, found = await asked(agent, "find_bookings")
            assert (failed, len(found["items"])) == (False, 5)
            async with httpx2.AsyncClient() as stranger:
                assert (await stranger.post(url, json={})).status_code == 401
            os.kill(os.getpid(), signal.SIGTERM)
            assert await command.task == COMPLETE
    assert terminated == [signal.SIGTERM]
    assert command.out == ""
    assert TOKEN not in command.err


def test_a_port_that_can_not_be_had_is_told_in_a_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the remedy, by the exit codes of all commands; whoever has the port isn't disturbed."""
    monkeypatch.setenv("ONCEHUB_API_KEY", "the-key-of-an-account")
    monkeypatch.setenv("ONCEHUB_MCP_TOKEN", TOKEN)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, out, err = run(capsys, "mcp", "--http", str(port))
        assert (code, out) == (WRONG_USAGE, "")
        assert err == f"oncehub: port: 127.0.0.1:{port} can't be listened on; take another\n"
        socket.create_connection(taken.getsockname()).close()
    for wrong in ("-1", "70000"):
        code, _, err = run(capsys, "mcp", "--http", wrong)
        assert (code, err.startswith("oncehub: --http: ")) == (WRONG_USAGE, True)


async def test_a_port_is_checked_before_anything_is_listened_on() -> None:
    """Also for who serves agents from a program."""
    for wrong in (-1, 70_000):
        with pytest.raises(InvalidParameterError, match="port"):
            await serve_http(wrong, TOKEN, api_key="the-key-of-an-account")


def test_a_missing_extra_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the line that installs it."""
    monkeypatch.setitem(sys.modules, "mcp", None)
    code, out, err = run(capsys, "mcp")
    assert (code, out) == (WRONG_USAGE, "")
    assert err == "oncehub: oncehub mcp needs more packages: pip install 'oncehub-async[mcp]'\n"


async def test_an_agent_over_stdio_is_served_until_it_hangs_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its answers stand on stdout, a line each, and nothing else does."""
    lines = (
        HELLO,
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": 2, "method": "tools/list"},
    )
    reading, writing = os.pipe()
    async with account(bookings=1) as sim:
        monkeypatch.setenv("ONCEHUB_API_KEY", sim.api_key)
        monkeypatch.setenv("ONCEHUB_BASE_URL", sim.url)
        with open(reading, encoding="utf-8") as stdin, open(writing, "w") as agent:
            monkeypatch.setattr(sys, "stdin", stdin)
            async with going("mcp") as command:
                agent.writelines(f"{json.dumps(line)}\n" for line in lines)
                agent.flush()
                await command.until('"id":2')
                agent.close()
                assert await command.task == COMPLETE
    answers = [json.loads(line) for line in command.out.splitlines()]
    assert [each["id"] for each in answers] == [1, 2]
    names = {tool["name"] for tool in answers[1]["result"]["tools"]}
    assert "find_bookings" in names
    assert "change_booking" not in names
    assert command.err == ""


async def test_a_person_at_a_terminal_is_told_and_can_stop_it() -> None:
    """Nobody writes a line there: Ctrl-C ends it all the same."""
    keyboard, terminal = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "oncehub_async.cli", "mcp"),
        stdin=terminal,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=os.environ | {"ONCEHUB_API_KEY": "the-key-of-an-account"},
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(60):
            os.write(keyboard, f"{json.dumps(HELLO)}\n".encode())
            await process.stdout.readline()  # from here on it waits for the next line
            process.send_signal(signal.SIGINT)
            _, told = await process.communicate()
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        os.close(keyboard)
        os.close(terminal)
    assert told.startswith(b"Waiting for an agent on the standard input.")
    assert (process.returncode, told.splitlines()[-1]) == (INTERRUPTED, b"oncehub: interrupted")


def test_a_closed_standard_input_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Python has none then."""
    monkeypatch.setenv("ONCEHUB_API_KEY", "the-key-of-an-account")
    monkeypatch.setattr(sys, "stdin", None)
    assert run(capsys, "mcp") == (
        WRONG_USAGE,
        "",
        "oncehub: the standard input is closed, and agents write to it\n",
    )


async def test_a_benchmark_that_is_told_to_end_leaves_no_servers() -> None:
    """SIGTERM reaches it alone: it ends what it has started."""
    benchmark = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.agents_under_faults", "40", "http"),
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(60):
            while len(await _in_group(benchmark.pid)) < 3:
                await asyncio.sleep(0.1)
            benchmark.terminate()
            await benchmark.wait()
            while await _in_group(benchmark.pid):
                await asyncio.sleep(0.1)
        assert benchmark.returncode == 1
    finally:
        with suppress(ProcessLookupError):
            os.killpg(benchmark.pid, signal.SIGKILL)


async def _in_group(group: int) -> list[str]:
    """The processes of a group that haven't ended."""
    ps = await asyncio.create_subprocess_exec(
        "ps", "-A", "-o", "pgid=,stat=,args=", stdout=asyncio.subprocess.PIPE
    )
    out, _ = await ps.communicate()
    lines = [line.split(None, 2) for line in out.decode(errors="replace").splitlines()]
    return [args for pgid, state, args in lines if int(pgid) == group and state[0] != "Z"]

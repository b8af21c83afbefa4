"""docs/webhooks.md says what is true: its programs run as they stand there."""

import asyncio
import builtins
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from oncehub_async import testing, webhooks
from oncehub_async.testing import ReceiverClient, make_event
from oncehub_async.webhooks import BookingEvent, Context, GiveUp, Receiver, Refusal, RetryLater

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "webhooks.md").read_text()
APP, HANDLERS, ROUTERS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
(SESSION,) = re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)
SECRET = "a-secret-to-try-it-out"


def environment() -> dict[str, str]:
    """With nothing but what the page says, and where the package is."""
    return {"ONCEHUB_SIGNING_SECRET": SECRET, "PYTHONPATH": str(ROOT)}


async def test_the_newcomers_programs(tmp_path: Path) -> None:
    """As files, one after the other, as the page says."""
    server = await asyncio.start_server(lambda _r, _w: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    (tmp_path / "app.py").write_text(APP.replace("8080", str(port)))
    url = f"http://127.0.0.1:{port}/webhooks/oncehub"

    def start(*arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, *arguments],
            cwd=tmp_path,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    command, told, answer, body = SESSION.splitlines()
    app = start("app.py")
    try:
        assert app.stderr is not None
        assert app.stdout is not None
        log = await asyncio.to_thread(app.stderr.readline)
        assert log == f"INFO:oncehub_async.webhooks:listening on {url}\n"
        options = command.removeprefix("$ oncehub ").split()
        trigger = start("-m", "oncehub_async.cli", *options, "--to", url)
        out, err = await asyncio.to_thread(trigger.communicate)
        lines = out.splitlines()
        assert (err, len(lines), lines[2]) == ("", 3, body)
        assert re.sub("EVNT-[A-Z0-9]{10}", "EVNT-8K2LQ9XA1B", lines[0]) == told
        assert re.sub(r"\d+ ms", "4 ms", lines[1].replace(str(port), "8080")) == answer
        line = await asyncio.to_thread(app.stdout.readline)
        assert re.fullmatch(r"BKNG-1: Product demo, \d{4}-\d\d-\d\d 15:00:00\+00:00\n", line)
        assert "BKNG-1: Product demo, " in PAGE
        trigger = start(
            *("-m", "oncehub_async.cli", "trigger", "booking.canceled"),
            *("--set", "data.id=BKNG-2", "--to", url),
        )
        out, err = await asyncio.to_thread(trigger.communicate)
        assert ("[200]" in out, err) == (True, "")
        log = await asyncio.to_thread(app.stderr.readline)
        assert "app:free_the_room failed for EVNT-" in log
        assert "FileNotFoundError" in log
        (tmp_path / "rooms.txt").touch()
        line = await asyncio.to_thread(app.stdout.readline)
        assert line == "BKNG-2: the room is free, at attempt 2\n"
        assert line.strip() in PAGE
        assert (tmp_path / "rooms.txt").read_text() == "BKNG-2 is free\n"
    finally:
        app.terminate()
        _, err = app.communicate()
    assert (app.returncode, [each.split(":")[2] for each in err.splitlines()]) == (
        0,
        ["stopping", "stopped"],
    )


async def test_the_other_blocks_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Handlers, routers and hooks; what they print is told apart."""
    monkeypatch.setenv("ONCEHUB_SIGNING_SECRET", SECRET)
    monkeypatch.chdir(tmp_path)
    app: dict[str, Any] = {"__name__": "app"}
    exec(APP, app)
    with monkeypatch.context() as modules:
        modules.setitem(sys.modules, "app", SimpleNamespace(**app))
        exec(HANDLERS, {"__name__": "handlers"})
    assert len(list(app["receiver"].routes())) == 3
    names: dict[str, Any] = {"__name__": "routers"}
    exec(ROUTERS, names)
    receiver: Receiver[Any] = names["receiver"]

    @receiver.on("booking.canceled", name="decides")
    async def decides(event: BookingEvent, context: Context) -> None:
        raise RetryLater(60) if context.attempt == 1 else GiveUp("nobody to tell")

    @receiver.on("booking.canceled", name="fails", attempts=1)
    async def fails(event: BookingEvent) -> None:
        raise ConnectionError

    services = names["Services"]()
    async with ReceiverClient(receiver, services=services) as oncehub:
        await oncehub.deliver(make_event("conversation.closed", data={"id": "CVR-1"}))
        await oncehub.deliver(make_event("booking.canceled", event_id="EVNT-1"))
        await oncehub.handled()
        await oncehub.advance(60)
    assert services.to_call == ["CVR-1"]
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if not line.split()[-1][0].isdigit()] == [
        "decides decided to be tried again in 60 s",
        "given up: ConnectionError EVNT-1 fails",
        "decides decided nobody to tell",
        "given up: GiveUp EVNT-1 decides",
    ]
    assert "failed: ConnectionError EVNT-1 1" in lines


def test_the_names_on_the_page_exist() -> None:
    """Whatever looks like a class of the package is one."""
    named = set(re.findall(r"`([A-Z][a-z]+[A-Z]\w+)[`(]", PAGE)) - {"Oncehub"}
    assert named
    for name in named:
        assert any(hasattr(each, name) for each in (webhooks, testing, builtins)), name


@pytest.mark.parametrize("module", [webhooks, testing])
def test_the_public_names_are_sorted_and_exist(module: Any) -> None:
    """Each once."""
    assert len(module.__all__) == len(set(module.__all__))
    for name in module.__all__:
        assert getattr(module, name) is not None


def test_each_refusal_is_explained() -> None:
    """With the status that goes with it."""
    section = PAGE.split("## When nothing arrives")[1].split("\n## ")[0]
    told = {
        (name, int(row.split("|")[1]))
        for row in section.splitlines()
        if row.startswith("| ") and row.split("|")[1].strip().isdigit()
        for name in re.findall(r"`(\w+)`", row.split("|")[2])
    }
    assert told == {(str(each), each.status) for each in Refusal}

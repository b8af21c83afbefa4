"""docs/privacy.md: its commands and its code run, and print what it says."""

import asyncio
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from oncehub_async import OnceHub
from oncehub_async.cli import main
from oncehub_async.simulator import Simulator
from oncehub_async.webhooks import SQLiteInbox

from ..documents import blocks, run
from ..simulator.threaded import running
from .someone import ACCOUNT, put

PAGE = "docs/privacy.md"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Simulator]:
    """A folder with what the page takes as given."""
    monkeypatch.chdir(tmp_path)
    with running(Simulator(ACCOUNT, limits=None)) as sim:
        monkeypatch.setenv("ONCEHUB_API_KEY", sim.api_key)
        monkeypatch.setenv("ONCEHUB_BASE_URL", sim.url)
        assert main(["sync", "--quiet"]) == 0
        assert main(["export", "bookings", "--out", "exports", "--quiet"]) == 0
        asyncio.run(_make_inbox())
        yield sim


async def _make_inbox() -> None:
    inbox = SQLiteInbox("inbox.db")
    await inbox.open()
    await inbox.close()


def test_its_commands(here: Simulator, capsys: pytest.CaptureFixture[str]) -> None:
    """In their order: told, tried, erased."""
    put(here, next(iter(here.ids("contacts"))), email="ann@example.com")
    commands = [
        line.removeprefix("$ oncehub ")
        for block in blocks(PAGE)
        if block.language == "console"
        for line in block.code.splitlines()
    ]
    assert len(commands) == 3
    assert [main(shlex.split(each)) for each in commands] == [0, 0, 0]
    assert "3 objects erased." in capsys.readouterr().out
    assert Path("ann.json").exists()
    assert Path("ann.html").exists()


async def test_its_code(here: Simulator, capsys: pytest.CaptureFixture[str]) -> None:
    """The client is taken as given."""
    (block,) = (each for each in blocks(PAGE) if each.language == "python")
    async with OnceHub() as oncehub:
        await run(block.code, {"oncehub": oncehub}, PAGE)
    assert capsys.readouterr().out == block.output


def test_its_commands_in_the_text_are_there(capsys: pytest.CaptureFixture[str]) -> None:
    """With the options that it names."""
    text = (Path(__file__).parents[2] / PAGE).read_text()
    named = re.findall(r"`oncehub (sync|inbox purge|person export) ?((?:--[\w-]+)?)", text)
    assert len(named) > 4
    for command, option in named:
        assert main([*command.split(), "--help"]) == 0
        assert option in capsys.readouterr().out

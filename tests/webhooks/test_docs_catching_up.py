"""The page about catching up: its program runs, and its commands are there."""

import shlex

import pytest

from oncehub_async.cli._app import command_line
from oncehub_async.simulator import Account, Simulator
from oncehub_async.webhooks import MemoryInbox, Receiver

from ..documents import blocks, run

PAGE = "docs/catching-up.md"


async def test_its_program(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It tells how many changed."""
    (block,) = (each for each in blocks(PAGE) if each.language == "python")
    async with Simulator(Account(bookings=30), limits=None) as sim:
        monkeypatch.setenv("ONCEHUB_API_KEY", sim.api_key)
        monkeypatch.setenv("ONCEHUB_BASE_URL", sim.url)
        receiver = Receiver(unsafe_accept_unsigned=True, inbox=MemoryInbox())
        code = f"from oncehub_async import OnceHub\n{block.code}"
        await run(code, {"receiver": receiver}, PAGE)
    changed, missing = map(int, capsys.readouterr().out.split())
    assert changed >= missing >= 0


def test_its_commands() -> None:
    """Each has the options that it is shown with."""
    app = command_line()
    lines = [
        line.partition("#")[0]
        for block in blocks(PAGE)
        if block.language == "sh"
        for line in block.code.splitlines()
    ]
    assert len(lines) == 5
    for line in lines:
        _, *arguments = shlex.split(line)
        app.parse_args(arguments)

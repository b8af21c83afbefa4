"""docs/many-processes.md says what is true: its blocks run."""

from pathlib import Path
from typing import Any

import pytest

from oncehub_async.cli import main
from oncehub_async.simulator import Account, Simulator
from tests.documents import blocks, run
from tests.servers import redis_url
from tests.simulator.threaded import running

PAGE = "docs/many-processes.md"


async def test_the_blocks_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With a file, and with a server."""
    python = [block.code for block in blocks(PAGE) if block.language == "python"]
    assert len(python) == 2
    monkeypatch.chdir(tmp_path)
    async with Simulator(Account(bookings=10)) as sim:
        monkeypatch.setenv("ONCEHUB_API_KEY", sim.api_key)
        monkeypatch.setenv("ONCEHUB_BASE_URL", sim.url)
        for code in python:
            names: dict[str, Any] = {"REDIS_URL": redis_url()}
            await run(code, names, PAGE)
            assert capsys.readouterr().out.count("BKNG-") >= 1


def test_the_command_line_shares_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`oncehub export` uses the budget of the environment; limits of its own are refused then."""
    budget = tmp_path / "budget"
    monkeypatch.setenv("ONCEHUB_BUDGET", str(budget))
    with running(Simulator(Account(bookings=10))) as sim:
        monkeypatch.setenv("ONCEHUB_API_KEY", sim.api_key)
        monkeypatch.setenv("ONCEHUB_BASE_URL", sim.url)
        command = ["export", "bookings", "--out", str(tmp_path / "out")]
        assert main(command) == 0
        assert budget.exists()
        capsys.readouterr()
        assert main([*command, "--overwrite", "--per-second", "3"]) == 2
    assert "ONCEHUB_BUDGET names a budget that others share" in capsys.readouterr().err

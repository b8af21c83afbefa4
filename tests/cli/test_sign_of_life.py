"""A watch that has nothing to tell says once an hour that it lives. Time is virtual."""

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import cast

import pytest

from harness.virtual_time import VirtualClock, run_virtual
from oncehub_async.cli._export_command import ExportOptions
from oncehub_async.cli._watch_command import _tell_until_interrupted
from oncehub_async.export import Manifest, Round

TEN_MINUTES = 600.0


def _lines(capsys: pytest.CaptureFixture[str], *, hours: float, quiet: bool = False) -> list[str]:
    """What a watch prints in so many hours in which nothing changes."""
    clock = VirtualClock()

    async def rounds() -> AsyncGenerator[Round, None]:
        for number in range(1, int(hours * 6) + 1):
            await clock.sleep(TEN_MINUTES)
            # Of a round without changes the manifest isn't looked at.
            manifest = cast(Manifest, None)
            yield Round(number=number, started=clock.date(), manifest=manifest)

    async def main() -> None:
        request = ExportOptions(out=Path("out"), every=TEN_MINUTES, clock=clock, quiet=quiet)
        await _tell_until_interrupted(rounds(), request)

    run_virtual(main())
    out, err = capsys.readouterr()
    assert out == ""
    return err.splitlines()


def test_once_an_hour(capsys: pytest.CaptureFixture[str]) -> None:
    """Not more often, whatever the rounds."""
    lines = _lines(capsys, hours=5)
    assert len(lines) == 5
    assert all("no changes; still looking every 10 min" in line for line in lines)


def test_not_before(capsys: pytest.CaptureFixture[str]) -> None:
    """A round before the hour is over has nothing to tell."""
    assert _lines(capsys, hours=5 / 6) == []


def test_not_where_quiet_was_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    """--quiet is quiet."""
    assert _lines(capsys, hours=3, quiet=True) == []

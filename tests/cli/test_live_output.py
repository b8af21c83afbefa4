"""Lines that are printed beside other work: without a reader, and on a disk that is full."""

import asyncio
import errno
import os
import sys
from pathlib import Path

import pytest

from oncehub_async.cli._live_output import LiveOutput


async def test_no_output_at_all_is_no_reader(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A program that was begun with `>&-`: handlers that print don't fail for that."""
    output = LiveOutput()
    with monkeypatch.context() as patched:
        patched.setattr(sys, "stdout", None)
        for _ in range(3):
            await output.say("a line")
    assert capsys.readouterr().err.count("Nobody reads") == 1


@pytest.mark.parametrize("room", [0, 5, 9, 10])
async def test_what_a_full_disk_broke_off_spoils_no_other_line(
    room: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line that is tried again begins anew; who asked for it is told of the failure."""
    write, left = os.write, room

    def write_some(descriptor: int, data: bytes) -> int:
        nonlocal left
        if descriptor != file.fileno() or left > 1_000:
            return write(descriptor, data)
        if not left:
            left = 1_000_000
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written = write(descriptor, data[:left])
        left -= written
        return written

    with (tmp_path / "lines").open("w+") as file:
        monkeypatch.setattr(sys, "stdout", file)
        monkeypatch.setattr(os, "write", write_some)
        output = LiveOutput()
        if room < 10:
            with pytest.raises(OSError, match="No space"):
                await output.say('{"id": 1}')
        else:
            await output.say('{"id": 1}')
            with pytest.raises(OSError, match="No space"):
                await output.say('{"id": 2}')
        async with asyncio.timeout(60):
            await output.say('{"id": 3}')
            await output.say('{"id": 4}')
        monkeypatch.undo()
    lines = (tmp_path / "lines").read_text().splitlines()
    assert lines == ([] if not room else ['{"id": 1}'[:room]]) + ['{"id": 3}', '{"id": 4}']

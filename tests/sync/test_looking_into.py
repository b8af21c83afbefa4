"""Who only looks into a synced database waits for who writes, and is told what can't be read."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import duckdb
import pytest

from oncehub_async import InvalidParameterError
from oncehub_async.simulator import Account, Simulator
from oncehub_async.sync import DatabaseBusyError, DatabaseFailedError, _reading, reading, sync

from .synced import client

WRITER = """
import sys, duckdb
connection = duckdb.connect(sys.argv[1])
print("open", flush=True)
sys.stdin.read()
"""


@pytest.fixture
async def file(tmp_path: Path) -> Path:
    """A synced account."""
    path = tmp_path / "account.duckdb"
    async with Simulator(Account(bookings=20, contacts=5), limits=None) as sim:
        async with client(sim) as oncehub:
            await sync(oncehub, path)
    return path


@asynccontextmanager
async def written_to(path: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """Another program has it open for writing."""
    pipe = asyncio.subprocess.PIPE
    arguments = (sys.executable, "-c", WRITER, str(path))
    writer = await asyncio.create_subprocess_exec(*arguments, stdin=pipe, stdout=pipe)
    try:
        assert writer.stdout is not None
        assert await writer.stdout.readline() == b"open\n"
        yield writer
    finally:
        await writer.communicate(b"")  # without input, Python 3.11 leaves its stdin open


async def counted(path: Path) -> int:
    async with reading(path) as reader:
        ((count,),) = await reader.fetch("SELECT count(*) FROM bookings")
    return int(count)


async def test_it_waits_for_a_sync_that_writes(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And reads once that lets go; after a while it gives up, and says for whom it waited."""
    async with written_to(file):
        monkeypatch.setattr(_reading, "_LONGEST_WAIT", 0.2)
        with pytest.raises(DatabaseBusyError, match=r"account\.duckdb is open for writing"):
            await counted(file)
        monkeypatch.setattr(_reading, "_LONGEST_WAIT", 60.0)
        waiting = asyncio.create_task(counted(file))
        await asyncio.sleep(0.2)
        assert not waiting.done()
    assert await waiting == 20


async def test_what_is_no_database_is_told(tmp_path: Path) -> None:
    """Whatever else the file is; and where nothing was synced into it yet, what does that."""
    text = tmp_path / "text.duckdb"
    text.write_text("no database at all" * 1_000)
    with pytest.raises(DatabaseFailedError, match="can't be opened; it is no database of DuckDB's"):
        await counted(text)
    empty = tmp_path / "empty.duckdb"
    duckdb.connect(str(empty)).close()
    with pytest.raises(InvalidParameterError, match=r"nothing was synced into .* oncehub sync"):
        await counted(empty)
    with pytest.raises(
        InvalidParameterError, match=r"there is no .*none\.duckdb; make it: oncehub"
    ):
        await counted(tmp_path / "none.duckdb")
    assert not (tmp_path / "none.duckdb").exists()


async def test_a_question_that_is_wrong_shows_no_data(file: Path) -> None:
    """DuckDB's messages can quote values."""
    async with reading(file) as reader:
        with pytest.raises(DatabaseFailedError) as told:
            await reader.fetch("SELECT CAST('carrie.customer' AS INTEGER)")
        assert str(told.value) == f"{file}: ConversionException"
        with pytest.raises(DatabaseFailedError, match="InvalidInputException"):
            await reader.fetch("DELETE FROM bookings")
    assert await counted(file) == 20

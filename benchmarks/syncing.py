"""Syncs without the API: rows a second into each database, page after page, and how much memory.

`python -m benchmarks.syncing` prints both for 20,000 bookings; a number after it is another count.
PostgreSQL's address is `ONCEHUB_TEST_POSTGRES`, or the local one. The process that writes has
neither the simulator nor the other database's client, so that its memory is that of a sync.
"""

import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from typing import Any

from oncehub_async._ground import dump_json, load_json, time_text
from oncehub_async.sync import Batch, Database, Upsert, Writing, database_of, table_of
from oncehub_async.sync._object_rows import row_of

from .postgres_schema import address, new_schema

BOOKINGS = 20_000
PAGE = 100
_FIRST = datetime(2015, 11, 1, tzinfo=UTC)
_EACH = timedelta(seconds=90)
_ROWS = "SELECT count(*) FROM {table}"


async def bookings(count: int) -> list[dict[str, Any]]:
    """Bookings as a simulated account has them."""
    from oncehub_async.simulator import Account, Simulator

    async with Simulator(Account(bookings=count), limits=None) as sim:
        return [sim.object(each) for each in sim.ids("bookings")]


def pages(templates: list[dict[str, Any]], count: int) -> Iterator[list[dict[str, Any]]]:
    """So many bookings, newest first, a page at a time."""
    for high in range(count, 0, -PAGE):
        yield [
            templates[number % len(templates)]
            | {"id": f"BKNG-{number}", "creation_time": time_text(_FIRST + number * _EACH)}
            for number in range(high - 1, max(high - PAGE, 0) - 1, -1)
        ]


async def fill(
    database: Database, templates: list[dict[str, Any]], count: int
) -> tuple[float, int]:
    """Seconds that rows and commits took, and the peak memory of this process in MB."""
    table, seconds = table_of("bookings"), 0.0
    await database.open()
    try:
        for page in pages(templates, count):
            started, now = time.perf_counter(), datetime.now(UTC)
            rows = [row_of(table, each) for each in page]
            upserted = Upsert("bookings", rows, Writing.CHANGES)
            await database.commit(Batch(upserts=[upserted], now=now))
            seconds += time.perf_counter() - started
        sql = _ROWS.format(table=database.dialect.table("bookings"))
        if await database.fetch(sql) != [(count,)]:
            raise AssertionError("rows are missing")
    finally:
        await database.close()
    return seconds, getrusage(RUSAGE_SELF).ru_maxrss // 1024


def measured(place: str, schema: str | None, count: int) -> tuple[float, int]:
    """What another process says that fills a database."""
    out = subprocess.run(
        [sys.executable, "-m", "benchmarks.syncing", place, schema or "", str(count)],
        check=True,
        input=dump_json(asyncio.run(bookings(500))),
        stdout=subprocess.PIPE,
    ).stdout
    seconds, peak = out.split()
    return float(seconds), int(peak)


def table(count: int = BOOKINGS) -> None:
    """Print rows a second and memory of both databases."""
    with tempfile.TemporaryDirectory() as folder:
        _tell("DuckDB", count, *measured(str(Path(folder) / "bench.duckdb"), None, count))
    with new_schema() as schema:
        if schema is not None:
            _tell("PostgreSQL", count, *measured(address(), schema, count))


def _tell(name: str, count: int, seconds: float, peak: int) -> None:
    print(
        f"{count / seconds:6,.0f}  rows a second into {name}, {count:,} bookings in pages of "
        f"{PAGE}; peak memory of the process {peak} MB",
        flush=True,
    )


if __name__ == "__main__":
    if len(sys.argv) == 4:
        where, named, number = sys.argv[1:]
        written = load_json(sys.stdin.buffer.read())
        print(*asyncio.run(fill(database_of(where, schema=named or None), written, int(number))))
    else:
        table(*(int(each) for each in sys.argv[1:]))

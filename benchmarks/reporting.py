"""How long each report takes beside 100,000 bookings, in both databases, and how large its page is.

`python -m benchmarks.reporting`; a number after it is another count of bookings.
"""

import asyncio
import sys
import tempfile
import time
from pathlib import Path

from oncehub_async.reports import MOST_BYTES, ReportName, report, report_html
from oncehub_async.sync import database_of

from .postgres_schema import address, new_schema
from .syncing import bookings, fill

BOOKINGS = 100_000
ROUNDS = 3
"""The fastest is told: what else the machine does only makes one slower."""


async def filled(place: str, schema: str | None, count: int) -> None:
    """Put so many bookings into a database."""
    await fill(database_of(place, schema=schema), await bookings(500), count)


async def reported(place: str, schema: str | None) -> dict[str, tuple[float, int]]:
    """Seconds that each report takes, and bytes of its page."""
    told = {}
    for name in ReportName:
        seconds = []
        for _ in range(ROUNDS):
            started = time.perf_counter()
            made = await report(place, name, schema=schema)
            seconds.append(time.perf_counter() - started)
        told[name.value] = min(seconds), len(report_html(made).encode())
    return told


def table(count: int = BOOKINGS) -> None:
    """Print both databases."""
    with tempfile.TemporaryDirectory() as folder:
        _tell("DuckDB", count, str(Path(folder) / "bench.duckdb"), None)
    with new_schema() as schema:
        if schema is not None:
            _tell("PostgreSQL", count, address(), schema)


def _tell(database: str, count: int, place: str, schema: str | None) -> None:
    asyncio.run(filled(place, schema, count))
    found = asyncio.run(reported(place, schema))
    largest = max(found, key=lambda name: found[name][1])
    size = found[largest][1]
    # It has a row for each booking; the others count.
    detail, _ = found.pop(ReportName.DETAIL.value)
    slowest = max(found, key=lambda name: found[name][0])
    print(
        f"{found[slowest][0]:6.2f}  s for the slowest report that counts ({slowest}) on {count:,} "
        f"bookings in {database}, {detail:.1f} for all of them in detail; the largest page "
        f"({largest}) has {size / 1000:.0f} KB",
        flush=True,
    )
    if size > MOST_BYTES:
        raise AssertionError("a page is larger than it may be")


if __name__ == "__main__":
    table(*(int(each) for each in sys.argv[1:]))

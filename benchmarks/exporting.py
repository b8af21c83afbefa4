"""Exports over real sockets: how long one takes on the real clock, and how much memory.

`python -m benchmarks.exporting` prints both; a million bookings take some minutes.
"""

import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from resource import RUSAGE_SELF, getrusage

import orjson
from aiohttp import web

from harness.least_possible import least
from oncehub_async import Budget, Limits, OnceHub
from oncehub_async._ground.times import time_text
from oncehub_async.export import plan_export, run_export
from oncehub_async.simulator import Account, Fault, Simulator

ROOMY = Limits(per_second=100_000, per_five_minutes=1_000_000)
LATENCY, JITTER = 0.15, 0.03
BOOKINGS = (100_000, 1_000_000)
_FIRST = datetime(2023, 11, 1, tzinfo=UTC)
_EACH = timedelta(seconds=90)


async def on_the_real_clock(bookings: int = 5_000) -> tuple[float, int, int]:
    """An export's time in multiples of the least possible, its requests, and how many got 429."""
    slow = Fault("latency", seconds=LATENCY, jitter=JITTER)
    async with Simulator(Account(bookings=bookings), faults=[slow]) as sim:
        with tempfile.TemporaryDirectory() as folder:
            started = time.perf_counter()
            async with OnceHub(sim.api_key, base_url=sim.url) as oncehub:
                manifest = await run_export(oncehub, plan_export(["bookings"]), Path(folder))
            seconds = time.perf_counter() - started
        if not manifest.complete or manifest.resources["bookings"].count != bookings:
            raise AssertionError("the export is not complete")
        return seconds / least(bookings, LATENCY), sim.stats.requests, sim.stats.refused


@asynccontextmanager
async def many_bookings(count: int) -> AsyncIterator[str]:
    """The address of a service with so many bookings of 1.2 KB, and no limits."""
    async with Simulator(Account(bookings=1), limits=None) as sim:
        template = sim.object(next(sim.ids("bookings")))
    parts = orjson.dumps(template | {"id": "\0", "creation_time": "\0"}).split(rb'"\u0000"')

    def page(request: web.BaseRequest) -> bytes:
        query = request.rel_url.query
        high = count
        if "after" in query:
            high = int(query["after"].removeprefix("BKNG-"))
        elif "creation_time.lt" in query:
            older_than = datetime.fromisoformat(query["creation_time.lt"])
            high = max(0, min(count, -((_FIRST - older_than) // _EACH)))
        if "before" in query:
            low = int(query["before"].removeprefix("BKNG-")) + 1
            high = min(count, low + 100)
        low = max(0, high - 100)
        objects = []
        for number in range(high - 1, low - 1, -1):
            values = {
                b'"id":': f"BKNG-{number}",
                b'"creation_time":': time_text(_FIRST + number * _EACH),
            }
            text = parts[0]
            for part in parts[1:]:
                key = next(key for key in values if text.endswith(key))
                text += b'"' + values[key].encode() + b'"' + part
            objects.append(text)
        more = b"true" if low else b"false"
        return b'{"object":"list","data":[%s],"has_more":%s}' % (b",".join(objects), more)

    async def answer(request: web.BaseRequest) -> web.Response:
        return web.Response(body=page(request), content_type="application/json")

    runner = web.ServerRunner(web.Server(answer))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/v2"
    finally:
        await runner.cleanup()


async def peak_memory(count: int) -> int:
    """The peak memory of a process that exports so many bookings, in MB."""
    async with many_bookings(count) as url:
        with tempfile.TemporaryDirectory() as folder:
            child = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "benchmarks.exporting", url, folder, str(count)),
                stdout=subprocess.PIPE,
            )
            out, _ = await child.communicate()
    if child.returncode:
        raise AssertionError("the export failed")
    return int(out)


async def export_and_tell_the_peak(url: str, folder: str, count: int) -> None:
    """What the other process does."""
    async with OnceHub("key", base_url=url, budget=Budget(ROOMY)) as oncehub:
        manifest = await run_export(oncehub, plan_export(["bookings"]), Path(folder))
    if not manifest.complete or manifest.resources["bookings"].count != count:
        raise AssertionError(manifest.resources["bookings"].error)
    print(getrusage(RUSAGE_SELF).ru_maxrss // 1024)


async def table() -> None:
    """Print both."""
    times_least, requests, refused = await on_the_real_clock()
    print(
        f"{times_least:6.2f}  export of 5,000 bookings at 150 ms over sockets, real clock / least "
        f"({requests} requests, {refused} answered 429)"
    )
    for count in BOOKINGS:
        print(f"{await peak_memory(count):6}  MB at most for exporting {count:,} bookings")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        asyncio.run(export_and_tell_the_peak(sys.argv[1], sys.argv[2], int(sys.argv[3])))
    else:
        asyncio.run(table())

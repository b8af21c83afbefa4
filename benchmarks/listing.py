"""What reading a list through the client costs, beside a loop as one writes it without one.

`python -m benchmarks.listing`; nothing is limited and nothing is late, so that only the work shows.
"""

import asyncio
import statistics
import time

import aiohttp
import orjson

from oncehub_async import Budget, Clock, Limits, OnceHub
from oncehub_async.simulator import Account, Simulator

ROUNDS = 9
BOOKINGS = 3_000
ROOMY = Limits(per_second=100_000, per_five_minutes=100_000)


def rows() -> list[tuple[str, float]]:
    """As JSON data, and as models."""
    return asyncio.run(_rows())


async def _rows() -> list[tuple[str, float]]:
    async with Simulator(Account(bookings=BOOKINGS), limits=None) as sim:
        return [
            ("a list as JSON through the client / by hand", await _beside(sim, raw=True)),
            ("a list as models through the client / by hand", await _beside(sim, raw=False)),
        ]


async def _beside(sim: Simulator, raw: bool) -> float:
    return statistics.median(
        [await by_client(sim, raw) / await by_hand(sim) for _ in range(ROUNDS)]
    )


async def by_hand(sim: Simulator) -> float:
    """A loop around GET /bookings."""
    started, after, seen = time.perf_counter(), "", 0
    async with aiohttp.ClientSession(headers={"API-Key": sim.api_key}) as session:
        while True:
            async with session.get(f"{sim.url}/bookings?limit=100{after}") as response:
                page = orjson.loads(await response.read())
            seen += len(page["data"])
            if not page["has_more"]:
                assert seen == BOOKINGS
                return time.perf_counter() - started
            after = f"&after={page['data'][-1]['id']}"


async def by_client(sim: Simulator, raw: bool) -> float:
    """The same list through the client."""
    started, seen = time.perf_counter(), 0
    budget = Budget(ROOMY, clock=Clock())
    async with OnceHub(sim.api_key, base_url=sim.url, budget=budget) as oncehub:
        listing = oncehub.bookings.list()
        async for page in listing.raw().pages() if raw else listing.pages():
            seen += len(page)
    assert seen == BOOKINGS
    return time.perf_counter() - started


if __name__ == "__main__":
    for name, value in rows():
        print(f"{value:6.2f}  {name}")

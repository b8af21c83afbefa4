"""Prints a table of what the library costs beside doing the same by hand.

Each figure is the median of ratios of neighbouring measurements, so that a noisy machine disturbs
both sides of a ratio alike.
"""

import asyncio
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import aiohttp
import orjson

from oncehub_async import Budget, Clock, Limits, OnceHub
from oncehub_async.models import Booking, from_dict
from oncehub_async.simulator import Account, Simulator

ROUNDS = 9
BOOKINGS = 3_000
ROOMY = Limits(per_second=100_000, per_five_minutes=100_000)


def ratio(ours: Callable[[], float], theirs: Callable[[], float]) -> float:
    """How many times as long ours takes."""
    return statistics.median(ours() / theirs() for _ in range(ROUNDS))


def timed(action: Callable[[], object]) -> float:
    """How long an action takes, in seconds."""
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def importing(module: str) -> float:
    """How long a fresh interpreter takes to start with a module."""
    return timed(lambda: subprocess.run([sys.executable, "-c", f"import {module}"], check=True))


def decoding(page: bytes) -> float:
    """Models from a page, beside parsing its JSON alone."""

    def models() -> list[Booking]:
        return [from_dict(item, Booking) for item in orjson.loads(page)["data"]]

    models()
    return ratio(lambda: timed(models), lambda: timed(lambda: orjson.loads(page)))


async def pages(sim: Simulator) -> tuple[bytes, bytes]:
    """A page of bookings with ids only, and one with everything expanded."""
    headers = {"API-Key": sim.api_key}
    expand = "owner,contact,booking_page,master_page,event_type,conversation"
    async with aiohttp.ClientSession(headers=headers) as session:
        plain = await session.get(f"{sim.url}/bookings?limit=100")
        expanded = await session.get(f"{sim.url}/bookings?limit=100&expand={expand}")
        return await plain.read(), await expanded.read()


async def by_hand(sim: Simulator) -> float:
    """A loop around GET /bookings, as one writes it without a client."""
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
    """The same walk through the client."""
    started, seen = time.perf_counter(), 0
    budget = Budget(ROOMY, clock=Clock())
    async with OnceHub(sim.api_key, base_url=sim.url, budget=budget) as oncehub:
        listing = oncehub.bookings.list()
        async for page in listing.raw().pages() if raw else listing.pages():
            seen += len(page)
    assert seen == BOOKINGS
    return time.perf_counter() - started


async def walking(sim: Simulator, raw: bool) -> float:
    """Walking a list with the client, beside a loop by hand."""
    return statistics.median(
        [await by_client(sim, raw) / await by_hand(sim) for _ in range(ROUNDS)]
    )


async def main() -> None:
    async with Simulator(Account(bookings=BOOKINGS), limits=None) as sim:
        plain, expanded = await pages(sim)
        rows = [
            (
                "import oncehub_async / import aiohttp",
                ratio(lambda: importing("oncehub_async"), lambda: importing("aiohttp")),
            ),
            ("100 bookings, ids only, as models / parsed as JSON", decoding(plain)),
            ("100 bookings, expanded, as models / parsed as JSON", decoding(expanded)),
            ("walk as JSON through the client / by hand", await walking(sim, raw=True)),
            ("walk as models through the client / by hand", await walking(sim, raw=False)),
        ]
    for name, value in rows:
        print(f"{name:<52} {value:6.2f}")


if __name__ == "__main__":
    asyncio.run(main())

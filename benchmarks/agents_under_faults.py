"""Whether an agent books anything twice while a third of all requests go wrong.

A scripted agent books, moves and cancels through the official client, in this process:
`python -m benchmarks.agents_under_faults [RUNS]`. A run takes a second or two.
"""

import asyncio
import logging
import sys
import time

from mcp.client import Client

from harness.scripted_agent import booked_twice, work
from oncehub_async import Clock
from oncehub_async.mcp import AgentSettings, Change, client_for_agents, server_for
from oncehub_async.simulator import Account, Simulator

RUNS = 1_000
_SPEED = 10.0
_AT_ONCE = 4


async def run(seed: int) -> tuple[int, int]:
    """How many requests were made, and how many guests were booked twice."""
    account, clock = Account(bookings=10, quirks=False, seed=seed), Clock(speed=_SPEED)
    settings = AgentSettings([Change.BOOKINGS])
    async with (
        Simulator(account, limits=None, clock=clock) as sim,
        client_for_agents(sim.url, api_key=sim.api_key, clock=clock) as oncehub,
        Client(server_for(oncehub, settings)) as client,
    ):
        await work(client, sim, seed)
        return sim.stats.requests, len(booked_twice(sim))


async def table(runs: int) -> None:
    """Print what came of it."""
    turns = asyncio.Semaphore(_AT_ONCE)

    async def one(seed: int) -> tuple[int, int]:
        async with turns:
            return await run(seed)

    begun = time.monotonic()
    results = await asyncio.gather(*map(one, range(runs)))
    print(f"{'runs of a scripted agent under faults':<60}{runs:>17,}")
    print(f"{'requests':<60}{sum(requests for requests, _ in results):>17,}")
    print(f"{'guests booked twice':<60}{sum(twice for _, twice in results):>17,}")
    print(f"{'minutes':<60}{(time.monotonic() - begun) / 60:>17.1f}")


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    asyncio.run(table(int(sys.argv[1]) if len(sys.argv) > 1 else RUNS))

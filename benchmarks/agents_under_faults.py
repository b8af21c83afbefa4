"""Whether an agent books anything twice while half of all requests go wrong.

A scripted agent books, moves and cancels through the official client:
`python -m benchmarks.agents_under_faults [RUNS] [process|stdio|http] [FIRST]`. In this process a
run takes a second or two. Over stdio and HTTP each server is a process of its own, serves ten runs,
and speaks both versions of the protocol in turn. FIRST is the first run's seed.
"""

import asyncio
import logging
import os
import secrets
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import httpx2
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

from harness.scripted_agent import booked_twice, work
from oncehub_async import Clock
from oncehub_async._ground import on_ending_signals
from oncehub_async.mcp import AgentSettings, Change, client_for_agents, server_for
from oncehub_async.simulator import Account, Simulator

RUNS = 1_000
_SPEED = 10.0
_AT_ONCE = 16
"""Servers; each has a budget of its own, for which its runs wait."""
_RUNS_OF_A_SERVER = 10
_MODES = ("auto", "legacy")


@asynccontextmanager
async def in_process(sim: Simulator, mode: str) -> AsyncIterator[Client]:
    """A client of a server in this process."""
    settings = AgentSettings([Change.BOOKINGS])
    async with (
        client_for_agents(sim.url, api_key=sim.api_key, clock=sim.clock) as oncehub,
        Client(server_for(oncehub, settings), mode=mode) as client,
    ):
        yield client


@asynccontextmanager
async def over_stdio(sim: Simulator, mode: str) -> AsyncIterator[Client]:
    """A client that starts the server."""
    program, *arguments = _command(sim, "stdio")
    server = StdioServerParameters(command=program, args=arguments, env=_environment(sim, ""))
    async with Client(server, mode=mode) as client:
        yield client


@asynccontextmanager
async def over_http(sim: Simulator, mode: str) -> AsyncIterator[Client]:
    """A client of a server that listens, which has the token."""
    token = secrets.token_hex(16)
    server = await asyncio.create_subprocess_exec(
        *_command(sim, "http"), env=_environment(sim, token), stdout=asyncio.subprocess.PIPE
    )
    try:
        assert server.stdout is not None
        url = (await server.stdout.readline()).decode().strip()
        async with (
            httpx2.AsyncClient(headers={"Authorization": f"Bearer {token}"}) as http,
            Client(streamable_http_client(url, http_client=http), mode=mode) as client,
        ):
            yield client
    finally:
        server.terminate()
        await server.wait()


def _command(sim: Simulator, transport: str) -> list[str]:
    return [sys.executable, "-m", "harness.agent_process", sim.url, str(_SPEED), transport]


def _environment(sim: Simulator, token: str) -> dict[str, str]:
    return {**os.environ, "ONCEHUB_API_KEY": sim.api_key, "ONCEHUB_MCP_TOKEN": token}


WAYS = {"process": in_process, "stdio": over_stdio, "http": over_http}


async def runs(way: str, seeds: Sequence[int]) -> tuple[int, int, int]:
    """Of one server: how many runs and requests, and how many guests were booked twice."""
    first = seeds[0]
    account, clock = Account(bookings=10, quirks=False, seed=first), Clock(speed=_SPEED)
    mode = _MODES[first // _RUNS_OF_A_SERVER % 2]
    async with (
        Simulator(account, limits=None, clock=clock) as sim,
        WAYS[way](sim, mode) as client,
    ):
        for seed in seeds:
            await work(client, sim, seed)
        return len(seeds), sim.stats.requests, len(booked_twice(sim))


async def table(count: int, way: str, first: int) -> None:
    """Print what came of it."""
    turns = asyncio.Semaphore(_AT_ONCE)
    done = 0

    async def one(seeds: Sequence[int]) -> tuple[int, int, int]:
        nonlocal done
        async with turns:
            result = await runs(way, seeds)
        done += len(seeds)
        print(f"{done:,} runs", end="\r", file=sys.stderr, flush=True)
        return result

    begun, end = time.monotonic(), first + count
    results = await asyncio.gather(
        *(
            one(range(each, min(each + _RUNS_OF_A_SERVER, end)))
            for each in range(first, end, _RUNS_OF_A_SERVER)
        )
    )
    whole = [sum(column) for column in zip(*results, strict=True)]
    print(f"{f'runs of a scripted agent under faults ({way})':<60}{whole[0]:>17,}")
    print(f"{'requests':<60}{whole[1]:>17,}")
    print(f"{'guests booked twice':<60}{whole[2]:>17,}")
    print(f"{'minutes':<60}{(time.monotonic() - begun) / 60:>17.1f}")


async def until_told(count: int, way: str, first: int) -> None:
    """The same; told to end before that, no server goes on."""
    running = asyncio.ensure_future(table(count, way, first))
    with on_ending_signals(running.cancel):
        await asyncio.wait([running])
    if running.cancelled():
        sys.exit("ended before all runs were done")
    running.result()


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    given = [*sys.argv[1:], *(str(RUNS), "process", "0")[len(sys.argv) - 1 :]]
    asyncio.run(until_told(int(given[0]), given[1], int(given[2])))

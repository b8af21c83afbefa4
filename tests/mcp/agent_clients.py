"""Agents' clients of `oncehub mcp`: over stdio, over HTTP, and in this process."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

from oncehub_async import Clock
from oncehub_async.mcp import AgentSettings, Change, client_for_agents, server_for
from oncehub_async.simulator import Account, Simulator

TOKEN = "a-token-of-the-agents-own"
MODES = ("auto", "legacy")
"""Both protocol versions that the official client speaks."""
HELLO = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "agent", "version": "1"},
    },
}
"""What a client of the older one says first."""


def _environment(sim: Simulator) -> dict[str, str]:
    path = ":".join(each for each in sys.path if each)
    return {"ONCEHUB_API_KEY": sim.api_key, "ONCEHUB_BASE_URL": sim.url, "PYTHONPATH": path}


@asynccontextmanager
async def over_stdio(
    sim: Simulator, mode: str, *options: str, **client: Any
) -> AsyncIterator[Client]:
    """A client of a server that is a process of its own."""
    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "oncehub_async.cli", "mcp", *options],
        env=_environment(sim),
    )
    async with Client(server, mode=mode, **client) as agent:
        yield agent


@asynccontextmanager
async def http_server(sim: Simulator, *options: str) -> AsyncIterator[str]:
    """The address of `oncehub mcp --http`, which is a process of its own."""
    server = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "oncehub_async.cli", "mcp", "--http", "0", *options),
        env={**os.environ, **_environment(sim), "ONCEHUB_MCP_TOKEN": TOKEN},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        assert server.stderr is not None
        line = (await server.stderr.readline()).decode()
        assert "Serving agents at " in line, line
        yield line.split()[-1]
    finally:
        server.terminate()
        await server.wait()


@asynccontextmanager
async def over_http(
    sim: Simulator, mode: str, *options: str, **client: Any
) -> AsyncIterator[Client]:
    """A client over HTTP, which has the token."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with (
        http_server(sim, *options) as url,
        httpx2.AsyncClient(headers=headers) as http,
        Client(streamable_http_client(url, http_client=http), mode=mode, **client) as agent,
    ):
        yield agent


@asynccontextmanager
async def in_process(
    sim: Simulator, mode: str = "auto", settings: AgentSettings | None = None, **client: Any
) -> AsyncIterator[Client]:
    """A client of a server in this process; all changes are allowed unless told otherwise."""
    settings = settings or AgentSettings(list(Change))
    async with (
        client_for_agents(sim.url, api_key=sim.api_key, clock=sim.clock) as oncehub,
        Client(server_for(oncehub, settings), mode=mode, **client) as agent,
    ):
        yield agent


@asynccontextmanager
async def account(bookings: int = 60, speed: float = 1.0) -> AsyncIterator[Simulator]:
    """A simulated account without limits and oddities, whose clock may run faster."""
    made = Account(bookings=bookings, quirks=False)
    async with Simulator(made, limits=None, clock=Clock(speed=speed)) as sim:
        yield sim


async def asked(client: Client, tool: str, /, **given: Any) -> tuple[bool, Any]:
    """Whether the tool failed, and what it said: an object, or a text where it is none."""
    result = await client.call_tool(tool, given)
    (content,) = result.content
    text = content.text  # type: ignore[union-attr] # all answers are texts
    assert len(text) <= 24_000
    return bool(result.is_error), json.loads(text) if text.startswith("{") else text

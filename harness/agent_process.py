"""A server for agents that is a process of its own, with a clock that runs faster.

`python -m harness.agent_process URL SPEED stdio|http`; the key and the token are the environment's.
"""

import asyncio
import logging
import os
import sys

from oncehub_async import Clock
from oncehub_async.mcp import AgentSettings, Change, serve_http, serve_stdio


async def serve(url: str, speed: float, transport: str) -> None:
    """Until the agent hangs up, or until terminated; the address is the first line of stdout."""
    settings, clock = AgentSettings([Change.BOOKINGS]), Clock(speed=speed)
    if transport == "stdio":
        await serve_stdio(url, settings, clock=clock)
    else:
        token = os.environ["ONCEHUB_MCP_TOKEN"]
        await serve_http(0, token, base_url=url, settings=settings, on_listening=_tell, clock=clock)


def _tell(address: str) -> None:
    sys.stdout.write(f"{address}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    asyncio.run(serve(sys.argv[1], float(sys.argv[2]), sys.argv[3]))

"""The example speaks to the vendor's MCP server as its page and its code describe it.

The stand-in follows both: SSE, two tools, the key in either header.
"""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import mcp_types as types
import pytest
import uvicorn
from mcp.server import Server
from mcp.server.sse import SseServerTransport
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from examples.vendor_mcp_server import connected, free_times
from oncehub_async import OnceHub
from oncehub_async.simulator import Account, Simulator

SLOTS = {"calendar_id": True, "start_time": False, "end_time": False, "timeout": False}
SCHEDULE = {
    "calendar_id": True,
    "start_time": True,
    "guest_time_zone": True,
    "guest_name": True,
    "guest_email": True,
    "guest_phone": False,
    "location_type": False,
    "location_value": False,
    "custom_fields": False,
}
TOOLS = {"get_booking_time_slots": SLOTS, "schedule_meeting": SCHEDULE}


def _answer(sim: Simulator, header: str) -> Starlette:
    """The stand-in, which reads the key from one of the headers."""

    async def tools(_context: Any, _params: Any) -> types.ListToolsResult:
        told = [
            types.Tool(
                name=name,
                input_schema={
                    "type": "object",
                    "properties": {each: {"type": "string"} for each in given},
                    "required": [each for each, needed in given.items() if needed],
                },
            )
            for name, given in TOOLS.items()
        ]
        return types.ListToolsResult(tools=told)

    async def call(_context: Any, params: types.CallToolRequestParams) -> types.CallToolResult:
        assert set(params.arguments or {}) <= set(TOOLS[params.name])
        async with OnceHub(sim.api_key, base_url=sim.url) as oncehub:
            slots = await oncehub.booking_calendars.time_slots(params.arguments["calendar_id"])  # type: ignore[index] # needed
        text = ", ".join(str(each.start_time) for each in slots)
        return types.CallToolResult(content=[types.TextContent(type="text", text=text)])

    server = Server("vendor", on_list_tools=tools, on_call_tool=call)
    transport = SseServerTransport("/messages/")

    async def listen(request: Request) -> Response:
        given = request.headers.get(header, "").removeprefix("Bearer ")
        if given != sim.api_key:
            return Response(status_code=401)
        async with transport.connect_sse(request.scope, request.receive, request._send) as streams:
            incoming, outgoing = streams
            await server.run(incoming, outgoing, server.create_initialization_options())
        return Response()

    routes = [
        Route("/sse", listen),
        Mount("/messages/", app=transport.handle_post_message),
    ]
    return Starlette(routes=routes)


@asynccontextmanager
async def stand_in(sim: Simulator, header: str) -> AsyncIterator[str]:
    """The address of the vendor's server, as it were."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        config = uvicorn.Config(
            _answer(sim, header), log_config=None, lifespan="off", timeout_graceful_shutdown=1
        )
        server = uvicorn.Server(config)
        task = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}/sse"
        finally:
            server.should_exit = True
            await task


@pytest.mark.parametrize("header", ["API-Key", "Authorization"])
async def test_free_times_of_the_vendors_server(header: str) -> None:
    """Whichever of the two headers it reads."""
    async with Simulator(Account(bookings=5, quirks=False), limits=None) as sim:
        async with OnceHub(sim.api_key, base_url=sim.url) as oncehub:
            calendars = await oncehub.booking_calendars.list().collect()
            calendar = next(each.id for each in calendars if each.published)
            slots = await oncehub.booking_calendars.time_slots(calendar)
        async with stand_in(sim, header) as url:
            text = await free_times(sim.api_key, calendar, url)
            assert str(slots[0].start_time) in text
            async with connected(sim.api_key, url) as client:
                names = {each.name for each in (await client.list_tools()).tools}
            assert names == set(TOOLS)

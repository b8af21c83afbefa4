"""Asks OnceHub's own MCP server for free times: `python -m examples.vendor_mcp_server BKC-...`.

It needs ONCEHUB_API_KEY and the extra "mcp". The server is https://mcp.oncehub.com/sse; its page
names the header API-Key, its code reads Authorization, so both are sent. To book, call
`schedule_meeting` with calendar_id, start_time, guest_time_zone, guest_name and guest_email; after
a time-out, look in the calendar's bookings before you try again.
"""

import asyncio
import os
import sys

from mcp.client import Client
from mcp.client.sse import sse_client

SERVER = "https://mcp.oncehub.com/sse"


def connected(key: str, server: str = SERVER) -> Client:
    """A client of the vendor's server, to be entered with `async with`."""
    headers = {"API-Key": key, "Authorization": f"Bearer {key}"}
    return Client(sse_client(server, headers=headers), mode="legacy")


async def free_times(key: str, calendar: str, server: str = SERVER) -> str:
    """What the server says of a calendar's free times."""
    async with connected(key, server) as client:
        result = await client.call_tool("get_booking_time_slots", {"calendar_id": calendar})
    text = "\n".join(part.text for part in result.content if part.type == "text")
    if result.is_error:
        raise RuntimeError(text)
    return text


if __name__ == "__main__":
    sys.stdout.write(asyncio.run(free_times(os.environ["ONCEHUB_API_KEY"], sys.argv[1])) + "\n")

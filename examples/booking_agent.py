"""An agent without a model books a meeting: `python -m examples.booking_agent`.

It needs ONCEHUB_API_KEY and oncehub-async[mcp,cli]. To try it without an account, run
`oncehub simulate` in another terminal, and export the two variables that it prints.

It starts `oncehub mcp`, looks for a free time, has the meeting planned, shows the plan, and only
then has it made. An answer that gets lost is no reason to ask again: the error says where to look.
"""

import asyncio
import json
import os
from typing import Any

from mcp.client import Client
from mcp.client.stdio import StdioServerParameters

GUEST = {"name": "Ann Agent", "email": "ann.agent@example.com"}


def server() -> StdioServerParameters:
    """`oncehub mcp`, which may change bookings and nothing else."""
    return StdioServerParameters(
        command="oncehub",
        args=["mcp", "--allow-changes", "bookings"],
        env={name: value for name, value in os.environ.items() if name.startswith("ONCEHUB_")},
    )


async def ask(client: Client, tool: str, /, **given: Any) -> dict[str, Any]:
    """What a tool answers. Raises `RuntimeError` with what it says is wrong."""
    result = await client.call_tool(tool, given)
    text = "\n".join(part.text for part in result.content if part.type == "text")
    if result.is_error:
        raise RuntimeError(text)
    answer: dict[str, Any] = json.loads(text)
    return answer


async def first_free_time(client: Client) -> dict[str, str]:
    """The first free time of the first published calendar that has one."""
    for calendar in (await ask(client, "list_bookable", kind="booking_calendars"))["items"]:
        if calendar.get("published"):
            free = (await ask(client, "free_times", booking_calendar=calendar["id"]))["items"]
            if free:
                return {"booking_calendar": calendar["id"], "start_time": free[0]["start_time"]}
    raise RuntimeError("no calendar has a free time this week")


async def book() -> str:
    """Book it; the booking's id."""
    async with Client(server()) as client:
        time = await first_free_time(client)
        meeting = {**time, "guest_time_zone": "Europe/Berlin", **GUEST}
        planned = await ask(client, "schedule_meeting", **meeting)
        print(planned["plan"])
        # A person would be asked here. The token is good for exactly this meeting, once.
        made = await ask(client, "schedule_meeting", **meeting, token=planned["token"])
        return str(made["booking"])


if __name__ == "__main__":
    print(asyncio.run(book()))

"""An agent without a model: it books, moves and cancels as the answers tell it to.

It does what a careful agent does and nothing cleverer: it repeats what only reads, shows a plan to
nobody and confirms it, and after an answer that got lost it looks before it plans again.
"""

import json
import random
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from mcp.client import Client

from oncehub_async.simulator import Fault, Simulator

FAULTS = (
    Fault("drop_before", rate=0.1),
    Fault("drop_after", rate=0.1),
    Fault("truncated_body", rate=0.05),
    Fault("truncated_json", rate=0.05),
    Fault("server_error", rate=0.05),
    Fault("server_error", rate=0.05, takes_effect=True),
    Fault("html", rate=0.05),
    Fault("empty", rate=0.05, takes_effect=True),
    Fault("rate_limit", rate=0.05),
)
LOST_ANSWERS = (
    Fault("drop_after", ("POST", "/booking-calendars/{id}/schedule"), every=2),
    Fault("drop_after", ("POST", "/bookings/{id}/cancel"), every=2),
)
"""Only what was done and not told, so that nothing waits before it is repeated."""
_GUEST = "guest-of-the-agent"
_TRIES = 30
_REFUSED = re.compile(r": (404|409)\b")
"""The status, and no port or request id with these digits in it."""


class ScriptedAgent:
    """Works through a client's tools."""

    def __init__(self, client: Client, seed: int) -> None:
        self._client = client
        self._pick = random.Random(seed)
        self._seed = seed
        self._guests = 0

    async def ask(self, tool: str, /, **given: Any) -> tuple[bool, Any]:
        """Whether it failed, and what was said."""
        result = await self._client.call_tool(tool, given)
        text = result.content[0].text  # type: ignore[union-attr] # all answers are texts
        return bool(result.is_error), json.loads(text) if text.startswith("{") else text

    async def read(self, tool: str, /, **given: Any) -> Mapping[str, Any]:
        """The answer to a question that may be asked as often as is needed."""
        for _ in range(_TRIES):
            failed, said = await self.ask(tool, **given)
            if not failed:
                assert isinstance(said, Mapping)
                return said
        raise AssertionError(f"{tool} never answered: {said}")

    async def change(self, tool: str, /, **given: Any) -> tuple[str, Any]:
        """Plan and confirm until it is done, unknown or refused."""
        for _ in range(_TRIES):
            failed, plan = await self.ask(tool, **given)
            if failed:
                if "not free" in plan or _REFUSED.search(plan):
                    return "refused", plan
                continue
            failed, said = await self.ask(tool, **given, token=plan["token"])
            if not failed:
                return "done", said
            if "it isn't known" in said:
                return "unknown", said
            if "not free" in said or _REFUSED.search(said):
                return "refused", said
        raise AssertionError(f"{tool} never came to an end: {said}")

    async def book(self, calendar: str) -> str | None:
        """Book a free time of the calendar for a guest of its own; the booking's id."""
        self._guests += 1
        free = (await self.read("free_times", booking_calendar=calendar))["items"]
        start = self._pick.choice(free)["start_time"]
        given = {
            "booking_calendar": calendar,
            "start_time": start,
            "guest_time_zone": "Europe/Berlin",
            "name": "Guest",
            "email": f"{_GUEST}-{self._seed}-{self._guests}@example.com",
        }
        for _ in range(_TRIES):
            outcome, said = await self.change("schedule_meeting", **given)
            if outcome == "done":
                return str(said["booking"])
            if outcome == "refused":
                return None
            found = await self._look(calendar, start)
            if found is not None:
                return found
        raise AssertionError("a meeting was never booked")

    async def _look(self, calendar: str, start: str) -> str | None:
        """The booking of that calendar that begins then; none if it wasn't made."""
        page = await self.read("find_bookings", booking_calendar=calendar, status="scheduled")
        times = {each["starting_time"]: each["id"] for each in page["items"]}
        return times.get(start)

    async def until_so(self, booking: str, change: str, status: str) -> None:
        """Change a booking until it has that status."""
        for _ in range(_TRIES):
            await self.change("change_booking", id=booking, change=change)
            now = await self.read("get_booking", id=booking)
            if now["booking"].get("status") == status:
                return
        raise AssertionError(f"{change} was never done")


async def work(client: Client, sim: Simulator, seed: int, faults: Sequence[Fault] = FAULTS) -> None:
    """Book three meetings, move one, cancel one, while a third of all requests go wrong."""
    agent = ScriptedAgent(client, seed)
    calendar = await _bookable(agent)
    sim.inject(*faults)
    try:
        meetings = [await agent.book(calendar) for _ in range(3)]
        first, second = [each for each in meetings if each is not None][:2]
        moved = await agent.book(calendar)
        if moved is not None:
            await agent.until_so(first, "cancel", "canceled")
        await agent.until_so(second, "request_reschedule", "canceled")
    finally:
        sim.clear_faults()


async def _bookable(agent: ScriptedAgent) -> str:
    for each in (await agent.read("list_bookable", kind="booking_calendars"))["items"]:
        failed, free = await agent.ask("free_times", booking_calendar=each["id"])
        if not failed and len(free["items"]) >= 10:
            return str(each["id"])
    raise AssertionError("no calendar has ten free times")


def booked_twice(sim: Simulator) -> list[str]:
    """The agent's guests who have more than one booking."""
    guests = Counter(
        (sim.object(each).get("form_submission") or {}).get("email", "")
        for each in sim.ids("bookings")
    )
    return [guest for guest, count in guests.items() if guest.startswith(_GUEST) and count > 1]

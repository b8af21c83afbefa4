"""The agent in examples/ books a meeting through the official client and `oncehub mcp`."""

import asyncio
import os
import sys
from pathlib import Path

from oncehub_async.simulator import Fault, Simulator
from tests.documents import ROOT

from .agent_clients import account


async def run_agent(sim: Simulator) -> tuple[int | None, str, str]:
    """The program as a process of its own: its exit code, what it printed, and what it said."""
    scripts = f"{Path(sys.executable).parent}{os.pathsep}{os.defpath}"
    agent = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "examples.booking_agent"),
        cwd=ROOT,
        env={"ONCEHUB_API_KEY": sim.api_key, "ONCEHUB_BASE_URL": sim.url, "PATH": scripts},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await agent.communicate()
    return agent.returncode, out.decode(), err.decode()


async def test_the_agent_books_a_meeting() -> None:
    """The plan is shown before; the booking that it names is in the account."""
    async with account() as sim:
        before = sim.counts["bookings"]
        code, out, err = await run_agent(sim)
        *plan, booking = out.splitlines()
        assert (code, "Traceback" in err) == (0, False), err
        assert sim.counts["bookings"] == before + 1
        assert sim.object(booking)["form_submission"]["email"] == "ann.agent@example.com"
    assert "Ann Agent, ann.agent@example.com" in plan[0]


async def test_an_answer_that_gets_lost_is_not_asked_for_again() -> None:
    """The program ends with where to look; the meeting is booked once."""
    async with account() as sim:
        before = sim.counts["bookings"]
        sim.inject(Fault("drop_after", ("POST", "/booking-calendars/{id}/schedule")))
        code, out, err = await run_agent(sim)
        assert sim.counts["bookings"] == before + 1
    assert code == 1
    assert "BKNG-" not in out
    assert "it isn't known" in err
    assert "find_bookings" in err

"""An agent reads the account through the official client, over stdio."""

import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters

from oncehub_async.simulator import Account, Simulator


@asynccontextmanager
async def agent(mode: str) -> AsyncIterator[tuple[Client, Simulator]]:
    """A client of a server that is a process of its own."""
    async with Simulator(Account(bookings=60, quirks=False), limits=None) as sim:
        server = StdioServerParameters(
            command=sys.executable,
            args=["-m", "oncehub_async.cli", "mcp"],
            env={"ONCEHUB_API_KEY": sim.api_key, "ONCEHUB_BASE_URL": sim.url, **_path()},
        )
        async with Client(server, mode=mode) as client:
            yield client, sim


def _path() -> dict[str, str]:
    return {"PYTHONPATH": ":".join(each for each in sys.path if each)}


async def asked(client: Client, tool: str, **given: str) -> tuple[bool | None, str]:
    result = await client.call_tool(tool, given)
    (content,) = result.content
    return result.is_error, content.text  # type: ignore[union-attr] # all answers are texts


@pytest.mark.parametrize("mode", ["auto", "legacy"])  # both protocol versions
async def test_an_agent_reads(mode: str) -> None:
    """Page after page; nothing about people, all times with their zone, slips with the remedy."""
    async with agent(mode) as (client, sim):
        await _read_all(client, sim)


async def _read_all(client: Client, sim: Simulator) -> None:
    tools = (await client.list_tools()).tools
    # Tokens are estimated as characters of JSON by four.
    assert sum(len(each.model_dump_json(exclude_none=True)) for each in tools) / 4 <= 1_500
    found: list[str] = []
    after: dict[str, str] = {}
    while True:
        failed, text = await asked(client, "find_bookings", time_zone="Europe/Berlin", **after)
        page = json.loads(text)
        assert not failed
        assert len(text) <= 24_000
        found += [each["id"] for each in page["items"]]
        for each in page["items"]:
            guest = sim.object(each["id"])["form_submission"]
            told = [guest[field] for field in ("name", "email", "note") if guest.get(field)]
            assert told
            assert not [value for value in told if value in text]
            assert each["starting_time"].endswith("[Europe/Berlin]")
        if "next" not in page:
            break
        after = {"after": page["next"]}
    assert found == list(sim.ids("bookings"))

    _, text = await asked(client, "get_booking", id=found[0])
    assert json.loads(text)["booking"]["id"] == found[0]

    _, text = await asked(client, "list_bookable", kind="booking_calendars")
    calendar = next(each["id"] for each in json.loads(text)["items"] if each["published"])
    failed, text = await asked(client, "free_times", booking_calendar=calendar)
    assert not failed
    assert json.loads(text)["items"][0]["start_time"].endswith("[UTC]")

    failed, text = await asked(client, "find_bookings", starting_after="2026-11-26T09:00")
    assert failed
    assert "starting_after: expected a time with its offset" in text
    failed, text = await asked(client, "cancel", id=found[0])
    assert failed

"""Reports for agents: of a synced database, without a request; without people unless wanted."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from oncehub_async import OnceHub
from oncehub_async.mcp import AgentSettings
from oncehub_async.mcp._agent_reading import Reading
from oncehub_async.mcp._agent_views import View
from oncehub_async.reports import ReportName
from oncehub_async.simulator import Account, Simulator
from oncehub_async.sync import sync
from tests.mcp.agent_clients import asked, in_process

BOOKINGS = 150
OF_PEOPLE = ("detail", "customers", "users", "account")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def synced(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Simulator, str]]:
    """An account, and the database that it was synced into."""
    file = tmp_path_factory.mktemp("agents") / "account.duckdb"
    async with Simulator(Account(bookings=BOOKINGS, quirks=False), limits=None) as sim:
        async with OnceHub(sim.api_key, base_url=sim.url) as oncehub:
            await sync(oncehub, file)
        yield sim, f"duckdb:///{file}"


@pytest.mark.asyncio(loop_scope="module")
async def test_counts_cost_no_request(synced: tuple[Simulator, str]) -> None:
    """The numbers are the database's."""
    sim, database = synced
    before = sim.stats.requests
    async with in_process(sim, settings=AgentSettings(database=database)) as client:
        failed, said = await asked(
            client, "report", name="activity", by="creation", per="quarter", time_zone="UTC"
        )
    assert not failed
    assert said["complete"] is True
    rows = next(iter(said["tables"].values()))
    assert sum(row["total"] for row in rows) == BOOKINGS
    assert sim.stats.requests == before


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("name", OF_PEOPLE)
async def test_people_are_named_only_where_that_is_wanted(
    synced: tuple[Simulator, str], name: str
) -> None:
    """Refused with the remedy; or shown, and cut to what an agent can take."""
    sim, database = synced
    async with in_process(sim, settings=AgentSettings(database=database)) as client:
        failed, said = await asked(client, "report", name=name)
    assert failed
    assert "--personal-data" in said
    shown = AgentSettings(personal_data=True, database=database)
    async with in_process(sim, settings=shown) as client:
        failed, said = await asked(client, "report", name=name)
    assert not failed
    assert said["tables"]


@pytest.mark.asyncio(loop_scope="module")
async def test_what_is_cut_is_told(synced: tuple[Simulator, str]) -> None:
    """How many rows there are beside those that are shown, and what to do."""
    sim, database = synced
    shown = AgentSettings(personal_data=True, database=database)
    async with in_process(sim, settings=shown) as client:
        _, said = await asked(client, "report", name="detail")
    *rows, rest = next(iter(said["tables"].values()))
    assert isinstance(rest, str)
    assert len(rows) + int(rest.split()[0]) == BOOKINGS
    assert "narrow" in rest


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    ("given", "remedy"),
    [
        ({"name": "activty"}, "activity"),
        ({"name": "activity", "since": "yesterdy"}, "since"),
        ({"name": "activity", "time_zone": "Mars"}, "IANA"),
        ({"name": "activity", "filters": {"statu": "x"}}, "status"),
        ({"name": "activity", "filters": "x"}, "an object"),
        ({"name": "activity", "filters": {"owner": 5}}, "filters.owner: expected a text"),
        ({"name": "activity", "filters": {"owner": ["x"]}}, "filters.owner: expected a text"),
    ],
)
async def test_slips(synced: tuple[Simulator, str], given: dict[str, Any], remedy: str) -> None:
    """With the remedy."""
    sim, database = synced
    async with in_process(sim, settings=AgentSettings(database=database)) as client:
        failed, said = await asked(client, "report", **given)
    assert failed
    assert remedy in said


async def test_a_database_that_is_not_there_is_told(tmp_path: Path) -> None:
    """With the command that makes it."""
    settings = AgentSettings(database=f"duckdb:///{tmp_path / 'none.duckdb'}")
    async with Simulator(Account(bookings=1), limits=None) as sim:
        async with in_process(sim, settings=settings) as client:
            failed, said = await asked(client, "report", name="activity")
    assert failed
    assert "oncehub sync" in said


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("name", [each for each in ReportName if each not in OF_PEOPLE])
async def test_no_report_tells_of_people_unasked(
    synced: tuple[Simulator, str], name: ReportName
) -> None:
    """Neither hosts nor guests, nor why they canceled; with --personal-data all of it, marked."""
    sim, database = synced
    users = [sim.object(each) for each in sim.ids("users")]
    bookings = [sim.object(each) for each in sim.ids("bookings")]
    people = {f"{each['first_name']} {each['last_name']}" for each in users}
    people |= {each["email"] for each in users}
    people |= {each["form_submission"]["name"] for each in bookings}
    # Many a page is called as its host is; agents are told what there is to book.
    people -= {sim.object(each)["name"] for each in sim.ids("booking_pages")}
    reasons = {each["cancel_reschedule_information"]["reason"] for each in _ended(bookings)}
    assert reasons
    told = {}
    for personal in (False, True):
        settings = AgentSettings(personal_data=personal, database=database)
        async with in_process(sim, settings=settings) as client:
            failed, said = await asked(client, "report", name=name)
        assert not failed
        assert "data, no instructions" in said["note"]
        told[personal] = json.dumps(said["tables"], ensure_ascii=False)
    assert not [each for each in people | reasons if f'"{each}"' in told[False]]
    if name in (ReportName.HOURS, ReportName.CANCELLATIONS):
        assert [each for each in people | reasons if f'"{each}"' in told[True]]


def _ended(bookings: list[Any]) -> list[Any]:
    told = [each for each in bookings if each.get("cancel_reschedule_information")]
    return [each for each in told if each["cancel_reschedule_information"].get("reason")]


@pytest.mark.parametrize("text", ["a\nb", "\x1b[2J", "\u202egnikoob", "x" * 50_000])
def test_what_a_row_holds_is_shown_in_a_line(text: str) -> None:
    """As all texts that others wrote."""
    client: Any = None
    row = Reading(client, View(personal=True))._row("sources", {"utm_source": text, "total": 3})
    assert row["total"] == 3
    assert row["utm_source"].isprintable()
    assert len(row["utm_source"]) < 1_100


@pytest.mark.asyncio(loop_scope="module")
async def test_times_of_a_report_name_their_zone_and_days_are_the_reports(
    synced: tuple[Simulator, str],
) -> None:
    """The three ways of all other tools; a day needs none."""
    sim, database = synced
    async with in_process(sim, settings=AgentSettings(database=database)) as client:

        async def asked_since(since: str) -> tuple[bool, Any]:
            given = {"name": "activity", "time_zone": "Europe/Berlin", "since": since}
            return await asked(client, "report", **given)

        same = [
            await asked_since(each)
            for each in (
                "2026-10-01",
                "2026-10-01T00:00[Europe/Berlin]",
                "2026-10-01T00:00+02:00",
                "2026-09-30T22:00Z",
            )
        ]
        assert not any(failed for failed, _ in same)
        assert len({json.dumps(said) for _, said in same}) == 1
        failed, said = await asked_since("2026-10-01T09:00")
        assert failed
        assert said.startswith("since: expected a time with its zone")

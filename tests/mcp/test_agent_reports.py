"""Reports for agents: of a synced database, without a request; without people unless wanted."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from oncehub_async import OnceHub
from oncehub_async.mcp import AgentSettings
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

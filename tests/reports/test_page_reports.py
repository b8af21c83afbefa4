"""docs/reports.md says what is true, and a report's page works in a browser."""

from pathlib import Path
from typing import Any

import pytest

from oncehub_async.reports import ReportName
from oncehub_async.simulator import Account, Simulator
from oncehub_async.sync import database_of, reading, sync
from tests.documents import blocks, run
from tests.sync.synced import client

PAGE = "docs/reports.md"


@pytest.fixture
async def account(database_url: str) -> str:
    """A synced account."""
    async with Simulator(Account(bookings=120, contacts=10), limits=None) as sim:
        async with client(sim) as oncehub:
            await sync(oncehub, database_url)
    return database_url


async def test_the_blocks_run(account: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The Python in both databases, and the SQL."""
    (python,) = [each.code for each in blocks(PAGE) if each.language == "python"]
    names: dict[str, Any] = {"DATABASE": account}
    await run(python, names, PAGE)
    assert len(capsys.readouterr().out.splitlines()) == 3
    assert names["page"].startswith("<!doctype html>")
    (sql,) = [each.code for each in blocks(PAGE) if each.language == "sql"]
    schema = database_of(account).dialect.schema
    async with reading(account) as reader:
        rows = await reader.fetch(sql.replace("FROM ", f"FROM {schema}"))
    assert len(rows) > 10


def test_all_reports_are_named(tmp_path: Path) -> None:
    """In the table of the page."""
    text = Path(PAGE).read_text()
    assert [each for each in ReportName if f"`{each}`" not in text] == []

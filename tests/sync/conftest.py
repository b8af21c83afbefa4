"""Databases for the tests of syncs: each test runs on a DuckDB file and on PostgreSQL."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ..servers import new_name, postgres_url


@pytest.fixture(params=["duckdb", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database of its own, which is gone afterwards."""
    if request.param == "duckdb":
        yield f"duckdb:///{tmp_path}/account.duckdb"
        return
    url, schema = postgres_url(), new_name("sync")
    yield f"{url}?schema={schema}"
    in_a_loop(_drop(url, schema))


async def _drop(url: str, schema: str) -> None:
    import asyncpg

    connection = await asyncpg.connect(url)
    try:
        await connection.execute(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE')
    finally:
        await connection.close()


def in_a_loop(coroutine: Any) -> Any:
    """Run it in a loop of its own: fixtures of async tests are taken down outside of theirs."""
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(coroutine)
    finally:
        loop.close()

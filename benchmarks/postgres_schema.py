"""The PostgreSQL that is measured: `ONCEHUB_TEST_POSTGRES` names another one than the local."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg

VARIABLE = "ONCEHUB_TEST_POSTGRES"
LOCAL = "postgresql://postgres@127.0.0.1:5432/test"


def address() -> str:
    """Its URL."""
    return os.environ.get(VARIABLE, LOCAL)


@contextmanager
def new_schema() -> Iterator[str | None]:
    """The name of a schema that isn't there before nor afterwards; None, said, without a server."""
    schema = f"bench_{uuid4().hex[:12]}"
    try:
        asyncio.run(_drop(schema))
    except (OSError, asyncpg.PostgresError) as error:
        host = urlsplit(address()).hostname
        print(f"(PostgreSQL is left out: {type(error).__name__} at {host}; {VARIABLE} names one)")
        yield None
        return
    try:
        yield schema
    finally:
        asyncio.run(_drop(schema))


@contextmanager
def new_inbox() -> Iterator[str | None]:
    """The URL of an inbox in a schema of its own, as commands take it; None without a server."""
    with new_schema() as schema:
        joint = "&" if "?" in address() else "?"
        yield None if schema is None else f"{address()}{joint}schema={schema}"


async def _drop(schema: str) -> None:
    connection = await asyncpg.connect(address())
    try:
        await connection.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
    finally:
        await connection.close()

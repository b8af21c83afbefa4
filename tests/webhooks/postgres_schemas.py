"""Schemas of tests in PostgreSQL."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import asyncpg

from ..servers import postgres_url


@contextmanager
def dropped(schema: str) -> Iterator[str]:
    """A schema that isn't there any more afterwards."""
    try:
        yield schema
    finally:
        asyncio.run(_drop(schema))


async def _drop(schema: str) -> None:
    await ask(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE')


async def ask(statement: str, *arguments: Any) -> list[Any]:
    """What a connection of its own is answered."""
    connection = await asyncpg.connect(postgres_url())
    try:
        return list(await connection.fetch(statement, *arguments))
    finally:
        await connection.close()

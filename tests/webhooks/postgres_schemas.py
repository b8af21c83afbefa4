"""Schemas of tests in PostgreSQL, and what is put into them."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import asyncpg

from oncehub_async.webhooks import StoredEvent

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


def event(number: int, subject: str = "") -> StoredEvent:
    """An event of a booking of its own, unless told otherwise."""
    return StoredEvent(
        id=f"E{number}",
        type="booking.scheduled",
        subject=subject or f"B{number}",
        creation_time=float(number),
        received=0.0,
        body=b"{}",
    )

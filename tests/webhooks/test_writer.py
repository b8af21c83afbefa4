"""The thread that writes: what one asks for is not the others' trouble, and not all can wait."""

import asyncio
import sqlite3
from collections.abc import Sequence
from typing import Any

import pytest

from oncehub_async.webhooks import InboxError
from oncehub_async.webhooks._inbox.inbox_writer import InboxWriter, WriteOperation


def connected() -> sqlite3.Connection:
    return sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)


async def opened(**settings: Any) -> InboxWriter:
    writer = InboxWriter(connected, lambda: True, lambda: None, **settings)
    await writer.open()
    return writer


def halves(_connection: sqlite3.Connection, asked: Sequence[Any]) -> list[float]:
    return [1 / each for each in asked]


async def test_a_mistake_in_one_request_fails_no_other() -> None:
    """Though all were to be written in one commit."""
    writer, operation = await opened(), WriteOperation(halves)
    first, wrong, last = (writer.submit(operation, each) for each in (2, 0, 4))
    assert (await first, await last) == (0.5, 0.25)
    with pytest.raises(ZeroDivisionError):
        await wrong
    await writer.close()


async def test_not_more_than_a_limit_waits() -> None:
    """What comes then is refused at once, and told why; those that wait are done."""
    writer, operation = await opened(most_waiting=3), WriteOperation(halves)
    waiting = [writer.submit(operation, 2) for _ in range(3)]
    with pytest.raises(InboxError, match="overloaded"):
        writer.submit(operation, 2)
    assert await asyncio.gather(*waiting) == [0.5] * 3
    assert await writer.submit(operation, 4) == 0.25
    await writer.close()

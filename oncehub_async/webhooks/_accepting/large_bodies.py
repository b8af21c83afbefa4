"""Large bodies: hashed in a thread, so that the event loop goes on, and in memory one at a time."""

import asyncio
import mmap
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from ..._ground import LARGE, off_loop
from .arriving_body import ArrivingBody

T = TypeVar("T")

Body = bytes | ArrivingBody


def size_of(body: Body) -> int:
    """Bytes of it."""
    return body.size if isinstance(body, ArrivingBody) else len(body)


async def looked_at(body: Body, look: Callable[[bytes | mmap.mmap], T]) -> T:
    """What `look` makes of a body, in a thread if that takes long."""
    return await off_loop(size_of(body), _look, body, look)


def _look(body: Body, look: Callable[[bytes | mmap.mmap], T]) -> T:
    return body.looked_at(look) if isinstance(body, ArrivingBody) else look(body)


class LargeBodies:
    """Lets one large body at a time into memory, from its file into the inbox."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def in_memory(self, body: Body) -> AsyncIterator[bytes]:
        """The body as bytes; one that was verified, for strangers can send as many as they like."""
        if size_of(body) <= LARGE:
            yield body.whole() if isinstance(body, ArrivingBody) else body
            return
        async with self._turn:
            yield body if isinstance(body, bytes) else await off_loop(body.size, body.whole)

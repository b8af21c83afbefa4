"""Bodies as they arrive: how much memory and disk they may take, and how large ones are looked at.

What is large goes to a file without a name, is hashed in a thread, so that the event loop goes on,
and is in memory one at a time.
"""

import asyncio
import mmap
import os
import tempfile
import weakref
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from types import TracebackType
from typing import Self, TypeVar

from ..._ground import LARGE, off_loop
from .._webhook_errors import SignatureError
from .refusals import Refusal

T = TypeVar("T")

LARGEST_KEPT = 64 * 1024 * 1024
"""Bytes of a signed body that are kept, though it is too large to be read as an event."""

_ROOM = 2 * LARGEST_KEPT
_ROOM_IN_MEMORY = 32 * 1024 * 1024
_FREE = 16 * 1024
"""Bytes that a body may have without asking for room: OnceHub's own events have a tenth of that."""
_WRITTEN_AT_ONCE = 1024 * 1024


class BodyFile:
    """A file without a name: nobody else opens it, and nothing of it is left when its process ends.

    It is made when something is written to it, and closed when nobody has it any more.
    """

    def __init__(self) -> None:
        self._descriptor = -1

    @property
    def is_there(self) -> bool:
        """Whether something was written."""
        return self._descriptor >= 0

    def write(self, part: bytes | bytearray) -> None:
        """Add to it. Raises `OSError`."""
        if not self.is_there:
            with tempfile.TemporaryFile() as file:
                self._descriptor = os.dup(file.fileno())
            weakref.finalize(self, os.close, self._descriptor)
        left = memoryview(part)
        while left:
            left = left[os.write(self._descriptor, left[:_WRITTEN_AT_ONCE]) :]

    def read(self) -> bytes:
        """All of it. Raises `OSError`."""
        if not os.fstat(self._descriptor).st_size:
            return b""
        with self.mapped() as all_of_it:
            return all_of_it[:]

    def mapped(self) -> mmap.mmap:
        """What was written, and not nothing, as if it were in memory. Raises `OSError`."""
        return mmap.mmap(self._descriptor, 0, access=mmap.ACCESS_READ)


class BodyRoom:
    """What the bodies take that haven't arrived in full: bytes, `_ROOM` together at most, of which
    `_ROOM_IN_MEMORY` in memory.
    """

    def __init__(self, largest: int) -> None:
        self.most: int = max(_ROOM, largest)
        self.taken: int = 0
        self.in_memory: int = 0


class ArrivingBody:
    """A body of which part after part is added, `most` bytes together at most.

    It takes room as long as it is entered: anybody can send a header that looks like OnceHub's.
    Where the header doesn't (`error` says why), the bytes are counted, and none is kept. What is
    large, or finds no room in memory, goes to a file without a name.
    """

    def __init__(self, room: BodyRoom, most: int, error: SignatureError | None = None) -> None:
        self._room, self._taken, self._parts = room, 0, bytearray()
        self._in_memory, self._file = 0, BodyFile()
        self.most: int = most
        self.error: SignatureError | None = error
        self.size: int = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._room.taken -= self._taken
        self._room.in_memory -= self._in_memory
        self._taken = self._in_memory = 0

    def add(self, part: bytes) -> Refusal | None:
        """Add a part; why it can't be."""
        self.size += len(part)
        if self.size > self.most:
            return Refusal.TOO_LARGE
        if self.error is not None:
            return None
        more = self.size - _FREE - self._taken
        if more > 0:
            if self._room.taken + more > self._room.most:
                return Refusal.OVERLOADED
            self._taken += more
            self._room.taken += more
        try:
            self._keep(part, max(more, 0))
        except OSError:  # the disk is full
            return Refusal.OVERLOADED
        return None

    def _keep(self, part: bytes, more: int) -> None:
        if not self._file.is_there:
            if self.size <= LARGE and self._room.in_memory + more <= _ROOM_IN_MEMORY:
                self._in_memory += more
                self._room.in_memory += more
                self._parts += part
                return
            self._file.write(self._parts)
            self._parts = bytearray()
            self._room.in_memory -= self._in_memory
            self._in_memory = 0
        self._file.write(part)

    def whole(self) -> bytes:
        """All that was kept."""
        return self._file.read() if self._file.is_there else bytes(self._parts)

    def looked_at(self, look: Callable[[bytes | mmap.mmap], T]) -> T:
        """What `look` makes of it, which gets it without a copy in memory if it is in a file."""
        if not self._file.is_there:
            return look(self.whole())
        with closing(self._file.mapped()) as body:
            return look(body)


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

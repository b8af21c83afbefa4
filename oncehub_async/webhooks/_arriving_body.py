"""A body as it arrives, and how much memory all that are under way may take."""

from types import TracebackType
from typing import Self

from ._refusals import Refusal
from ._webhook_errors import SignatureError

LARGEST_KEPT = 16 * 1024 * 1024
"""Bytes of a signed body that are kept, though it is too large to be read as an event."""

_ROOM = 2 * LARGEST_KEPT
_FREE = 16 * 1024
"""Bytes that a body may have without asking for room: OnceHub's own events have a tenth of that."""


class BodyRoom:
    """What the bodies take that haven't arrived in full: bytes, `_ROOM` together at most."""

    def __init__(self, largest: int) -> None:
        self.most: int = max(_ROOM, largest)
        self.taken: int = 0


class ArrivingBody:
    """A body of which part after part is added, `most` bytes together at most.

    It takes room as long as it is entered: anybody can send a header that looks like OnceHub's.
    Where the header doesn't (`error` says why), the bytes are counted, and none is kept.
    """

    def __init__(self, room: BodyRoom, most: int, error: SignatureError | None = None) -> None:
        self._room, self._taken, self._parts = room, 0, bytearray()
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
        self._taken = 0

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
        self._parts += part
        return None

    def whole(self) -> bytes:
        """All that was kept."""
        return bytes(self._parts)

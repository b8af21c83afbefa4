"""What is to be done when: in order, and no earlier."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from heapq import heapify, heappop, heappush
from typing import Generic, TypeVar

from .clock_face import ClockFace

T = TypeVar("T")


class Agenda(Generic[T]):
    """Things, each due at a second of the simulator's clock; one waits for the next."""

    def __init__(self, face: ClockFace) -> None:
        self._face = face
        self._entries: list[tuple[float, int, T]] = []
        self._added = 0
        self._sooner = asyncio.Event()

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def is_due(self) -> bool:
        """Whether there is something that should be done by now."""
        return bool(self._entries) and self._entries[0][0] <= self._face.seconds()

    def add(self, due: float, thing: T) -> None:
        """Have `thing` done at `due`; what is due at the same time comes as it was added."""
        heappush(self._entries, (due, self._added, thing))
        self._added += 1
        if self._entries[0][2] is thing:
            self._sooner.set()

    def take(self, wanted: Callable[[T], bool]) -> list[T]:
        """Take things off before they are due; in no order."""
        taken = [entry[2] for entry in self._entries if wanted(entry[2])]
        self._entries = [entry for entry in self._entries if not wanted(entry[2])]
        heapify(self._entries)
        return taken

    async def next(self) -> T:
        """Wait for what is due next, and take it off the agenda."""
        while not self.is_due:
            self._sooner.clear()
            real = None
            if self._entries:
                real = self._face.real_seconds_until(self._entries[0][0])
            with suppress(TimeoutError):
                await asyncio.wait_for(self._sooner.wait(), real)
        return heappop(self._entries)[2]

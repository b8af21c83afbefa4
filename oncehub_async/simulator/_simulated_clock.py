"""The simulator's date and time, waiting for it, and what is to be done when."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from email.utils import format_datetime
from heapq import heapify, heappop, heappush
from typing import Generic, TypeVar

from .._ground import Clock
from ._data.instants import SECOND, from_datetime


class SimulatedClock:
    """Shows a clock's seconds as dates, from `start` (aware) on; all waits end when it closes."""

    def __init__(self, clock: Clock, start: datetime) -> None:
        self._clock, self._start = clock, start
        self._zero = clock.now()
        self._closing = asyncio.Event()

    def seconds(self) -> float:
        """The clock's own seconds: what rate limits are counted in."""
        return self._clock.now()

    def now(self) -> datetime:
        """The date and time, aware, in the zone of `start`."""
        return self._start + timedelta(seconds=self._clock.now() - self._zero)

    def milliseconds(self) -> int:
        """Milliseconds since 1970, now."""
        return from_datetime(self.now())

    def seconds_at(self, milliseconds: int) -> float:
        """What the clock's own seconds are at a date and time (milliseconds since 1970)."""
        return self._zero + (milliseconds - from_datetime(self._start)) / SECOND

    def real_seconds_until(self, seconds: float) -> float:
        """How long it takes in the real world until the clock's own seconds are these."""
        return self._clock.real_seconds(seconds - self._clock.now())

    def http_date(self, later: float = 0.0) -> str:
        """The date and time `later` seconds from now as HTTP headers have it."""
        moment = self.now() + timedelta(seconds=later)
        return format_datetime(moment.replace(microsecond=0), usegmt=True)

    @property
    def is_closing(self) -> bool:
        """Whether the simulator is shutting down."""
        return self._closing.is_set()

    def close(self) -> None:
        """End all waits."""
        self._closing.set()

    async def closes_within(self, seconds: float | None) -> bool:
        """Wait so many of the clock's seconds, None for ever; True if it closed meanwhile."""
        real = None if seconds is None else self._clock.real_seconds(seconds)
        try:
            await asyncio.wait_for(self._closing.wait(), real)
        except TimeoutError:
            return False
        return True


async def stop(task: asyncio.Task[None] | None) -> None:
    """Cancel a task and wait for its end. Raises what it failed with, if it had failed."""
    if task is not None:
        task.cancel()
        await asyncio.wait([task])
        if not task.cancelled():
            task.result()


T = TypeVar("T")


class Agenda(Generic[T]):
    """Things, each due at a second of the simulator's clock; one waits for the next."""

    def __init__(self, face: SimulatedClock) -> None:
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

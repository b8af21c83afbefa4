"""The simulator's date and time, and waiting for it."""

import asyncio
from datetime import datetime, timedelta
from email.utils import format_datetime

from oncehub_async.clock import Clock

from .data.times import SECOND, from_datetime


class ClockFace:
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

"""Where time comes from: the clock that waits, and the time of day.

Everything that waits takes a `Clock`, so that a demo or a test lets five minutes pass in seconds
and a rule can be tried without waiting at all. `WallClock` is for what outlives a process:
signatures, due times, retention.
"""

import asyncio
import time
from datetime import UTC, datetime

import attrs

from ..errors import ConfigurationError


@attrs.frozen
class Clock:
    """A clock that counts seconds from an arbitrary zero and never goes back.

    `speed` is how many of its seconds pass in one real second. Everybody who counts the same
    windows (the client and a simulator, say) has to use the same speed.
    """

    speed: float = attrs.field(default=1.0)

    @speed.validator
    def _check_speed(self, _attribute: object, value: float) -> None:
        if not 0 < value < float("inf"):
            raise ConfigurationError(f"speed: {value!r} is not a positive number")

    def now(self) -> float:
        """Seconds of this clock since an arbitrary zero."""
        return time.monotonic() * self.speed

    def real_seconds(self, seconds: float) -> float:
        """How long `seconds` of this clock take in the real world."""
        return seconds / self.speed

    def seconds(self, real_seconds: float) -> float:
        """How much this clock counts while so many real seconds pass."""
        return real_seconds * self.speed

    def date(self) -> datetime:
        """The date and time in the real world, aware; only estimates are made of it."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Let `seconds` of this clock pass."""
        await asyncio.sleep(self.real_seconds(seconds))


@attrs.frozen
class WallClock(Clock):
    """Counts Unix seconds. With another `speed`, it runs away from the present at that speed."""

    _zero: float = attrs.field(factory=time.time, init=False)

    def now(self) -> float:
        """Unix seconds of this clock."""
        return self._zero + (time.time() - self._zero) * self.speed

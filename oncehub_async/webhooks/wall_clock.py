"""The time of day, for what outlives a process: signatures, due times, retention."""

import time

import attrs

from ..clock import Clock


@attrs.frozen
class WallClock(Clock):
    """Counts Unix seconds. With another `speed`, it runs away from the present at that speed."""

    _zero: float = attrs.field(factory=time.time, init=False)

    def now(self) -> float:
        """Unix seconds of this clock."""
        return self._zero + (time.time() - self._zero) * self.speed

"""Time that has passed, whatever is done to the machine's clock meanwhile."""

import asyncio

from .._ground import Clock


class Stopwatch:
    """How long ago something was; infinitely long, before it was.

    The event loop's time goes evenly but stands still while the machine sleeps; the wall clock
    doesn't, but is set. What has waited too long by one of the two has waited long enough, and a
    clock that was set back says nothing.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._started: tuple[float, float] | None = None

    def start(self) -> None:
        """It is now."""
        self._started = self._clock.now(), asyncio.get_running_loop().time()

    @property
    def seconds(self) -> float:
        """By the clock."""
        if self._started is None:
            return float("inf")
        at, loop_at = self._started
        by_clock = self._clock.now() - at
        by_loop = self._clock.seconds(asyncio.get_running_loop().time() - loop_at)
        return max(by_clock, by_loop) if by_clock >= 0 else float("inf")

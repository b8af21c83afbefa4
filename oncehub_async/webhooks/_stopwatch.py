"""Time that has passed, whatever is done to the machine's clock meanwhile."""

import asyncio
from collections import deque

import attrs

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


@attrs.define
class TrustedTime:
    """The clock's time, of which a jump ahead counts only when it has lasted for `trust` seconds.

    What is forgotten by a clock that was wrong for an hour is not known again when it is right.
    """

    _clock: Clock
    _trust: float
    _offsets: deque[tuple[float, float]] = attrs.field(factory=deque, init=False)
    """When by the loop's time, and how far the clock was ahead of that; the latter ascending."""

    def now(self) -> float:
        """The least that it can be, by what the clock was seen to say. Ask now and then."""
        even = self._clock.seconds(asyncio.get_running_loop().time())
        offset = self._clock.now() - even
        while self._offsets and self._offsets[-1][1] >= offset:
            self._offsets.pop()
        self._offsets.append((even, offset))
        while even - self._offsets[0][0] > self._trust:
            self._offsets.popleft()
        return even + self._offsets[0][1]

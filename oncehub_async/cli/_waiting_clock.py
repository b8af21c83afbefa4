"""A clock on which time passes only while the program waits, so that work takes none of it.

On a clock that runs 30 times as fast, a hundredth of a second that the machine is busy with
something else would be a third of a second between a request's leaving and its arriving: more than
networks do, and enough for requests that left evenly to arrive as more than a limit lets through.
Whoever sends and whoever counts have one event loop here, and its time.
"""

import asyncio
import selectors
import time
from collections.abc import Callable
from concurrent.futures import Executor
from typing import TypeVar, TypeVarTuple

import attrs

from .._ground import Clock

T = TypeVar("T")
Arguments = TypeVarTuple("Arguments")


class _WaitingSelector(selectors.DefaultSelector):
    """Counts the seconds in which there was nothing to do."""

    waited = 0.0
    at_work = 0
    """How many threads do something for the loop: nobody waits meanwhile, the machine works."""

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if ready or (timeout is not None and timeout <= 0):
            return ready
        began = time.monotonic()
        ready = super().select(timeout)
        passed = time.monotonic() - began
        if not self.at_work:
            # A machine that is busy wakes the program late.
            self.waited += passed if timeout is None else min(passed, timeout)
        return ready


class WaitingLoop(asyncio.SelectorEventLoop):
    """An event loop whose time is what it has waited, in seconds."""

    def __init__(self) -> None:
        self._waiting = _WaitingSelector()
        super().__init__(self._waiting)

    def time(self) -> float:
        """Seconds that it has waited."""
        return self._waiting.waited

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[*Arguments], T], *args: *Arguments
    ) -> asyncio.Future[T]:
        """As any loop does; its time stands still until that is done."""
        future = super().run_in_executor(executor, func, *args)
        self._waiting.at_work += 1
        future.add_done_callback(self._done)
        return future

    def _done(self, _future: asyncio.Future[T]) -> None:
        self._waiting.at_work -= 1


@attrs.frozen
class WaitingClock(Clock):
    """Counts the seconds of a loop, `speed` times as fast; it can be read in any thread."""

    _loop: WaitingLoop = attrs.field(kw_only=True)

    def now(self) -> float:
        """Seconds of this clock since the loop was made."""
        return self._loop.time() * self.speed

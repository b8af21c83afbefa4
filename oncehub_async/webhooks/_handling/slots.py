"""How much may run at once: of all handlers, of each, and of those of one event."""

import asyncio
from collections import Counter
from collections.abc import Coroutine, Iterable, Mapping
from typing import Any

import attrs

LONG = 1.0
"""Seconds after which an attempt takes up room of its own handler only."""


@attrs.define(eq=False)
class Attempt:
    """One that runs; `is_long` once it has run for `LONG`, `timed_out` if its time was up."""

    handler: str
    is_long: bool = False
    timed_out: bool = False


class Slots:
    """Counts what runs.

    `most` events at once, and as many attempts of each handler, or what `limits` says of it. What
    takes long counts for its own handler only: the others go on as if it weren't there.
    """

    def __init__(self, most: int, limits: Mapping[str, int | None]) -> None:
        self._most = most
        self._limits = {handler: limit or most for handler, limit in limits.items()}
        self._running: Counter[str] = Counter()
        self._long = 0
        self.beside: int = 0
        """How many attempts run beside another one of the same event."""
        self._hanging: set[str] = set()

    def free(self, events: int) -> int:
        """How many more events may begin where so many are handled."""
        return max(self._most - events - self.beside + self._long, 0)

    def rooms(self, events: int) -> dict[str, int]:
        """How many more attempts of a handler may begin; of those not named as many as events."""
        left = {each: most - self._running[each] for each, most in self._limits.items()}
        return {each: max(room, 0) for each, room in left.items() if room < events}

    def begin(self, handler: str) -> Attempt | None:
        """Take room for an attempt; None where there is none."""
        if self._running[handler] >= self._limits[handler]:
            return None
        self._running[handler] += 1
        return Attempt(handler)

    def takes_long(self, attempt: Attempt) -> None:
        """It has run for `LONG`."""
        attempt.is_long = True
        self._long += 1

    def end(self, attempt: Attempt) -> None:
        """It is over. One that took long until its time was up hangs, until one doesn't."""
        self._running[attempt.handler] -= 1
        self._long -= attempt.is_long
        if attempt.is_long and attempt.timed_out:
            self._hanging.add(attempt.handler)
        else:
            self._hanging.discard(attempt.handler)

    def hanging(self, handlers: Iterable[str]) -> set[str]:
        """Which of them hang, unless all of them do."""
        among = set(handlers)
        return among & self._hanging if among - self._hanging else set()


class AttemptGroup:
    """An event's handlers, one after the other; each in its own task once there are several.

    One that has run for `patience` real seconds goes on beside those that come after it.
    """

    def __init__(self, slots: Slots, patience: float) -> None:
        self._slots, self._patience = slots, patience
        self._running: set[asyncio.Task[None]] = set()
        self._error: BaseException | None = None
        self._turn: asyncio.Future[None] | None = None
        self._current: asyncio.Task[None] | None = None

    async def run(self, attempt: Coroutine[Any, Any, None], name: str, *, is_last: bool) -> None:
        """Let an attempt run until it is over, or until the next one needn't wait any more.

        Raises what it raised; that it was cancelled is its own affair.
        """
        if is_last and not self._running:
            await attempt
            return
        self._slots.beside += bool(self._running)
        loop = asyncio.get_running_loop()
        task, self._turn = loop.create_task(attempt, name=name), loop.create_future()
        self._running.add(task)
        task.add_done_callback(self._ended)
        self._current = task
        timer = loop.call_later(self._patience, self._goes_on, task)
        try:
            await self._turn
        finally:
            timer.cancel()
        self._check()

    async def over(self) -> None:
        """Wait until all are over. Raises what one of them raised."""
        if self._running:
            await asyncio.wait(self._running)
        self._check()

    async def stop(self) -> None:
        """Cancel what runs, and wait until it is over."""
        for task in self._running:
            task.cancel()
        if self._running:
            await asyncio.wait(self._running)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._running.discard(task)
        self._slots.beside -= bool(self._running)
        if not task.cancelled() and task.exception() is not None:
            self._error = task.exception()
        self._goes_on(task)

    def _goes_on(self, task: "asyncio.Task[None]") -> None:
        if task is self._current and self._turn is not None and not self._turn.done():
            self._turn.set_result(None)

    def _check(self) -> None:
        if self._error is not None:
            raise self._error

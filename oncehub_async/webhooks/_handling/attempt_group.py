"""An event's handlers: one after the other, but none waits long for one that takes long."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from .slots import Slots


class AttemptGroup:
    """The attempts at one event that run, each in its own task once there are several.

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

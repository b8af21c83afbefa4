"""An event loop on which time passes only when everybody waits: an hour takes no time at all."""

import asyncio
import selectors
import time
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, TypeVar

import attrs

from oncehub_async import Clock

T = TypeVar("T")


class _SkippingSelector(selectors.DefaultSelector):
    """Instead of waiting, lets the loop's time jump."""

    skipped = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready:
            if timeout is None:
                raise RuntimeError("everybody waits for something that can't come")
            self.skipped += max(timeout, 0.0)
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """Counts only the time that it skipped."""

    def __init__(self) -> None:
        self._skipping = _SkippingSelector()
        super().__init__(self._skipping)

    def time(self) -> float:
        return self._skipping.skipped


class InlineLoop(VirtualLoop):
    """Does at once what should be done in a thread: no virtual time passes meanwhile.

    In a thread, time would jump to the next timer while it works.
    """

    def run_in_executor(  # type: ignore[override]
        self, executor: Any, function: Callable[..., Any], *arguments: Any
    ) -> asyncio.Future[Any]:
        started = time.perf_counter()
        future = self.create_future()
        settle: Callable[[], None]
        try:
            settle = partial(future.set_result, function(*arguments))
        except Exception as error:
            settle = partial(future.set_exception, error)

        def settle_if_wanted() -> None:
            if not future.done():
                settle()

        self.worked(time.perf_counter() - started, settle_if_wanted)
        return future

    def worked(self, seconds: float, settle: Callable[[], None]) -> None:
        """Something was done, which really took so many seconds."""
        settle()


class WorkLoop(InlineLoop):
    """As much virtual time passes for what is done in a thread as it really takes."""

    def worked(self, seconds: float, settle: Callable[[], None]) -> None:
        self.call_later(seconds, settle)


@attrs.frozen
class VirtualClock(Clock):
    """The clock of the loop that runs."""

    def now(self) -> float:
        return asyncio.get_running_loop().time()


def run_virtual(main: Coroutine[Any, Any, T]) -> T:
    """As `asyncio.run`, in virtual time."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)

"""Notices that a handler blocks the event loop, and tells which one and where.

A thread looks, for the loop can't: it stands still. It looks only while handlers run.
"""

import asyncio
import contextlib
import logging
import sys
import sysconfig
import threading
import time
from collections.abc import Iterator
from contextvars import ContextVar
from pathlib import Path
from types import FrameType

logger = logging.getLogger("oncehub_async.webhooks")

BLOCKED = 1.0
"""Seconds for which the loop has to stand still until that is told."""

_BETWEEN_LOOKS = 0.25
_AFTER_A_STOP = 0.1
"""Seconds to answer in once this process, which may have been stopped, runs again."""

_BETWEEN_LINES = 60.0
_OTHERS = tuple(sysconfig.get_path(each) for each in ("stdlib", "platstdlib", "purelib", "platlib"))
_OWN = str(Path(__file__).parent)

_handler: ContextVar[str | None] = ContextVar("oncehub_handler", default=None)


class LoopWatch:
    """Watches the event loop in which handlers run."""

    def __init__(self) -> None:
        self._handlers: dict[asyncio.Task[object] | None, str] = {}
        self._busy, self._answered, self._over = (threading.Event() for _ in range(3))
        self._told_at: dict[str, float] = {}
        self._thread: threading.Thread | None = None

    @contextlib.contextmanager
    def running(self, handler: str) -> Iterator[None]:
        """A handler runs in this task, and in those that it makes."""
        task = asyncio.current_task()
        self._handlers[task] = handler
        token = _handler.set(handler)
        if self._thread is None:
            arguments = asyncio.get_running_loop(), threading.get_ident()
            self._thread = threading.Thread(
                target=self._watch, args=arguments, name="oncehub-loop-watch", daemon=True
            )
            self._thread.start()
        if not self._busy.is_set():
            self._busy.set()
        try:
            yield
        finally:
            _handler.reset(token)
            del self._handlers[task]
            if not self._handlers:
                self._busy.clear()

    def stop(self) -> None:
        """Watch no more."""
        for each in (self._over, self._busy, self._answered):
            each.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _watch(self, loop: asyncio.AbstractEventLoop, thread: int) -> None:
        """The thread."""
        while not self._over.wait(_BETWEEN_LOOKS):
            self._busy.wait()
            self._answered.clear()
            if self._over.is_set():
                return
            began = time.monotonic()
            try:
                loop.call_soon_threadsafe(self._answered.set)
            except RuntimeError:  # the loop was closed under it
                return
            if self._answered.wait(BLOCKED) or self._answered.wait(_AFTER_A_STOP):
                continue
            who = self._tell(loop, thread)
            while not self._over.is_set() and not self._answered.wait(BLOCKED):
                if loop.is_closed():
                    return
            if who is not None and not self._over.is_set():
                logger.warning("%s: that took %.1f s", who, time.monotonic() - began)

    def _tell(self, loop: asyncio.AbstractEventLoop, thread: int) -> str | None:
        """Say what blocks the loop; None where it was said a moment ago."""
        frames = sys._current_frames()  # noqa: SLF001 - documented, and the only way there is
        frame, task = frames.get(thread), asyncio.current_task(loop)
        if frame is None or task is None:
            return None
        handler = self._handler_of(task)
        what = "what is no handler" if handler is None else f"the handler {handler}"
        who = f"{what} blocks the event loop"
        now = time.monotonic()
        if now - self._told_at.get(who, float("-inf")) < _BETWEEN_LINES:
            return None
        self._told_at[who] = now
        logger.warning(
            "%s, at %s: nothing is accepted and no other handler runs meanwhile; await what waits, "
            "and put what calculates or can't be awaited into asyncio.to_thread",
            who,
            _place(frame),
        )
        return who

    def _handler_of(self, task: "asyncio.Task[object]") -> str | None:
        """The handler that runs in a task, or made it."""
        if task in self._handlers:
            return self._handlers[task]
        if sys.version_info >= (3, 12):
            return task.get_context().get(_handler)
        return " or ".join(sorted(set(self._handlers.values()))) or None


def is_users_code(frame: FrameType) -> bool:
    """Whether it is neither Python's, nor an installed package's, nor ours."""
    return not frame.f_code.co_filename.startswith((*_OTHERS, _OWN, "<frozen"))


def _place(frame: FrameType) -> str:
    """Where the user's code is; where others' is, if none of theirs is on the way."""
    found: FrameType | None = frame
    while found is not None:
        if is_users_code(found):
            frame = found
            break
        found = found.f_back
    return f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno} in {frame.f_code.co_name}"

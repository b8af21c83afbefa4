"""A receiver's work is done in the event loop in which it was opened, wherever it is asked for."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from ..errors import ClientStateError

T = TypeVar("T")


async def in_loop(
    loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, T], within: float | None = None
) -> T:
    """What `work` gives, done in `loop`; in another one than this, within so many seconds.

    Raises `ClientStateError` where that loop has ended, ends meanwhile or stands still.
    """
    if loop is asyncio.get_running_loop():
        return await work
    if not loop.is_running():
        work.close()
        raise _gone()
    try:
        handed_over = asyncio.run_coroutine_threadsafe(work, loop)
    except RuntimeError:  # it was closed just now
        work.close()
        raise _gone() from None
    try:
        async with asyncio.timeout(within):
            return await asyncio.wrap_future(handed_over)
    except TimeoutError:
        raise _gone() from None
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise
        raise _gone() from None


def _gone() -> ClientStateError:
    return ClientStateError(
        "the event loop in which the receiver was opened has ended or stands still: open it in one "
        "that runs as long as deliveries come"
    )

"""A thread in which blocking work is done, one after the other."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


class OneThread:
    """One thread for one thing: each more that is used in turn keeps memory of its own."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._pool: ThreadPoolExecutor | None = None

    async def run(self, function: Callable[..., T], *arguments: object) -> T:
        """Run it, and to its end also when cancelled: what was begun is committed."""
        if self._pool is None:
            self._pool = ThreadPoolExecutor(1, thread_name_prefix=self._name)
        running = asyncio.get_running_loop().run_in_executor(self._pool, function, *arguments)
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            await asyncio.wait({running})
            running.exception()  # of no interest any more
            raise

    def end(self) -> None:
        """Let the thread end; what is run later has another one."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=False)

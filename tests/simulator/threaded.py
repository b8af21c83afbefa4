"""A simulator in a thread of its own, for clients that aren't async."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from oncehub_async.simulator import Simulator


@contextmanager
def running(simulator: Simulator) -> Iterator[Simulator]:
    """Run `simulator` until the block is left."""
    started, stop = threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        async with simulator:
            started.set()
            await stop.wait()

    def run() -> None:
        loop.run_until_complete(serve())
        loop.close()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        assert started.wait(10), "the simulator didn't start"
        yield simulator
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()


@contextmanager
def commanded(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[Simulator]:
    """Run it so that commands find it: its key and its address are set."""
    with running(simulator):
        monkeypatch.setenv("ONCEHUB_API_KEY", simulator.api_key)
        monkeypatch.setenv("ONCEHUB_BASE_URL", simulator.url)
        yield simulator

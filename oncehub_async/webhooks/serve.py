"""A receiver as a program of its own, until it is told to stop."""

import asyncio
import contextlib
import signal
from collections.abc import Callable, Iterator

from aiohttp import web

from .aiohttp_handler import add_receiver
from .receiver import Receiver


async def serve(
    receiver: Receiver,
    *,
    host: str = "127.0.0.1",
    port: int = 8080,
    path: str = "/webhooks/oncehub",
    on_start: Callable[[str], None] | None = None,
) -> None:
    """Serve a receiver until SIGTERM or SIGINT, then let running handlers finish.

    `port` 0 takes any free one; `on_start` is told the URL. Raises `OSError` where the port is
    taken.
    """
    app = web.Application()
    add_receiver(app, receiver, path)
    # Nothing is unpacked: what is compressed is refused, and unread.
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=5.0, auto_decompress=False)
    stop = asyncio.Event()
    with _signals(stop):
        try:
            await runner.setup()
            site = web.TCPSite(runner, host, port)
            await site.start()
            if on_start is not None:
                on_start(f"http://{host}:{runner.addresses[0][1]}{path}")
            await stop.wait()
        finally:
            await runner.cleanup()


@contextlib.contextmanager
def _signals(stop: asyncio.Event) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    caught = (signal.SIGTERM, signal.SIGINT)
    # Where loops have no signal handlers (Windows), Ctrl-C ends it as an interruption.
    with contextlib.suppress(NotImplementedError):
        for each in caught:
            loop.add_signal_handler(each, stop.set)
    try:
        yield
    finally:
        with contextlib.suppress(NotImplementedError):
            for each in caught:
                loop.remove_signal_handler(each)

"""A receiver as a program of its own, until it is told to stop."""

import asyncio
import contextlib
import signal
from collections.abc import Callable, Iterator

from aiohttp import web
from yarl import URL

from ..errors import ClientStateError
from ._aiohttp_handler import add_receiver
from ._connection_deadlines import ConnectionDeadlines
from ._receiver import Receiver

_IDLE = 150.0
"""Seconds that a connection may wait for its next request: longer than the proxies in front of a
receiver keep theirs (a minute or two), so that it is they who end it, and no delivery is cut off.
"""


async def serve(
    receiver: Receiver,
    *,
    host: str = "127.0.0.1",
    port: int = 8080,
    path: str = "/webhooks/oncehub",
    on_start: Callable[[str], None] | None = None,
) -> None:
    """Serve a receiver until SIGTERM or SIGINT, then let running handlers finish.

    Senders are cut off who take longer than the receiver's `read_timeout` for the head of a request
    (from the connection on, or between its first byte and its last), for its body, or for reading
    their answers; heads and answers get up to a quarter more. Between two requests a connection may
    rest for two and a half minutes.

    `port` 0 takes any free one; `on_start` is told the URL. Raises `OSError` where the port is
    taken.
    """
    app = web.Application()
    add_receiver(app, receiver, path)
    runner = web.AppRunner(app, shutdown_timeout=5.0)
    stop = asyncio.Event()
    with _signals(stop):
        try:
            await runner.setup()
            with contextlib.closing(_deadlines(runner, receiver.read_timeout)) as deadlines:
                listener = await asyncio.get_running_loop().create_server(
                    deadlines.connection, host, port, backlog=128
                )
                with contextlib.closing(listener):
                    if on_start is not None:
                        # An IPv6 address has brackets in a URL.
                        port = listener.sockets[0].getsockname()[1]
                        on_start(str(URL.build(scheme="http", host=host, port=port)) + path)
                    await stop.wait()
        finally:
            await runner.cleanup()


def _deadlines(runner: web.AppRunner, patience: float) -> ConnectionDeadlines:
    server = runner.server
    if server is None:
        raise ClientStateError("the web application is not set up")
    return ConnectionDeadlines(
        server,
        patience,
        access_log=None,
        keepalive_timeout=_IDLE,
        lingering_time=patience,
        auto_decompress=False,  # what is compressed is refused, and unread
    )


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

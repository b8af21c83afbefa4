"""A receiver as a program of its own, until it is told to stop."""

import asyncio
import contextlib
import logging
import signal
from collections.abc import Callable, Iterator

from aiohttp import web

from .._ground import fields
from ..errors import ClientStateError
from ._aiohttp_handler import add_receiver, elsewhere
from ._connection_deadlines import ConnectionDeadlines
from ._delivery_path import delivery_path
from ._receiver import Receiver

logger = logging.getLogger("oncehub_async.webhooks")

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

    The log says (at level INFO) when it listens, when it is told to stop, and when it has stopped.

    `port` 0 takes any free one; `on_start` is told the URL. Raises `OSError` where the port is
    taken.
    """
    app, place = web.Application(), delivery_path(path)
    add_receiver(app, receiver, path)
    app.router.add_route("*", "/{elsewhere:.*}", elsewhere(receiver))
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
                    url = place.announced(host, listener.sockets[0].getsockname()[1])
                    logger.info("listening on %s", url, extra=fields(url=url))
                    if on_start is not None:
                        on_start(url)
                    await stop.wait()
                    logger.info(
                        "stopping: nothing more is accepted, and running handlers may finish",
                        extra=fields(url=url),
                    )
        finally:
            await runner.cleanup()
        logger.info("stopped", extra=fields(url=url))


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

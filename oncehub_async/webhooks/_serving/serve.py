"""A receiver as a program of its own, until it is told to stop."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Callable

from aiohttp import web

from ..._ground import checks, fields, on_ending_signals
from ...errors import ClientStateError, ConfigurationError
from .._receiver import Receiver, checked_receiver
from .aiohttp_handler import add_receiver, elsewhere, malformed
from .connection_deadlines import ConnectionDeadlines
from .delivery_path import delivery_path

logger = logging.getLogger("oncehub_async.webhooks")

_IDLE = 150.0
"""Seconds that a connection may wait for its next request: longer than the proxies in front of a
receiver keep theirs (a minute or two), so that it is they who end it, and no delivery is cut off.
"""

_RECEIVED_AT_ONCE = 32 * 1024
"""Bytes of a connection that the kernel holds: a loop reads all that there is of each, which are
256 KiB else, before anything can be said about it."""
_HIGHEST_PORT = 65_535


async def serve(
    receiver: Receiver,
    *,
    host: str = "127.0.0.1",
    port: int = 8080,
    path: str = "/webhooks/oncehub",
    on_start: Callable[[str], None] | None = None,
    handle: bool = True,
) -> None:
    """Serve a receiver until SIGTERM or SIGINT, then let running handlers finish.

    With `handle=False` this process only accepts: handlers run where `work` is called.

    Senders are cut off who take longer than the receiver's `read_timeout` for the head of a request
    (from the connection on, or between its first byte and its last), for its body, or for reading
    their answers; heads and answers get up to a quarter more. Between two requests a connection may
    rest for two and a half minutes.

    The log says (at level INFO) when it listens, when it is told to stop, and when it has stopped.

    `port` 0 takes any free one; `on_start` is told the URL. In a thread that isn't the main one
    there are no signals: end it by cancelling its task.

    Raises `OSError` where the port is taken, `ConfigurationError` for arguments that can't work.
    """
    checked_receiver(receiver)
    _check_address(host, port, on_start)
    app, place = web.Application(middlewares=[elsewhere(receiver)]), delivery_path(path)
    add_receiver(app, receiver, path, handle=handle)
    runner = web.AppRunner(app, shutdown_timeout=5.0)
    stop, url = asyncio.Event(), None
    with on_ending_signals(stop.set):
        try:
            await runner.setup()
            with contextlib.closing(_deadlines(runner, receiver)) as deadlines:
                listener = await asyncio.get_running_loop().create_server(
                    deadlines.connection, host, port, backlog=128, start_serving=False
                )
                with contextlib.closing(listener):
                    for each in listener.sockets:
                        each.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVED_AT_ONCE)
                    await listener.start_serving()
                    url = place.announced(host, listener.sockets[0].getsockname()[1])
                    logger.info("listening on %s", url, extra=fields(url=url))
                    if on_start is not None:
                        on_start(url)
                    try:
                        await stop.wait()
                    finally:
                        logger.info(
                            "stopping: nothing more is accepted, and running handlers may finish",
                            extra=fields(url=url),
                        )
        finally:
            await runner.cleanup()
            if url is not None:
                logger.info("stopped", extra=fields(url=url))


async def work(receiver: Receiver) -> None:
    """Run a receiver's handlers until SIGTERM or SIGINT, and accept nothing.

    Beside processes that accept (`serve` with `handle=False`, or without it), with the same inbox:
    so a handler that needs all of a processor, or much memory, slows no delivery down. Running
    handlers may finish.

    Raises `ConfigurationError` and `InboxError` as `Receiver.open` does.
    """
    checked_receiver(receiver)
    stop = asyncio.Event()
    with on_ending_signals(stop.set):
        await receiver.open(accept=False)
        logger.info("handling what waits in the inbox")
        try:
            await stop.wait()
        finally:
            logger.info("stopping: running handlers may finish")
            await receiver.close()
            logger.info("stopped")


def _check_address(host: object, port: object, on_start: object) -> None:
    if not isinstance(host, str):
        raise ConfigurationError(
            f"host: expected a text such as 127.0.0.1, got {type(host).__name__}"
        )
    # "" and "0" stand for all addresses of this machine.
    problem = None if host in ("", "0") else checks.host_problem(host)
    if problem is not None:
        raise ConfigurationError(f"host: {problem}")
    checks.count(port, "port", least=0, most=_HIGHEST_PORT)
    if on_start is not None and not callable(on_start):
        raise ConfigurationError(
            f"on_start: expected a function that takes the URL, got {type(on_start).__name__}"
        )


def _deadlines(runner: web.AppRunner, receiver: Receiver) -> ConnectionDeadlines:
    server, patience = runner.server, receiver.read_timeout
    if server is None:
        raise ClientStateError("the web application is not set up")
    return ConnectionDeadlines(
        server,
        patience,
        malformed=malformed(receiver),
        access_log=None,
        keepalive_timeout=_IDLE,
        lingering_time=patience,
        auto_decompress=False,  # what is compressed is refused, and unread
    )

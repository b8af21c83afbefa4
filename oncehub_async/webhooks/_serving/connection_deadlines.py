"""Cuts off senders who don't get to the end of a request's head, or don't read their answers.

What they send that is no HTTP is told of in one line, and not in a traceback each.

Bodies are timed by the handler, idle connections by aiohttp; the rest is found by looking at all
connections a few times within the deadline, so that a request costs nothing more for it.
"""

import asyncio
from collections.abc import Callable
from typing import Any, cast

from aiohttp import web

_LOOKS = 4
"""Looks within the deadline: a sender is cut off a quarter of it late at most."""

_NOTHING_YET = object()

Malformed = Callable[[str], web.Response]
"""The answer to what is no HTTP; it is told which error of aiohttp's that is."""


class TimedConnection(web.RequestHandler):
    """aiohttp's side of a connection, which can tell what the sender owes."""

    __slots__ = ("_malformed", "_read_during", "_socket")

    def __init__(self, server: web.Server, malformed: Malformed | None, **settings: Any) -> None:
        self._malformed = malformed
        super().__init__(server, **settings)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport: aiohttp forgets its own on closing, with answers still unsent."""
        self._socket = cast(asyncio.Transport, transport)
        self._read_during: object = _NOTHING_YET
        super().connection_made(transport)

    def data_received(self, data: bytes) -> None:
        """Note in which wait for a head something came."""
        # Line breaks before a head are none of it (RFC 9112, 2.2).
        if not data.isspace():
            self._read_during = self._waiter
        super().data_received(data)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer what is no HTTP in few words.

        aiohttp logs a traceback of each, and quotes in it and in the answer what was sent.
        """
        if status == 400 and self._malformed is not None:
            return self._malformed(type(exc).__name__)
        return super().handle_error(request, status, exc, message)

    def owed(self) -> object | None:
        """What nobody but the sender can bring on; equal later if it has done nothing for it.

        That answers are read (unless none of them has to wait), or the rest of a head: the first
        one from the connection on, the others from the first read that brings something of them
        alone. None while a request is answered, and between two requests.
        """
        if unsent := self._socket.get_write_buffer_size():
            return unsent
        head = self._waiter
        if head is None or head.done() or self._read_during not in (head, _NOTHING_YET):
            return None
        return head

    def cut_off(self) -> None:
        """End the connection, whatever is unsent."""
        self._socket.abort()


class ConnectionDeadlines:
    """Cuts off each connection of a server on which something is owed for `seconds`.

    Looks are counted instead of time, so that a busy loop, in which what was sent in time may be
    unread, isn't blamed on the senders.
    """

    def __init__(
        self,
        server: web.Server,
        seconds: float,
        *,
        malformed: Malformed | None = None,
        **settings: Any,
    ) -> None:
        self._server = server
        self._malformed = malformed
        self._settings = settings
        self._pause = seconds / _LOOKS
        self._loop = asyncio.get_running_loop()
        self._looks: dict[tuple[TimedConnection, object], int] = {}
        self._timer = self._loop.call_later(self._pause, self._look)

    def connection(self) -> TimedConnection:
        """A new one, for `create_server`, with the settings as aiohttp has them."""
        return TimedConnection(self._server, self._malformed, loop=self._loop, **self._settings)

    def close(self) -> None:
        """Look no more."""
        self._timer.cancel()

    def _look(self) -> None:
        self._timer = self._loop.call_later(self._pause, self._look)
        debts = [
            (each, owed)
            for each in self._server.connections
            if isinstance(each, TimedConnection) and (owed := each.owed()) is not None
        ]
        self._looks = {debt: self._looks.get(debt, 0) + 1 for debt in debts}
        for (connection, _), looks in self._looks.items():
            if looks > _LOOKS:
                connection.cut_off()

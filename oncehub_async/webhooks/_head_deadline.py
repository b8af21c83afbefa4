"""Cuts off senders who don't get to the end of a request's head, or don't read their answers.

aiohttp waits for both. Of a body the handler is told while it arrives, of a head only when it is
complete: so this stands between the socket and aiohttp's own protocol, and a middleware tells it
when a request has begun.
"""

import asyncio
from collections.abc import Callable
from typing import cast

from aiohttp import EMPTY_PAYLOAD, StreamReader, web
from aiohttp.typedefs import Handler

_HELD_UP = 0.1
"""A timer that is late by more than this share of its time tells of a busy loop, in which what was
sent in time may be unread."""

_END_OF_HEAD = b"\r\n\r\n"


class HeadDeadline(asyncio.Protocol):
    """A connection on which each head has to be complete in time; all else is `server`'s affair.

    The first one within `seconds` of the connection, the others within `seconds` of their first
    byte, or of the answer to the request before them if that comes later. What aiohttp answers
    without asking the middleware (`Expect` with anything but 100-continue) counts as incomplete.
    Nor may the sender leave its answers unread for `seconds`. How long a connection may be idle
    between two requests is aiohttp's `keepalive_timeout`.
    """

    def __init__(self, server: Callable[[], asyncio.BaseProtocol], seconds: float) -> None:
        self._server = cast(asyncio.Protocol, server())
        self._seconds = seconds
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.BaseTransport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._unread_timer: asyncio.TimerHandle | None = None
        self._is_answering = self._has_next = False
        self._body: StreamReader = EMPTY_PAYLOAD
        self._is_chunked = False
        self._unplaced = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The first head may take so long from now on."""
        self._transport = transport
        self._start()
        self._server.connection_made(transport)

    def data_received(self, data: bytes) -> None:
        """What isn't the last request's body is the beginning of the next head, or more of it."""
        is_over, before = self._body.is_eof(), self._body.total_bytes
        self._server.data_received(data)
        if not is_over:
            # Where a chunked body ends can't be told; what comes after its end is seen then.
            data = b"" if self._is_chunked else data[self._body.total_bytes - before :]
        self._note(data)

    def eof_received(self) -> bool | None:
        """The sender has sent all."""
        return self._server.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any more."""
        self._stop()
        self._stop_unread()
        self._transport = None
        self._server.connection_lost(exc)

    def pause_writing(self) -> None:
        """The sender doesn't read its answers."""
        self._unread_timer = self._loop.call_later(self._seconds, self._abort)
        self._server.pause_writing()

    def resume_writing(self) -> None:
        """It reads again."""
        self._stop_unread()
        self._server.resume_writing()

    def began(self, request: web.Request) -> None:
        """A head is complete; what comes now is a body, which the handler sees to."""
        self._stop()
        self._is_answering, self._has_next = True, False
        self._body = request.content
        self._is_chunked = "Transfer-Encoding" in request.headers
        unplaced, self._unplaced = self._unplaced, b""
        _, _, rest = unplaced.partition(_END_OF_HEAD)
        self._note(b"" if self._is_chunked else rest[self._body.total_bytes :])

    def ended(self) -> None:
        """The request is answered."""
        self._is_answering = False
        if self._has_next:
            self._start()

    def _note(self, data: bytes) -> None:
        """Something of the next head came. Line breaks before it are none of it (RFC 9112, 2.2)."""
        if not data or data.isspace():
            return
        self._unplaced, self._has_next = data, True
        if self._timer is None and not self._is_answering:
            self._start()

    def _start(self) -> None:
        self._timer = self._loop.call_later(self._seconds, self._expire)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _stop_unread(self) -> None:
        if self._unread_timer is not None:
            self._unread_timer.cancel()
            self._unread_timer = None

    def _expire(self) -> None:
        late = self._loop.time() - self._timer.when() if self._timer is not None else 0.0
        self._timer = None
        if late > self._seconds * _HELD_UP:
            self._start()
        else:
            self._abort()

    def _abort(self) -> None:
        if self._transport is not None:
            cast(asyncio.Transport, self._transport).abort()


@web.middleware
async def tell_of_requests(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Tell the request's `HeadDeadline` when its head is complete, and when it is answered."""
    transport = request.transport
    connection = None if transport is None else transport.get_protocol()
    if not isinstance(connection, HeadDeadline):
        return await handler(request)
    connection.began(request)
    try:
        return await handler(request)
    finally:
        connection.ended()

"""The receiver as an ASGI application, for Starlette, FastAPI, Litestar, Quart, or alone.

https://asgi.readthedocs.io/en/latest/specs/main.html
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from . import _answers as answer
from ._answers import DeliveryAnswer
from ._receiver import Receiver

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_MANY_DIGITS = 20


class ReceiverApp:
    """An ASGI application that receives whatever is posted to it.

    Alone (`uvicorn module:app`), it opens and closes the receiver; inside another application, do
    that in the other's lifespan: `async with receiver: yield`. GET of a path that ends in /health
    or /ready tells how it is.

    A body that comes slowly is cut off; headers that do are the server's affair: uvicorn waits for
    them for ever, granian has `--http1-header-read-timeout`. Or put a web server in front.
    """

    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            told = await self._answer(scope, receive)
            if told is not None:
                await _send(told, send, scope.get("http_version", "1.1"))
        else:
            await receive()
            await send({"type": "websocket.close"})

    async def _answer(self, scope: Message, receive: Receive) -> DeliveryAnswer | None:
        if scope["method"] == "POST":
            if _header(scope, b"content-encoding").lower() not in (b"", b"identity"):
                return answer.ENCODED
            if _length(scope) > self._receiver.max_body:
                return answer.TOO_LARGE
            body = await self._body(receive)
            if not isinstance(body, bytes):
                return body
            return await self._receiver.receive(scope["headers"], body)
        if scope["method"] == "GET":
            path = scope["path"].rstrip("/")  # Litestar ends each with one
            if path.endswith("/health"):
                return self._receiver.health()
            if path.endswith("/ready"):
                return self._receiver.readiness()
        return answer.ONLY_POST

    async def _body(self, receive: Receive) -> bytes | DeliveryAnswer | None:
        """The body as far as it is not too large and not too slow; None if the sender has gone."""
        chunks = bytearray()
        try:
            async with asyncio.timeout(self._receiver.read_timeout):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        return None
                    chunks += message.get("body", b"")
                    if len(chunks) > self._receiver.max_body:
                        return answer.TOO_LARGE
                    if not message.get("more_body", False):
                        return bytes(chunks)
        except TimeoutError:
            return answer.TOO_SLOW

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            await self._receiver.open()
        except Exception as error:
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()
        try:
            await self._receiver.close()
        except Exception as error:
            await send({"type": "lifespan.shutdown.failed", "message": str(error)})
            return
        await send({"type": "lifespan.shutdown.complete"})


def _header(scope: Message, wanted: bytes) -> bytes:
    found = (value for name, value in scope["headers"] if name.lower() == wanted)
    return next(found, b"")


def _length(scope: Message) -> int:
    """What the sender says that the body's length is; 0 if it doesn't."""
    told = _header(scope, b"content-length")
    return int(told) if told.isdigit() and len(told) < _MANY_DIGITS else 0


async def _send(told: DeliveryAnswer, send: Send, version: str) -> None:
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(told.body)).encode()),
    ]
    if told.status == answer.ONLY_POST.status:
        headers.append((b"allow", b"POST"))
    # From HTTP/2 on there is no such header, and servers may refuse an answer that has it.
    if told.close and version.startswith("1"):
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": told.status, "headers": headers})
    await send({"type": "http.response.body", "body": told.body})

"""The receiver as an ASGI application, for Starlette, FastAPI, Litestar, Quart, or alone.

https://asgi.readthedocs.io/en/latest/specs/main.html
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import attrs

from .._accepting import answers as answer
from .._accepting.answers import DeliveryAnswer, is_compressed
from .._accepting.bodies import ArrivingBody
from .._accepting.refusals import Refusal
from .._receiver import Receiver, checked_receiver

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_MANY_DIGITS = 20
_FEW = 65_536
"""Bytes of a body that a server may read for nothing, so as to keep the connection."""


class ReceiverApp:
    """An ASGI application that receives whatever is posted to it.

    Alone (`uvicorn module:app`), it opens and closes the receiver; inside another application, do
    that in the other's lifespan: `async with receiver: yield`. GET of a path that ends in /health
    or /ready tells how it is.

    A body that comes slowly is cut off; headers that do are the server's affair: uvicorn waits for
    them for ever, granian has `--http1-header-read-timeout`. Or put a web server in front.
    """

    def __init__(self, receiver: Receiver) -> None:
        self._receiver = checked_receiver(receiver)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            told = await self._answer(scope, receive)
            await _send(told, send, scope.get("http_version", "1.1"))
        else:
            await receive()
            await send({"type": "websocket.close"})

    async def _answer(self, scope: Message, receive: Receive) -> DeliveryAnswer:
        if scope["method"] == "POST":
            return await self._delivered(scope, receive)
        if scope["method"] in ("GET", "HEAD"):
            path = scope["path"].rstrip("/")  # Litestar ends each with one
            if path.endswith("/health"):
                return self._receiver.health()
            if path.endswith("/ready"):
                return self._receiver.readiness(public=True)
        return self._receiver.refuse(Refusal.WRONG_METHOD)

    async def _delivered(self, scope: Message, receive: Receive) -> DeliveryAnswer:
        headers, length = scope["headers"], _length(scope)
        if is_compressed(each.decode("latin-1") for each in _values(scope, b"content-encoding")):
            return self._receiver.refuse(Refusal.COMPRESSED)
        arriving = self._receiver.admit(headers, length)
        if isinstance(arriving, DeliveryAnswer):
            return arriving if (length or _FEW + 1) <= _FEW else attrs.evolve(arriving, close=True)
        with arriving:
            refused = await self._take_in(scope, receive, arriving)
            return refused or await self._receiver.receive(headers, arriving)

    async def _take_in(
        self, scope: Message, receive: Receive, arriving: ArrivingBody
    ) -> DeliveryAnswer | None:
        """Read the body; the answer where it is too large or too slow, or isn't as was signed."""
        length, refuse = _length(scope), self._receiver.refuse
        try:
            async with asyncio.timeout(self._receiver.read_timeout):
                refusal, is_whole = await _read(receive, arriving)
        except TimeoutError:
            return refuse(Refusal.TOO_SLOW, "" if arriving.size else "nothing of it came")
        if refusal is not None:
            return attrs.evolve(refuse(refusal), close=True)
        size = arriving.size
        is_chunked = length is None and bool(_values(scope, b"transfer-encoding"))
        # Longer than told is no loss: whether it is what was signed, the signature shows.
        if is_whole and (size < (length or 0) or (is_chunked and not size)):
            return refuse(Refusal.BODY_TAKEN)
        if not is_whole:
            # Frameworks say that the sender has gone, too, where something has read it all before.
            return refuse(Refusal.BROKEN_OFF if size else Refusal.BODY_TAKEN)
        return None

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


async def _read(receive: Receive, arriving: ArrivingBody) -> tuple[Refusal | None, bool]:
    """Why the body can't be taken in, if it can't; whether the sender was there to its end."""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None, False
        refusal = arriving.add(message.get("body", b""))
        if refusal is not None or not message.get("more_body", False):
            return refusal, True


def _values(scope: Message, wanted: bytes) -> list[bytes]:
    return [value for name, value in scope["headers"] if name.lower() == wanted]


def _length(scope: Message) -> int | None:
    """What the sender says that the body's length is; None if it doesn't."""
    told = next(iter(_values(scope, b"content-length")), b"")
    return int(told) if told.isdigit() and len(told) < _MANY_DIGITS else None


async def _send(told: DeliveryAnswer, send: Send, version: str) -> None:
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(told.body)).encode()),
    ]
    if told.status == answer.ONLY_POST.status:
        headers.append((b"allow", b"POST"))
    if told.retry_after is not None:
        headers.append((b"retry-after", str(told.retry_after).encode()))
    # From HTTP/2 on there is no such header, and servers may refuse an answer that has it.
    if told.close and version.startswith("1"):
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": told.status, "headers": headers})
    await send({"type": "http.response.body", "body": told.body})

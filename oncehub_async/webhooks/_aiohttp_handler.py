"""The receiver in an aiohttp.web application."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

from aiohttp import ClientPayloadError, web

from . import _answers as answer
from ._answers import DeliveryAnswer
from ._receiver import Receiver
from ._signature import SIGNATURE_HEADER

Handler = Callable[[web.Request], Awaitable[web.Response]]


def add_receiver(app: web.Application, receiver: Receiver, path: str = "/webhooks/oncehub") -> None:
    """Receive at `path`; `path`/health and `path`/ready tell how it is.

    The receiver is opened and closed with the application. A body that comes slowly is cut off;
    headers that do are the server's affair. From aiohttp 3.14.5 on, `keepalive_timeout` of
    `web.run_app` ends such connections; before, aiohttp waits for ever: put a web server in front
    that doesn't (nginx: `client_header_timeout`), or use `serve`.
    """
    path = path.rstrip("/")
    app.router.add_route("*", path or "/", aiohttp_handler(receiver))

    async def health(_request: web.Request) -> web.Response:
        return _response(receiver.health())

    async def ready(_request: web.Request) -> web.Response:
        return _response(receiver.readiness())

    app.router.add_get(f"{path}/health", health)
    app.router.add_get(f"{path}/ready", ready)

    async def run(_app: web.Application) -> AsyncIterator[None]:
        async with receiver:
            yield

    app.cleanup_ctx.append(run)


def aiohttp_handler(receiver: Receiver) -> Handler:
    """A handler for `app.router.add_route("*", path, ...)`. The receiver has to be opened."""

    async def handle(request: web.Request) -> web.Response:
        if request.method != "POST":
            return _response(answer.ONLY_POST)
        body = await _body(request, receiver)
        if body is answer.TOO_SLOW:
            return await _cut_off(request, body)
        if isinstance(body, DeliveryAnswer):
            return _response(body)
        # Of all headers only those that matter: looking through them costs as much as verifying.
        signed = [
            (SIGNATURE_HEADER, value) for value in request.headers.getall(SIGNATURE_HEADER, ())
        ]
        return _response(await receiver.receive(signed, body))

    return handle


async def _body(request: web.Request, receiver: Receiver) -> bytes | DeliveryAnswer:
    """The body as far as it is not too large, not too slow, and as it was signed."""
    most = receiver.max_body
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        return answer.ENCODED
    if (request.content_length or 0) > most:
        return answer.TOO_LARGE
    content = request.content
    if content.is_eof():
        # All has arrived, as nearly always: nothing to wait for.
        body = content.read_nowait()
        return body if len(body) <= most else answer.TOO_LARGE
    chunks = bytearray()
    try:
        async with asyncio.timeout(receiver.read_timeout):
            while chunk := await content.readany():
                chunks += chunk
                if len(chunks) > most:
                    return answer.TOO_LARGE
    except TimeoutError:
        return answer.TOO_SLOW
    except (web.RequestPayloadError, ClientPayloadError, ConnectionError):
        return answer.BROKEN
    return bytes(chunks)


async def _cut_off(request: web.Request, told: DeliveryAnswer) -> web.Response:
    """Answer and end the connection at once; aiohttp would go on reading for ten seconds."""
    response = _response(told)
    await response.prepare(request)
    await response.write_eof()
    request.protocol.force_close()
    return response


def _response(told: DeliveryAnswer) -> web.Response:
    response = web.Response(status=told.status, body=told.body, content_type="application/json")
    if told.status == answer.ONLY_POST.status:
        response.headers["Allow"] = "POST"
    if told.close:
        response.force_close()
    return response

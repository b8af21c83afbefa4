"""The receiver in an aiohttp.web application."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import attrs
from aiohttp import ClientPayloadError, web

from . import _answers as answer
from ._answers import DeliveryAnswer, is_compressed
from ._arriving_body import ArrivingBody
from ._delivery_path import delivery_path
from ._receiver import Receiver, checked_receiver
from ._refusals import Refusal
from ._signature import SIGNATURE_HEADER

Handler = Callable[[web.Request], Awaitable[web.Response]]


def add_receiver(app: web.Application, receiver: Receiver, path: str = "/webhooks/oncehub") -> None:
    """Receive at `path`; `path`/health and `path`/ready tell how it is.

    It is the same with a slash at its end and without, also where `app` is a sub-application. The
    receiver is opened and closed with the application. A body that comes slowly is cut off;
    headers that do are the server's affair. From aiohttp 3.14.5 on, `keepalive_timeout` of
    `web.run_app` ends such connections; before, aiohttp waits for ever: put a web server in front
    that doesn't (nginx: `client_header_timeout`), or use `serve`.

    Raises `ConfigurationError` for a path that no URL leads to.
    """
    place, handle = delivery_path(path), aiohttp_handler(receiver)

    async def health(_request: web.Request) -> web.Response:
        return _response(receiver.health())

    async def ready(_request: web.Request) -> web.Response:
        return _response(receiver.readiness())

    async def run(_app: web.Application) -> AsyncIterator[None]:
        async with receiver:
            yield

    for route in place.routes:
        app.router.add_route("*", route, handle)
    for end in ("", "/"):
        app.router.add_get(f"{place.routed}/health{end}", health)
        app.router.add_get(f"{place.routed}/ready{end}", ready)
    app.cleanup_ctx.append(run)


def aiohttp_handler(receiver: Receiver) -> Handler:
    """A handler for `app.router.add_route("*", path, ...)`. The receiver has to be opened."""
    checked_receiver(receiver)

    async def handle(request: web.Request) -> web.Response:
        if request.method != "POST":
            return _response(receiver.refuse(Refusal.WRONG_METHOD))
        if is_compressed(request.headers.getall("Content-Encoding", ())):
            return _response(receiver.refuse(Refusal.COMPRESSED))
        # Of all headers only those that matter: looking through them costs as much as verifying.
        signed = [
            (SIGNATURE_HEADER, value) for value in request.headers.getall(SIGNATURE_HEADER, ())
        ]
        arriving = receiver.admit(signed, request.content_length)
        if isinstance(arriving, DeliveryAnswer):
            return _response(arriving, unread=not request.content.is_eof())
        with arriving:
            refused = await _take_in(request, receiver, arriving)
            if refused is answer.TOO_SLOW:
                return await _cut_off(request, refused)
            if refused is not None:
                return _response(refused)
            return _response(await receiver.receive(signed, arriving))

    return handle


def elsewhere(receiver: Receiver) -> Handler:
    """Answers for all other paths of an application that only receives."""

    async def handle(_request: web.Request) -> web.Response:
        return _response(receiver.refuse(Refusal.WRONG_PATH))

    return handle


async def _take_in(
    request: web.Request, receiver: Receiver, arriving: ArrivingBody
) -> DeliveryAnswer | None:
    """Read the body; the answer where it is too large or too slow, or isn't as it was signed."""
    length = request.content_length
    try:
        refusal = await _read(request, arriving, receiver.read_timeout)
    except TimeoutError:
        return receiver.refuse(Refusal.TOO_SLOW)
    except (web.RequestPayloadError, ClientPayloadError, ConnectionError):
        return receiver.refuse(Refusal.BROKEN_OFF)
    if refusal is not None:
        return attrs.evolve(receiver.refuse(refusal), close=True)
    # A chunked body has no length, and nobody sends an empty one.
    if arriving.size != length and (
        length is not None or (request.body_exists and not arriving.size)
    ):
        return receiver.refuse(Refusal.BODY_TAKEN)
    return None


async def _read(request: web.Request, arriving: ArrivingBody, seconds: float) -> Refusal | None:
    """Take in all of the body; why it can't be."""
    content = request.content
    if content.at_eof():
        # Something before us may have read it; aiohttp keeps what `read` and `json` gave.
        return arriving.add(await request.read())
    if content.is_eof():
        # All has arrived, as nearly always: nothing to wait for.
        return arriving.add(content.read_nowait())
    async with asyncio.timeout(seconds):
        while chunk := await content.readany():
            refusal = arriving.add(chunk)
            if refusal is not None:
                return refusal
    return None


async def _cut_off(request: web.Request, told: DeliveryAnswer) -> web.Response:
    """Answer and end the connection at once; aiohttp would go on reading for ten seconds."""
    response = _response(told)
    await response.prepare(request)
    await response.write_eof()
    request.protocol.force_close()
    return response


def _response(told: DeliveryAnswer, *, unread: bool = False) -> web.Response:
    response = web.Response(status=told.status, body=told.body, content_type="application/json")
    if told.status == answer.ONLY_POST.status:
        response.headers["Allow"] = "POST"
    if told.retry_after is not None:
        response.headers["Retry-After"] = str(told.retry_after)
    if told.close or unread:
        response.force_close()
    return response

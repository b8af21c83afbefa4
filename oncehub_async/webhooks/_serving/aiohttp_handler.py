"""The receiver in an aiohttp.web application."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import attrs
from aiohttp import ClientPayloadError, web
from aiohttp.typedefs import Middleware
from yarl import URL

from ...errors import ConfigurationError
from .._accepting import answers as answer
from .._accepting.answers import DeliveryAnswer, is_compressed
from .._accepting.bodies import ArrivingBody
from .._accepting.refusals import Refusal
from .._accepting.signature import SIGNATURE_HEADER
from .._receiver import Receiver, checked_receiver
from .delivery_path import DeliveryPath, check_length, delivery_path
from .hidden_route import check_reached

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def add_receiver(
    app: web.Application,
    receiver: Receiver,
    path: str = "/webhooks/oncehub",
    *,
    handle: bool = True,
) -> None:
    """Receive at `path`; `path`/health and `path`/ready tell how it is.

    With `handle=False` this process only accepts: handlers run where `work` is called.

    It is the same with a slash at its end and without, also where `app` is a sub-application. The
    receiver is opened and closed with the application. A body that comes slowly is cut off;
    headers that do are the server's affair. From aiohttp 3.14.5 on, `keepalive_timeout` of
    `web.run_app` ends such connections; before, aiohttp waits for ever: put a web server in front
    that doesn't (nginx: `client_header_timeout`), or use `serve`.

    A signed POST that is answered 404 by the rest of the application is told of in the log: the
    webhook's URL has another path then.

    Raises `ConfigurationError` for a path that no URL leads to, and, when the application starts,
    where another of its routes or sub-applications answers there before.
    """
    if not isinstance(app, web.Application):
        raise ConfigurationError(
            f"app: expected an aiohttp.web.Application, got {type(app).__name__}; for ASGI "
            "frameworks there is ReceiverApp"
        )
    place, deliver = delivery_path(path), aiohttp_handler(receiver)

    async def health(_request: web.Request) -> web.Response:
        return _response(receiver.health())

    async def ready(_request: web.Request) -> web.Response:
        return _response(receiver.readiness(public=True))

    routes = [app.router.add_route("*", route, deliver) for route in place.routes]

    async def run(_app: web.Application) -> AsyncIterator[None]:
        prefix = _checked_prefix(routes[-1].resource, place)
        await check_reached(app.router, f"{prefix}{place.raw}", deliver)
        await receiver.open(handle=handle)
        try:
            yield
        finally:
            await receiver.close()

    for end in ("", "/"):
        app.router.add_get(f"{place.routed}/health{end}", health)
        app.router.add_get(f"{place.routed}/ready{end}", ready)
    app.cleanup_ctx.append(run)
    _tell_of_astray(app, receiver)


def _checked_prefix(resource: web.AbstractResource | None, place: DeliveryPath) -> str:
    """The prefix of a sub-application, "" of an application. Raises `ConfigurationError` where it
    is one that aiohttp never finds, for it compares what is quoted with what isn't, or that no
    client sends."""
    whole = resource.canonical if resource is not None else ""
    prefix = whole.removesuffix(place.routes[-1])
    if "%" in prefix or URL.build(path=prefix).raw_path != prefix:
        raise ConfigurationError(
            "add_subapp: aiohttp finds no prefix with characters that have to be quoted in a URL, "
            "so nothing would be received there; use ASCII letters, digits and - . _ ~"
        )
    if {".", ".."} & set(prefix.split("/")):
        raise ConfigurationError(
            "add_subapp: no client asks for a prefix with . or .. in it; use another one"
        )
    check_length(prefix + place.raw)
    return prefix


def aiohttp_handler(receiver: Receiver) -> Handler:
    """A handler for `app.router.add_route("*", path, ...)`. The receiver has to be opened."""
    checked_receiver(receiver)

    async def handle(request: web.Request) -> web.Response:
        if request.method != "POST":
            return _response(receiver.refuse(Refusal.WRONG_METHOD))
        if is_compressed(request.headers.getall("Content-Encoding", ())):
            return await _cut_off(request, receiver.refuse(Refusal.COMPRESSED))
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


def elsewhere(receiver: Receiver) -> Middleware:
    """Answers for all other paths of an application that only receives."""

    @web.middleware
    async def handle(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except (web.HTTPNotFound, web.HTTPMethodNotAllowed):
            return _response(receiver.refuse(Refusal.WRONG_PATH))

    return handle


def malformed(receiver: Receiver) -> Callable[[str], web.Response]:
    """Answers what is no HTTP, in a server that only receives."""
    return lambda error: _response(receiver.refuse(Refusal.BAD_REQUEST, error))


def _tell_of_astray(app: web.Application, receiver: Receiver) -> None:
    """Tell of deliveries that end at a path where nothing is, or where something else is."""

    async def look(request: web.Request, response: web.StreamResponse) -> None:
        is_astray = response.status == answer.NOT_FOUND.status and request.method == "POST"
        if is_astray and SIGNATURE_HEADER in request.headers:
            is_told = isinstance(response, web.Response) and response.body == answer.NOT_FOUND.body
            if not is_told:
                receiver.refuse(Refusal.WRONG_PATH)

    app.on_response_prepare.append(look)


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
    # What a chunked body's length is shows how much came.
    came = request.content.total_bytes if length is None else length
    if arriving.size < came or (length is None and request.body_exists and not arriving.size):
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
    """Answer and end the connection at once.

    aiohttp would go on reading for ten seconds, and log a traceback if it can't unpack the rest.
    """
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

"""The receiver inside other people's applications, whatever they have done with a request before.

It works, or the log says what to change; nothing is refused for days in silence.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from fastapi import FastAPI
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.middleware.httpsredirect import HTTPSRedirectMiddleware
from starlette.applications import Starlette
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.routing import Mount, Route, Router

from oncehub_async import ClientStateError, ConfigurationError
from oncehub_async.testing import make_event, sign
from oncehub_async.webhooks import (
    BookingEvent,
    Event,
    MemoryInbox,
    Receiver,
    ReceiverApp,
    Refusal,
    add_receiver,
    aiohttp_handler,
)

from .conftest import SECRET
from .test_adapters import PATH, _aiohttp_runs, _lifespan, _uvicorn_runs

BODY = make_event("booking.scheduled", event_id="EVNT-1")


def make_receiver() -> Receiver:
    return Receiver(signing_secret=SECRET, inbox=MemoryInbox(), read_timeout=0.4, drain=0.1)


async def post(url: str, path: str = PATH, *, body: bytes = BODY, chunked: bool = False) -> int:
    """The status of a signed delivery, whose length is told or isn't."""

    async def pieces() -> AsyncIterator[bytes]:
        for at in range(0, len(body), 100):
            yield body[at : at + 100]

    headers = {"Oncehub-Signature": sign(body, SECRET), "Content-Type": "application/json"}
    data: Any = pieces() if chunked else body
    async with (
        aiohttp.ClientSession(url) as session,
        session.post(path, data=data, headers=headers, allow_redirects=False) as response,
    ):
        return response.status


chunked = pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunked"])


# aiohttp: what a middleware does first.


async def _reads(request: web.Request) -> None:
    await request.read()


async def _parses(request: web.Request) -> None:
    await request.json()


async def _as_text(request: web.Request) -> None:
    await request.text()


async def _as_form(request: web.Request) -> None:
    await request.post()


async def _reads_twice(request: web.Request) -> None:
    assert await request.read() == await request.read()


async def _looks_at_headers(request: web.Request) -> None:
    assert dict(request.headers)["Content-Type"] == request.headers["Content-Type"]


async def _streams(request: web.Request) -> None:
    async for _ in request.content.iter_any():
        pass


async def _streams_the_first(request: web.Request) -> None:
    await request.content.readexactly(40)


LEAVE_IT = [_reads, _parses, _as_text, _as_form, _reads_twice, _looks_at_headers]
TAKE_IT = [_streams, _streams_the_first]


def _with_middleware(first: Callable[[web.Request], Awaitable[None]], this: Receiver) -> Any:
    @web.middleware
    async def middleware(request: web.Request, handler: Any) -> web.StreamResponse:
        await first(request)
        response: web.StreamResponse = await handler(request)
        return response

    app = web.Application(middlewares=[middleware])
    add_receiver(app, this, PATH)
    return app


@chunked
@pytest.mark.parametrize("first", LEAVE_IT)
async def test_aiohttp_middleware_that_leaves_the_body(first: Any, chunked: bool) -> None:
    """aiohttp keeps what `read` and its like gave."""
    this = make_receiver()
    async with _aiohttp_runs(_with_middleware(first, this)) as url:
        assert await post(url, chunked=chunked) == 200
        assert this.refusals == {}


@chunked
@pytest.mark.parametrize("first", TAKE_IT)
async def test_aiohttp_middleware_that_takes_the_body(
    first: Any, chunked: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """503, so that OnceHub tries again, and the log names the cause: no word of a signature."""
    this = make_receiver()
    async with _aiohttp_runs(_with_middleware(first, this)) as url:
        caplog.clear()
        assert await post(url, chunked=chunked) == 503
        assert this.refusals == {Refusal.BODY_TAKEN: 1}
        (line,) = caplog.messages
        assert "middleware" in line
        assert "request.read()" in line


async def test_an_aiohttp_middleware_that_answers_before_us() -> None:
    """Is the application's own affair; a probe of ours then tells nothing wrong."""
    this = make_receiver()

    @web.middleware
    async def closed(request: web.Request, handler: Any) -> web.StreamResponse:
        raise web.HTTPServiceUnavailable

    app = web.Application(middlewares=[closed])
    add_receiver(app, this)
    async with _aiohttp_runs(app) as url:
        assert await post(url) == 503
        assert this.refusals == {}


# Starlette and FastAPI: what a middleware does first.


async def _body(request: Any) -> None:
    await request.body()


async def _json(request: Any) -> None:
    await request.json()


async def _all_of_the_stream(request: Any) -> None:
    async for _ in request.stream():
        pass


async def _first_of_the_stream(request: Any) -> None:
    async for _ in request.stream():
        break


async def _nothing(request: Any) -> None:
    request.state.seen = True


def _base_http(first: Callable[[Any], Awaitable[None]]) -> Any:
    class Logging(BaseHTTPMiddleware):
        async def dispatch(self, request: Any, call_next: Any) -> Any:
            await first(request)
            return await call_next(request)

    return Logging


def _greedy(app: Any) -> Any:
    """A plain ASGI middleware that reads all and hands on the bare `receive`."""

    async def run(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["method"] == "POST":
            while (await receive()).get("more_body", False):
                pass
        await app(scope, receive, send)

    return run


def _replaying(app: Any) -> Any:
    """One that reads all and hands on what it read, in one piece, as it should."""

    async def run(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        whole = bytearray()
        while True:
            message = await receive()
            whole += message.get("body", b"")
            if not message.get("more_body", False):
                break

        async def again() -> Any:
            return {"type": "http.request", "body": bytes(whole)}

        await app(scope, again, send)

    return run


def _fastapi(this: Receiver) -> FastAPI:
    app = FastAPI(lifespan=_lifespan(this))
    app.mount("/webhooks", ReceiverApp(this))
    return app


@chunked
@pytest.mark.parametrize("first", [_body, _json, _nothing])
async def test_a_starlette_middleware_that_leaves_the_body(first: Any, chunked: bool) -> None:
    """Starlette keeps what `body` and `json` gave."""
    this = make_receiver()
    app = _fastapi(this)
    app.add_middleware(_base_http(first))
    async with _uvicorn_runs(app) as url:
        assert await post(url, chunked=chunked) == 200
        assert this.refusals == {}


@chunked
@pytest.mark.parametrize("first", [_all_of_the_stream, _first_of_the_stream])
async def test_a_starlette_middleware_that_takes_the_body(
    first: Any, chunked: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """503, and the cause."""
    this = make_receiver()
    app = _fastapi(this)
    app.add_middleware(_base_http(first))
    async with _uvicorn_runs(app) as url:
        caplog.clear()
        assert await post(url, chunked=chunked) == 503
        assert this.refusals == {Refusal.BODY_TAKEN: 1}
        assert "middleware" in caplog.text


@chunked
async def test_an_asgi_middleware_that_keeps_the_body_to_itself(
    chunked: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing tells that from a slow sender; the line says that it can be."""
    this = make_receiver()
    app = _fastapi(this)
    app.add_middleware(_greedy)
    async with _uvicorn_runs(app) as url:
        caplog.clear()
        assert await post(url, chunked=chunked) == 408
        assert this.refusals == {Refusal.TOO_SLOW: 1}
        (line,) = [each for each in caplog.messages if "refused" in each]
        assert "nothing of it came" in line
        assert "middleware" in line


@chunked
@pytest.mark.parametrize("middleware", [_replaying, GZipMiddleware])
async def test_an_asgi_middleware_that_hands_the_body_on(middleware: Any, chunked: bool) -> None:
    """Whatever it does with the answer."""
    this = make_receiver()
    app = _fastapi(this)
    app.add_middleware(middleware)
    async with _uvicorn_runs(app) as url:
        assert await post(url, chunked=chunked) == 200


async def test_a_middleware_that_redirects_is_seen_by_the_sender() -> None:
    """It never reaches us, and its status says what it is."""
    this = make_receiver()
    app = _fastapi(this)
    app.add_middleware(HTTPSRedirectMiddleware)
    async with _uvicorn_runs(app) as url:
        assert await post(url) == 307


# Where it stands.


def _prefixed(this: Receiver, prefix: str, path: str) -> web.Application:
    app, inner = web.Application(), web.Application()
    add_receiver(inner, this, path)
    app.add_subapp(prefix, inner)
    return app


@pytest.mark.parametrize("prefix", ["/hooks", "/hooks/", "/a/b", "/a-b.c_~!"])
@pytest.mark.parametrize("path", ["", "/", "/oncehub", "/in/oncehub/", "/ö", "/a%2Fb"])
async def test_an_aiohttp_sub_application(prefix: str, path: str) -> None:
    """What a URL has of the prefix and of the path is where it answers, with a slash and without.

    It is opened and closed with the application around it.
    """
    this = make_receiver()
    async with _aiohttp_runs(_prefixed(this, prefix, path)) as url:
        whole = prefix.rstrip("/") + path.rstrip("/")
        for form in (whole, f"{whole}/"):
            assert await post(url, form) == 200, form
        async with aiohttp.ClientSession(url) as session:
            for probe in ("health", "ready", "health/"):
                async with session.get(f"{whole}/{probe}") as response:
                    assert response.status == 200
    assert this.readiness().status == 503


@pytest.mark.parametrize("prefix", ["/a b", "/é", "/a%20b"])
@pytest.mark.parametrize("path", ["", "/oncehub", "/ö"])
async def test_a_prefix_that_aiohttp_never_finds_is_refused_at_the_start(
    prefix: str, path: str
) -> None:
    """Whatever is below it would be answered 404, and we would never know."""
    runner = web.AppRunner(_prefixed(make_receiver(), prefix, path))
    with pytest.raises(ConfigurationError, match="add_subapp"):
        await runner.setup()


async def test_sub_applications_within_sub_applications() -> None:
    """At any depth."""
    this = make_receiver()
    app = web.Application()
    app.add_subapp("/outer", _prefixed(this, "/inner", "/oncehub"))
    async with _aiohttp_runs(app) as url:
        assert await post(url, "/outer/inner/oncehub") == 200


async def test_two_paths_of_one_receiver() -> None:
    """A handler of one's own for the second; adding it twice is refused at the start."""
    this = make_receiver()
    app = web.Application()
    add_receiver(app, this, "/one")
    app.router.add_post("/two", aiohttp_handler(this))
    async with _aiohttp_runs(app) as url:
        assert [await post(url, path) for path in ("/one", "/two")] == [200, 200]
    app = web.Application()
    add_receiver(app, this, "/one")
    add_receiver(app, this, "/two")
    with pytest.raises(ClientStateError, match="aiohttp_handler"):
        async with _aiohttp_runs(app):
            raise AssertionError("it started")
    await this.close()


async def test_two_receivers_of_one_application() -> None:
    """Each has its path."""
    one, two = make_receiver(), make_receiver()
    app = web.Application()
    add_receiver(app, one, "/one")
    add_receiver(app, two, "/one/two")
    async with _aiohttp_runs(app) as url:
        assert await post(url, "/one") == 200
        await two.close()
        assert await post(url, "/one/two") == 503
        assert (one.refusals, two.refusals) == ({}, {Refusal.NOT_OPEN: 1})


@pytest.mark.parametrize(
    ("place", "paths"),
    [
        (lambda app: Route("/oncehub", app), ["/oncehub"]),
        (lambda app: Route("/a b/é", app), ["/a b/é", "/a%20b/%C3%A9"]),
        (lambda app: Mount("/hooks", app), ["/hooks/", "/hooks/x", "/hooks/a/b/"]),
        (lambda app: Mount("/", app), ["/", "/x", "/x/"]),
        (lambda app: Mount("/é", app), ["/é/x", "/%C3%A9/x"]),
        (lambda app: Mount("/a", Router([Mount("/b", app)])), ["/a/b/c"]),
        (lambda app: Mount("/a", Router([Route("/b", app)])), ["/a/b"]),
        (lambda app: Mount("/t/{tenant}", app), ["/t/1/in"]),
    ],
)
async def test_any_place_in_starlette(place: Any, paths: list[str]) -> None:
    """Alone, mounted, in routers of routers."""
    this = make_receiver()
    app = Starlette(routes=[place(ReceiverApp(this))], lifespan=_lifespan(this))
    async with _uvicorn_runs(app) as url:
        for path in paths:
            assert await post(url, path) == 200, path


async def test_an_application_below_another() -> None:
    """FastAPI below FastAPI: a lifespan of the inner one isn't run, so the outer one's opens it."""
    this = make_receiver()
    outer, inner = FastAPI(lifespan=_lifespan(this)), FastAPI()
    inner.mount("/hooks", ReceiverApp(this))
    outer.mount("/api", inner)
    async with _uvicorn_runs(outer) as url:
        assert await post(url, "/api/hooks/oncehub") == 200


@pytest.mark.parametrize("nested", [True, False])
async def test_a_lifespan_that_is_not_run_is_told_of(
    nested: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """Of an inner application, or none at all: 503 with the remedy, and not ready."""
    this = make_receiver()
    app = FastAPI()
    if nested:
        app.mount("/webhooks", Starlette(routes=[Mount("/", ReceiverApp(this))]))
    else:
        app.mount("/webhooks", ReceiverApp(this))
    async with _uvicorn_runs(app) as url:
        caplog.clear()
        assert await post(url) == 503
        assert this.refusals == {Refusal.NOT_OPEN: 1}
        (record,) = [each for each in caplog.records if "refused" in each.getMessage()]
        assert record.levelno == logging.ERROR
        assert "lifespan" in record.getMessage()
        assert this.readiness().status == 503


async def test_an_aiohttp_handler_whose_receiver_nobody_opened(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """As where a lifespan isn't run."""
    this = make_receiver()
    app = web.Application()
    app.router.add_post(PATH, aiohttp_handler(this))
    async with _aiohttp_runs(app) as url:
        assert await post(url) == 503
        assert "async with receiver" in caplog.text


# What stands in front changes headers.


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": ""},
        {"Content-Type": "text/plain; charset=utf-16"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "multipart/form-data"},
        {"Content-Type": "\xe9 nonsense;;;=", "Accept": "\xff"},
        {"Content-Encoding": ""},
        {"Content-Encoding": " , identity ,"},
        {"Content-Encoding": "UTF-8"},
        {"oncehub-signature-v2": "t=1,s=2", "X-Oncehub-Signature": "t=3"},
        {"Upgrade": "h2c", "Connection": "Upgrade, HTTP2-Settings", "HTTP2-Settings": "AAMAAABk"},
        {"Expect": "100-continue"},
        {"X-Forwarded-For": "\xe9, 1.2.3.4", "X-Forwarded-Proto": "https, https", "Via": "1.1 x"},
        {"Cookie": "a=b; c", "Authorization": "Basic !!", "Origin": "null", "TE": "trailers"},
        {"X-Http-Method-Override": "GET", "Range": "bytes=0-1", "If-None-Match": "*"},
    ],
)
@pytest.mark.parametrize("name", ["Oncehub-Signature", "oncehub-signature", "ONCEHUB-SIGNATURE"])
@pytest.mark.parametrize("server", ["aiohttp", "asgi"])
async def test_headers_that_gateways_add_or_change(
    server: str, name: str, headers: dict[str, str]
) -> None:
    """Only what is signed counts."""
    this = make_receiver()
    if server == "aiohttp":
        app = web.Application()
        add_receiver(app, this)
        running = _aiohttp_runs(app)
    else:
        running = _uvicorn_runs(ReceiverApp(this))
    async with running as url:
        lines = [f"{key}: {value}" for key, value in headers.items()]
        head = "\r\n".join(
            [
                f"POST {PATH} HTTP/1.1",
                "Host: x",
                f"{name}:  {sign(BODY, SECRET)}\t",
                f"Content-Length: {len(BODY)}",
                *lines,
                "",
                "",
            ]
        )
        status = await _raw_status(url, head.encode("latin-1") + BODY)
        assert status == 200, this.refusals


async def _raw_status(url: str, sent: bytes) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
    writer.write(sent)
    line = await reader.readline()
    if line.startswith(b"HTTP/1.1 100"):
        await reader.readline()
        line = await reader.readline()
    writer.close()
    return int(line.split()[1])


@chunked
@pytest.mark.parametrize("mark", [b"\xef\xbb\xbf", b"\n \t", b""])
async def test_a_body_with_a_byte_order_mark(mark: bytes, chunked: bool) -> None:
    """What something put in front of the body before it was signed is no reason to lose it."""
    this = make_receiver()
    seen: list[Event] = []

    @this.on("booking.scheduled")
    async def handler(event: BookingEvent) -> None:
        seen.append(event)

    app = web.Application()
    add_receiver(app, this)
    sent = mark + BODY + b"\r\n"
    async with _aiohttp_runs(app) as url:
        assert await post(url, body=sent, chunked=chunked) == 200
        await this.idle()
    assert [(event.id, event.body) for event in seen] == [("EVNT-1", sent)]

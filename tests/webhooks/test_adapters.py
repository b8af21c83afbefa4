"""The receiver inside real frameworks, over real sockets: aiohttp, Starlette, FastAPI, uvicorn."""

import asyncio
import contextlib
import json
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
import uvicorn
from aiohttp import web
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.routing import Mount, Route

from oncehub_async.testing import make_event, sign
from oncehub_async.webhooks import (
    Event,
    InboxError,
    MemoryInbox,
    Receiver,
    ReceiverApp,
    StoredEvent,
    add_receiver,
    aiohttp_handler,
)

from .conftest import SECRET, deliver

PATH = "/webhooks/oncehub"
Serving = contextlib.AbstractAsyncContextManager[str]


def make_receiver() -> Receiver:
    return Receiver(
        signing_secret=SECRET, inbox=MemoryInbox(), max_body=200_000, read_timeout=0.5, drain=1.0
    )


@asynccontextmanager
async def aiohttp_app(receiver: Receiver) -> AsyncIterator[str]:
    """A route of an aiohttp application, with all that belongs to it."""
    app = web.Application()
    add_receiver(app, receiver, PATH)
    async with _aiohttp_runs(app) as url:
        yield url


@asynccontextmanager
async def aiohttp_route(receiver: Receiver) -> AsyncIterator[str]:
    """The handler alone, where the application sees to the rest."""
    app = web.Application()
    app.router.add_route("*", PATH, aiohttp_handler(receiver))
    async with receiver, _aiohttp_runs(app) as url:
        yield url


@asynccontextmanager
async def _aiohttp_runs(app: web.Application) -> AsyncIterator[str]:
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


def _lifespan(receiver: Receiver) -> Callable[[Any], contextlib.AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_app: Any) -> AsyncIterator[None]:
        async with receiver:
            yield

    return lifespan


def starlette_route(receiver: Receiver) -> Serving:
    """A route of Starlette."""
    routes = [
        Route(PATH, ReceiverApp(receiver)),
        Route(f"{PATH}/{{probe}}", ReceiverApp(receiver)),
    ]
    return _uvicorn_runs(Starlette(routes=routes, lifespan=_lifespan(receiver)))


def starlette_mount(receiver: Receiver) -> Serving:
    """Mounted in Starlette, where the path has more after it."""
    mount = Mount("/webhooks", ReceiverApp(receiver))
    return _uvicorn_runs(Starlette(routes=[mount], lifespan=_lifespan(receiver)))


def fastapi_mount(receiver: Receiver) -> Serving:
    """Mounted in FastAPI, beside a route of its own."""
    app = FastAPI(lifespan=_lifespan(receiver))
    app.mount("/webhooks", ReceiverApp(receiver))

    @app.get("/")
    async def home() -> dict[str, str]:
        return {"home": "here"}

    return _uvicorn_runs(app)


def alone(receiver: Receiver) -> Serving:
    """An application of its own, which opens the receiver itself."""
    return _uvicorn_runs(ReceiverApp(receiver))


@asynccontextmanager
async def _uvicorn_runs(app: Any) -> AsyncIterator[str]:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_level="error", ws="none", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server._serve([listener]))
    while not server.started:
        assert not task.done(), "the server didn't start"
        await asyncio.sleep(0.005)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    await task
    listener.close()


ADAPTERS = [aiohttp_app, aiohttp_route, starlette_route, starlette_mount, fastapi_mount, alone]
adapters = pytest.mark.parametrize("adapter", ADAPTERS, ids=lambda each: each.__name__)
Adapter = Callable[[Receiver], Serving]


@adapters
async def test_a_delivery_over_a_socket(adapter: Adapter) -> None:
    """Accepted and handled; what isn't signed is refused; other methods too."""
    receiver, seen = make_receiver(), list[str]()

    @receiver.on("booking.canceled")
    async def handler(event: Event) -> None:
        seen.append(event.id)

    async with adapter(receiver) as url, aiohttp.ClientSession(url) as session:
        body = make_event("booking.canceled", event_id="EVNT-1")
        headers = {"Oncehub-Signature": sign(body, SECRET)}
        for told in ("accepted", "accepted before"):
            async with session.post(PATH, data=body, headers=headers) as response:
                assert (response.status, await response.json()) == (200, {"status": told})
        async with session.post(PATH, data=body) as response:
            assert response.status == 401
        for method in ("GET", "PUT", "DELETE"):
            async with session.request(method, PATH) as response:
                assert (response.status, response.headers["Allow"]) == (405, "POST")
        await receiver.idle()
    assert seen == ["EVNT-1"]


@pytest.mark.parametrize(
    "adapter", [each for each in ADAPTERS if each is not aiohttp_route], ids=lambda e: e.__name__
)
async def test_health_and_readiness(adapter: Adapter) -> None:
    """Under the receiver's path."""
    receiver = make_receiver()
    async with adapter(receiver) as url, aiohttp.ClientSession(url) as session:
        for probe in ("health", "ready"):
            async with session.get(f"{PATH}/{probe}") as response:
                assert response.status == 200
        await receiver.close()
        for probe, status in (("health", 200), ("ready", 503)):
            async with session.get(f"{PATH}/{probe}") as response:
                assert response.status == status


class TellingInbox(MemoryInbox):
    """Its errors say more than strangers should know, and so do its handlers' names."""

    is_full = False

    async def put(self, *arguments: Any) -> bool:
        if self.is_full:
            raise InboxError("/var/hush/inbox.db at hush.internal: no space for BKNG-HUSH")
        return await super().put(*arguments)


@pytest.mark.parametrize(
    "adapter", [each for each in ADAPTERS if each is not aiohttp_route], ids=lambda e: e.__name__
)
async def test_strangers_are_told_no_names_paths_hosts_or_counts(adapter: Adapter) -> None:
    """Neither while work waits for a handler that nobody has, nor when something fails."""
    inbox = TellingInbox(keep=3_600.0)
    event = StoredEvent(
        id="BKNG-HUSH", type="t", subject="s", creation_time=0.0, received=time.time(), body=b"{}"
    )
    await inbox.put(event, ("hush:mail",))
    receiver = Receiver(signing_secret=SECRET, inbox=inbox)

    @receiver.on("*", name="other")
    async def other(event: Event) -> None: ...

    async with adapter(receiver) as url, aiohttp.ClientSession(url) as session:
        for status, reason in (
            (200, "handlers: work waits for one that no process has"),
            (503, "inbox: can't be written"),
        ):
            async with session.get(f"{PATH}/ready") as response:
                body = await response.text()
                assert response.status == status
            assert json.loads(body)["reasons"] == [reason]
            assert "hush" not in body.lower()
            assert not any(character.isdigit() for character in body)
            inbox.is_full = True
            await deliver(receiver)


async def test_a_path_may_end_in_a_slash() -> None:
    """As all do that Litestar mounts."""
    async with alone(make_receiver()) as url, aiohttp.ClientSession(url) as session:
        for probe in ("health/", "ready/"):
            async with session.get(f"{PATH}/{probe}") as response:
                assert response.status == 200


async def answer_to(url: str, sent: bytes) -> bytes:
    """The status line for the beginning of a request that doesn't go on."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
    writer.write(sent)
    line = await reader.readline()
    writer.close()
    return line


@adapters
async def test_the_limit_holds_while_the_body_is_read(adapter: Adapter) -> None:
    """Nobody waits for the end of a body that is too large already."""
    async with adapter(make_receiver()) as url:
        head = f"POST {PATH} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        piece = b"%x\r\n" % 210_000 + b"x" * 210_000 + b"\r\n"
        assert (await answer_to(url, head.encode() + piece)).startswith(b"HTTP/1.1 413")


@adapters
async def test_a_length_that_is_too_large_is_refused_at_once(adapter: Adapter) -> None:
    """Before the body comes."""
    async with adapter(make_receiver()) as url:
        head = f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 200001\r\n\r\n"
        assert (await answer_to(url, head.encode() + b"x")).startswith(b"HTTP/1.1 413")


async def in_pieces(count: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield b"x" * 10_000


@adapters
async def test_a_body_that_is_too_large_is_not_read(adapter: Adapter) -> None:
    """Whether its length is told before or not; 413, and the connection ends."""
    receiver = make_receiver()
    async with adapter(receiver) as url, aiohttp.ClientSession(url) as session:
        async with session.post(PATH, data=b"x" * 200_001) as response:
            assert response.status == 413
        with contextlib.suppress(aiohttp.ClientConnectionError):
            # Endless for all that the sender tells: it may find the connection closed.
            async with session.post(PATH, data=in_pieces(10_000)) as response:
                assert response.status == 413
        async with session.post(PATH, data=b"x" * 200_000) as response:
            assert response.status == 401


@adapters
async def test_a_slow_sender_is_cut_off(adapter: Adapter) -> None:
    """408 after `read_timeout`, and the connection ends."""
    async with adapter(make_receiver()) as url:
        port = int(url.rpartition(":")[2])
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        head = f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n"
        writer.write(head.encode() + b"only this")
        answer = await reader.read()
        assert answer.startswith(b"HTTP/1.1 408")
        writer.close()


@adapters
async def test_a_sender_that_goes_in_the_middle_does_no_harm(adapter: Adapter) -> None:
    """Nothing is accepted, nothing breaks, and nothing is logged as an error."""
    receiver = make_receiver()
    async with adapter(receiver) as url, aiohttp.ClientSession(url) as session:
        port = int(url.rpartition(":")[2])
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        head = f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n"
        writer.write(head.encode() + b"only this")
        await writer.drain()
        await asyncio.sleep(0.02)
        writer.close()
        await writer.wait_closed()
        await asyncio.sleep(0.05)
        body = make_event("booking.canceled")
        headers = {"Oncehub-Signature": sign(body, SECRET)}
        async with session.post(PATH, data=body, headers=headers) as response:
            assert response.status == 200


async def test_mounted_without_a_lifespan_it_is_503() -> None:
    """An application whose lifespan forgets the receiver can't accept."""
    receiver = make_receiver()
    app = Starlette(routes=[Route(PATH, ReceiverApp(receiver))])
    async with _uvicorn_runs(app) as url, aiohttp.ClientSession(url) as session:
        body = make_event("booking.canceled")
        headers = {"Oncehub-Signature": sign(body, SECRET)}
        async with session.post(PATH, data=body, headers=headers) as response:
            assert response.status == 503

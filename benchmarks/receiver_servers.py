"""The servers that are compared, each in a process of its own.

`python -m benchmarks.receiver_servers NAME PLACE` prints its port and serves until its input ends.
The place is its inbox's: a file, or a PostgreSQL's URL.
"""

import asyncio
import importlib
import socket
import sys
from collections.abc import Callable
from typing import Any

from aiohttp import web
from yarl import URL

from oncehub_async.webhooks import (
    Event,
    EventType,
    Inbox,
    MemoryInbox,
    PostgresInbox,
    Receiver,
    SQLiteInbox,
    add_receiver,
    serve,
    verify_signature,
    work,
)

from .receiver_load import PATH, SECRET, SVIX_SECRET

HANDLER = "handler"


def bare(app: web.Application, _file: str) -> None:
    """Reads the body and answers 200: what all others are compared with."""

    async def handle(request: web.Request) -> web.Response:
        await request.read()
        return web.Response(text="ok")

    app.router.add_post(PATH, handle)


def verifying(app: web.Application, _file: str) -> None:
    """Verifies the signature as well, and keeps nothing."""

    async def handle(request: web.Request) -> web.Response:
        body = await request.read()
        verify_signature(body, request.headers.get("Oncehub-Signature"), SECRET)
        return web.Response(text="ok")

    app.router.add_post(PATH, handle)


def memory(app: web.Application, _file: str) -> None:
    """A receiver with an inbox in memory; its handlers ask for other events."""
    _receive(app, Receiver(signing_secret=SECRET, inbox=MemoryInbox()), "conversation")


def sqlite(app: web.Application, file: str) -> None:
    """A receiver with a SQLite inbox; its handlers ask for other events."""
    _receive(app, Receiver(signing_secret=SECRET, inbox=SQLiteInbox(file)), "conversation")


def memory_handled(app: web.Application, _file: str) -> None:
    """The same with a handler that is run for each event, at the same time."""
    _receive(app, Receiver(signing_secret=SECRET, inbox=MemoryInbox()), "booking")


def sqlite_handled(app: web.Application, file: str) -> None:
    """The same with a handler that is run for each event, at the same time."""
    _receive(app, Receiver(signing_secret=SECRET, inbox=SQLiteInbox(file)), "booking")


def sqlite_accepting(app: web.Application, file: str) -> None:
    """The same, for handlers that run in another process: `WORKING`."""
    receiver = Receiver(signing_secret=SECRET, inbox=SQLiteInbox(file))
    _receive(app, receiver, "booking", handle=False)


def _receive(
    app: web.Application, receiver: Receiver, types: EventType, *, handle: bool = True
) -> None:
    _handle(receiver, types)
    add_receiver(app, receiver, PATH, handle=handle)


def _handle(receiver: Receiver, types: EventType) -> None:
    @receiver.on(types, name=HANDLER)
    async def handler(_event: Event) -> None: ...


def served_memory(_file: str) -> Receiver:
    """For `serve`, which times heads and answers as well."""
    return Receiver(signing_secret=SECRET, inbox=MemoryInbox())


def served_sqlite(file: str) -> Receiver:
    """For `serve`, which times heads and answers as well."""
    return Receiver(signing_secret=SECRET, inbox=SQLiteInbox(file))


def served_postgres(url: str) -> Receiver:
    """The same with an inbox in PostgreSQL."""
    return Receiver(signing_secret=SECRET, inbox=PostgresInbox(url))


SERVED: dict[str, Callable[[str], Receiver]] = {
    each.__name__: each for each in (served_memory, served_sqlite, served_postgres)
}
FASTAPI_SVIX = "fastapi_svix"
WORKING = "working"
CALLING = "calling"
CALL = 0.25
"""Seconds that a handler of `CALLING` waits for the service that it calls."""
AIOHTTP: dict[str, Callable[[web.Application, str], None]] = {
    each.__name__: each
    for each in (
        bare,
        verifying,
        memory,
        sqlite,
        memory_handled,
        sqlite_handled,
        sqlite_accepting,
    )
}


async def serve_aiohttp(name: str, file: str) -> None:
    """Run one of the aiohttp servers."""
    app = web.Application()
    AIOHTTP[name](app, file)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    await _until_told(runner.addresses[0][1])
    await runner.cleanup()


async def serve_ours(name: str, place: str) -> None:
    """Run a receiver as its users do."""
    receiver = SERVED[name](place)
    _handle(receiver, "conversation")
    started: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    serving = asyncio.create_task(serve(receiver, port=0, path=PATH, on_start=started.set_result))
    await _until_told(URL(await started).port or 0)
    serving.cancel()
    await asyncio.wait({serving})


async def handle_only(inbox: Inbox, seconds: float = 0.0) -> None:
    """Run handlers that wait so long, for processes that only accept; it has no port."""
    receiver = Receiver(signing_secret=SECRET, inbox=inbox)

    @receiver.on("booking", name=HANDLER)
    async def handler(_event: Event) -> None:
        await asyncio.sleep(seconds)

    working = asyncio.create_task(work(receiver))
    await _until_told(0)
    working.cancel()
    await asyncio.wait({working})


async def serve_fastapi_svix() -> None:
    """FastAPI under uvicorn, with svix's verification, as one writes it today; it keeps nothing."""
    import uvicorn
    from fastapi import FastAPI, Request

    app = FastAPI()
    verifier: Any = importlib.import_module("svix.webhooks").Webhook(SVIX_SECRET)

    @app.post(PATH)
    async def hook(request: Request) -> dict[str, str]:
        verifier.verify(await request.body(), dict(request.headers))
        return {"status": "ok"}

    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False))
    task = asyncio.create_task(server.serve([listener]))
    await _until_told(listener.getsockname()[1])
    server.should_exit = True
    await task


async def _until_told(port: int) -> None:
    print(port, flush=True)
    await asyncio.to_thread(sys.stdin.read)


async def main() -> None:
    """Run the server that is named on the command line."""
    name, place = sys.argv[1:]
    if name == FASTAPI_SVIX:
        await serve_fastapi_svix()
    elif name == WORKING:
        await handle_only(SQLiteInbox(place))
    elif name == CALLING:
        await handle_only(PostgresInbox(place), CALL)
    elif name in SERVED:
        await serve_ours(name, place)
    else:
        await serve_aiohttp(name, place)


if __name__ == "__main__":
    asyncio.run(main())

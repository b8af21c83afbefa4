"""The example of two receivers with one inbox: either may get a delivery, and either may die."""

import asyncio
import re
import shutil
import socket
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from itertools import count
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from oncehub_async.testing import make_event, sign
from oncehub_async.webhooks import Selection, State, opened_inbox

from ..documents import ROOT
from ..servers import new_name, postgres_url
from .conftest import SECRET
from .postgres_schemas import dropped

CONFIGURATION = (ROOT / "examples" / "two_receivers" / "nginx.conf").read_text()
PATH = "/webhooks/oncehub"
DONE = ("bookings.tell", State.DONE)
_PATIENCE = 30.0
Proxy = Callable[[list[int], Path], AbstractAsyncContextManager[str]]


@pytest.fixture
def inbox() -> Iterator[str]:
    """The address of an inbox that no other test has."""
    url = postgres_url()
    with dropped(new_name("two_receivers")) as schema:
        yield f"{url}{'&' if '?' in url else '?'}schema={schema}"


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


@asynccontextmanager
async def host(inbox: str, port: int, log: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """A host: the example as a process of its own, which is ready."""
    with log.open("wb") as written:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "examples.two_receivers.receiver"),
            cwd=ROOT,
            env={"ONCEHUB_SIGNING_SECRET": SECRET, "INBOX": inbox, "PORT": str(port)},
            stderr=written,
        )
    try:
        async with asyncio.timeout(_PATIENCE):
            while "listening on" not in log.read_text():
                assert process.returncode is None, log.read_text()
                await asyncio.sleep(0.05)
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


@asynccontextmanager
async def stand_in(ports: list[int], folder: Path) -> AsyncIterator[str]:
    """A proxy that does what nginx.conf says: each in turn, and the next where one doesn't take it."""
    (words,) = re.findall(r"proxy_next_upstream (.*);", CONFIGURATION)
    goes_on = {"error", "http_503", "non_idempotent"} <= set(words.split())
    (location,) = re.findall(r"location = (\S+) {", CONFIGURATION)
    turns = count()

    async def pass_on(request: web.Request) -> web.Response:
        body, first = await request.read(), next(turns)
        for port in [ports[(first + n) % len(ports)] for n in range(len(ports))]:
            url = f"http://127.0.0.1:{port}{location}"
            headers = {"Oncehub-Signature": request.headers["Oncehub-Signature"]}
            try:
                async with session.post(url, data=body, headers=headers) as answer:
                    if answer.status != 503 or not goes_on:
                        return web.Response(status=answer.status)
            except aiohttp.ClientConnectionError:
                if not goes_on:
                    break
        return web.Response(status=502)

    app = web.Application()
    app.router.add_post(location, pass_on)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with aiohttp.ClientSession() as session:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@asynccontextmanager
async def nginx(ports: list[int], folder: Path) -> AsyncIterator[str]:
    """nginx with the example's configuration, at other addresses and without TLS."""
    program = shutil.which("nginx")
    if program is None:
        pytest.skip("nginx isn't here")
    port = free_port()
    text = re.sub(r".*ssl_.*\n", "", CONFIGURATION).replace("443 ssl", f"127.0.0.1:{port}")
    for name, each in zip(("host-a:8080", "host-b:8080"), ports, strict=True):
        assert name in text
        text = text.replace(name, f"127.0.0.1:{each}")
    file, log = folder / "nginx.conf", folder / "nginx.log"
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    places = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds)
    file.write_text(
        f"daemon off; pid {folder}/nginx.pid; error_log {log};\n"
        f"events {{}}\nhttp {{\naccess_log off;\n{places}{text}}}\n"
    )
    server = await asyncio.create_subprocess_exec(program, "-e", str(log), "-c", str(file))
    try:
        async with asyncio.timeout(_PATIENCE):
            while True:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                except ConnectionError:
                    assert server.returncode is None, log.read_text()
                    await asyncio.sleep(0.05)
                else:
                    writer.close()
                    break
        yield f"http://127.0.0.1:{port}"
    finally:
        if server.returncode is None:
            server.terminate()
        await server.wait()


def handled(*logs: Path) -> Counter[str]:
    """How often each booking was told of."""
    return Counter(
        booking
        for log in logs
        for booking in re.findall(r"INFO:bookings:(BKNG-\w+) is scheduled", log.read_text())
    )


async def until_done(inbox: str, number: int) -> None:
    """Until so much is done, and written down: what was not would be run again after a kill."""
    async with asyncio.timeout(_PATIENCE), opened_inbox(inbox) as opened:
        while (await opened.tally(Selection(states=["done"]))).get(DONE, 0) < number:
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("proxy", [stand_in, nginx])
async def test_two_hosts_behind_a_proxy(proxy: Proxy, inbox: str, tmp_path: Path) -> None:
    """What comes twice is handled once, by whichever; when one is killed the other takes it all."""
    ports = [free_port(), free_port()]
    logs = [tmp_path / "a.log", tmp_path / "b.log"]

    async def deliver(names: list[str]) -> list[int]:
        statuses = []
        for name in names:
            body = make_event("booking.scheduled", event_id=f"EVNT-{name}", data={"id": name})
            headers = {"Oncehub-Signature": sign(body, SECRET)}
            async with session.post(PATH, data=body, headers=headers) as answer:
                statuses.append(answer.status)
        return statuses

    async with (
        host(inbox, ports[0], logs[0]) as one,
        host(inbox, ports[1], logs[1]),
        proxy(ports, tmp_path) as url,
        aiohttp.ClientSession(url) as session,
    ):
        first = [f"BKNG-{n}" for n in range(8)]
        assert await deliver(first + first) == [200] * 16
        await until_done(inbox, 8)
        one.kill()
        await one.wait()
        second = [f"BKNG-{n}" for n in range(8, 16)]
        assert await deliver(second) == [200] * 8
        await until_done(inbox, 16)
        assert set(second) <= set(handled(logs[1]))
    assert handled(*logs) == Counter(first + second)


def test_the_page_shows_the_same_proxy() -> None:
    """docs/inbox.md and the example say the same of it."""
    page = (ROOT / "docs" / "inbox.md").read_text()
    (block,) = re.findall(r"```nginx\n(.*?)```", page, re.DOTALL)
    shown = {line.strip() for line in block.splitlines()} - {"}"}
    said = {line.strip() for line in CONFIGURATION.splitlines()}
    assert {line for line in shown if line.endswith(";")} <= said

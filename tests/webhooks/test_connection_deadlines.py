"""Senders who don't go on, or don't read: cut off, and nobody else is."""

import asyncio
import contextlib
import importlib
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from harness.virtual_time import run_virtual
from oncehub_async.webhooks import MemoryInbox, Receiver, serve
from oncehub_async.webhooks._serving.connection_deadlines import ConnectionDeadlines

from .conftest import SECRET

PATH = "/webhooks/oncehub"
PATIENCE = 0.3
FOR_EVER = 60.0
"""Seconds after which a test takes it that a connection stays."""
HEAD = f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n".encode()
HEALTH = f"GET {PATH}/health HTTP/1.1\r\nHost: x\r\n\r\n".encode()

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@asynccontextmanager
async def served() -> AsyncIterator[int]:
    """A receiver as a program has it; its port."""
    receiver = Receiver(
        signing_secret=SECRET, inbox=MemoryInbox(), read_timeout=PATIENCE, drain=0.1
    )
    started: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    serving = asyncio.create_task(serve(receiver, port=0, on_start=started.set_result))
    yield int((await started).split(":")[2].split("/")[0])
    serving.cancel()
    await asyncio.wait({serving})


@asynccontextmanager
async def connected() -> AsyncIterator[Connection]:
    """A connection to one."""
    async with served() as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        yield reader, writer
        writer.close()


@asynccontextmanager
async def trickling(writer: asyncio.StreamWriter) -> AsyncIterator[None]:
    """Byte after byte without an end."""

    async def trickle() -> None:
        with contextlib.suppress(ConnectionError):
            while True:
                writer.write(b"X")
                await writer.drain()
                await asyncio.sleep(PATIENCE / 20)

    task = asyncio.create_task(trickle())
    yield
    task.cancel()


async def rest(reader: asyncio.StreamReader) -> bytes:
    """What comes until the server ends the connection, which it has to do."""
    received = b""
    async with asyncio.timeout(FOR_EVER):
        with contextlib.suppress(ConnectionResetError):
            while more := await reader.read(1_000):
                received += more
    return received


async def exchange(connection: Connection, request: bytes = HEAD + b"\r\n{}") -> bytes:
    """A whole request; the status line."""
    reader, writer = connection
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    await reader.readexactly(int(head.split(b"Content-Length: ")[1].split(b"\r\n")[0]))
    return head.split(b"\r\n")[0]


@pytest.fixture
def short_idle(monkeypatch: pytest.MonkeyPatch) -> float:
    """How long connections may rest between requests, in a test's seconds."""
    idle = PATIENCE * 5
    monkeypatch.setattr(
        importlib.import_module("oncehub_async.webhooks._serving.serve"), "_IDLE", idle
    )
    return idle


@pytest.mark.parametrize(
    ("requests", "sent"), [(0, b""), (0, b"POST"), (0, HEAD), (2, b"POST"), (2, HEAD)]
)
async def test_a_head_that_does_not_go_on_is_cut_off(requests: int, sent: bytes) -> None:
    """Also one of which nothing comes from the beginning, and one that others came before."""
    async with connected() as (reader, writer):
        for _ in range(requests):
            assert await exchange((reader, writer)) == b"HTTP/1.1 401 Unauthorized"
        writer.write(sent)
        assert await rest(reader) == b""


@pytest.mark.parametrize("requests", [0, 2])
async def test_a_head_that_comes_byte_by_byte_is_cut_off(requests: int) -> None:
    """However lively the sender is, and whatever it sent before over this connection."""
    async with connected() as (reader, writer):
        for _ in range(requests):
            assert await exchange((reader, writer)) == b"HTTP/1.1 401 Unauthorized"
        writer.write(HEAD)
        async with trickling(writer):
            assert await rest(reader) == b""


async def test_an_idle_connection_is_ended(short_idle: float) -> None:
    """After a request, when none follows for longer than proxies keep theirs."""
    async with connected() as (reader, writer):
        assert await exchange((reader, writer)) == b"HTTP/1.1 401 Unauthorized"
        began = time.monotonic()
        assert await rest(reader) == b""
        assert time.monotonic() - began > short_idle * 0.9


async def test_the_beginning_of_a_head_behind_a_request_is_cut_off(short_idle: float) -> None:
    """Nothing follows it: that can't be told from an idle connection, and ends like one."""
    async with connected() as (reader, writer):
        assert await exchange((reader, writer), HEAD + b"\r\n{}POST /x HT") == (
            b"HTTP/1.1 401 Unauthorized"
        )
        assert await rest(reader) == b""


@pytest.mark.parametrize("path", [PATH, "/elsewhere"])
async def test_a_body_that_comes_byte_by_byte_is_cut_off(path: str) -> None:
    """408, or what else is to be said, and the end; also where nobody reads the body."""
    async with connected() as (reader, writer):
        writer.write(f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 999999\r\n\r\n".encode())
        began = time.monotonic()
        async with trickling(writer):
            answer = await rest(reader)
        assert answer.startswith(b"HTTP/1.1 408" if path == PATH else b"HTTP/1.1 404")
        # aiohttp's own limit is ten seconds.
        assert time.monotonic() - began < 8.0


@asynccontextmanager
async def deaf_to(port: int) -> AsyncIterator[Callable[[bytes], Awaitable[None]]]:
    """A sender that takes next to nothing in; how it sends."""
    loop = asyncio.get_running_loop()
    with socket.socket() as sender:
        sender.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        sender.setblocking(False)
        await loop.sock_connect(sender, ("127.0.0.1", port))
        yield lambda data: loop.sock_sendall(sender, data)


async def test_a_sender_that_does_not_read_its_answers_is_cut_off() -> None:
    """However lively it asks."""
    async with served() as port, deaf_to(port) as send:
        with pytest.raises(ConnectionError):
            async with asyncio.timeout(FOR_EVER):
                while True:
                    await send(HEALTH * 1_000)
                    # While more comes, aiohttp 3.14.0 hardly gets to answering.
                    await asyncio.sleep(PATIENCE / 3)


async def test_a_connection_may_rest_between_requests() -> None:
    """For longer than a head may take; each request has its time anew, and line breaks are none."""
    async with connected() as connection:
        for after in (b"", b"\r\n", b""):
            assert await exchange(connection) == b"HTTP/1.1 401 Unauthorized"
            connection[1].write(after)
            await asyncio.sleep(PATIENCE * 2)


async def test_the_rest_of_a_body_is_no_head() -> None:
    """It comes behind the answer, where nobody waited for it; the connection rests then."""
    async with connected() as connection:
        head = b"POST /elsewhere HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n"
        assert await exchange(connection, head + b"bo") == b"HTTP/1.1 404 Not Found"
        connection[1].write(b"dy")
        await asyncio.sleep(PATIENCE * 2)
        assert await exchange(connection) == b"HTTP/1.1 401 Unauthorized"


async def test_an_unheard_of_expectation_is_a_request_as_any() -> None:
    """417; what aiohttp answers by itself is answered, and the connection may rest."""
    async with connected() as connection:
        told = await exchange(connection, HEALTH[:-2] + b"Expect: the-unexpected\r\n\r\n")
        assert told == b"HTTP/1.1 417 Expectation Failed"
        await asyncio.sleep(PATIENCE * 2)
        assert await exchange(connection, HEALTH) == b"HTTP/1.1 200 OK"


async def test_a_busy_loop_is_not_blamed_on_the_sender() -> None:
    """It may have kept everybody from reading what was sent in time."""
    async with connected() as connection:
        connection[1].write(HEAD)
        await asyncio.sleep(PATIENCE / 3)
        time.sleep(PATIENCE * 4)
        await asyncio.sleep(PATIENCE / 20)
        assert await exchange(connection, b"\r\n{}") == b"HTTP/1.1 401 Unauthorized"


class Transport(asyncio.Transport):
    """Has so many bytes unsent, less after each look by `read`; notes when it is cut."""

    unsent, read, cut_at = 60_000, 0, 0.0

    def get_write_buffer_size(self) -> int:
        self.unsent -= self.read
        return self.unsent

    def write(self, data: bytes) -> None:  # type: ignore[override]
        """Counts as sent."""

    def is_closing(self) -> bool:
        return False

    def close(self) -> None:
        """As long as something is unsent it stays."""

    def abort(self) -> None:
        self.cut_at = self.cut_at or asyncio.get_running_loop().time()


async def cut_at(transport: Transport, *, closing: bool = False, sent: bytes = b"") -> float:
    """When it is cut within five minutes, with 10 seconds of patience; 0 if it isn't.

    What is sent comes at the last moment, just before somebody looks.
    """
    loop = asyncio.get_running_loop()

    async def handle(_request: web.BaseRequest) -> web.Response:
        return web.Response()

    with contextlib.closing(ConnectionDeadlines(web.Server(handle), 10.0)) as deadlines:
        connection = deadlines.connection()
        connection.connection_made(transport)
        if closing:
            connection.force_close()
        loop.call_at(loop.time() + 12.5 - 1e-12, connection.data_received, sent)
        await asyncio.sleep(300.0)
    connection.connection_lost(None)
    return transport.cut_at


@pytest.mark.parametrize("closing", [False, True])
def test_unread_answers_have_their_time(closing: bool) -> None:
    """Up to a quarter more, and also where aiohttp thinks that the connection is closed."""
    assert 10.0 <= run_virtual(cut_at(Transport(), closing=closing)) <= 12.5


def test_a_sender_that_reads_slowly_is_left_alone() -> None:
    """As long as it reads."""
    transport = Transport()
    transport.read = 1
    assert run_virtual(cut_at(transport)) == 0.0


@pytest.mark.parametrize("sent", [b"POST", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"])
def test_a_head_has_its_time(sent: bytes) -> None:
    """Up to a quarter more; and one that is complete then is in time, before it is answered."""
    transport = Transport()
    transport.unsent = 0
    cut = run_virtual(cut_at(transport, sent=sent))
    assert (cut == 0.0) if sent.startswith(b"GET") else (10.0 <= cut <= 12.5)

"""Senders who don't get to the end of a request's head: cut off, and nobody else is."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.base_protocol import BaseProtocol
from aiohttp.test_utils import make_mocked_request

from harness.virtual_time import run_virtual
from oncehub_async.testing import make_event, sign
from oncehub_async.webhooks import MemoryInbox, Receiver, serve
from oncehub_async.webhooks.head_deadline import HeadDeadline

from .conftest import SECRET

PATH = "/webhooks/oncehub"
PATIENCE = 0.3
HEAD = f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n".encode()


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


async def dribble(writer: asyncio.StreamWriter) -> None:
    """Header bytes without an end."""
    with contextlib.suppress(ConnectionError):
        while True:
            writer.write(b"X")
            await writer.drain()
            await asyncio.sleep(PATIENCE / 20)


async def is_cut_off(reader: asyncio.StreamReader) -> bool:
    """Whether the connection ends, without an answer, instead of staying for ever."""
    async with asyncio.timeout(60):
        try:
            return await reader.read() == b""
        except ConnectionResetError:
            return True


async def exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
    """A whole request; the status line."""
    writer.write(HEAD + b"\r\n{}")
    head = await reader.readuntil(b"\r\n\r\n")
    await reader.readexactly(int(head.split(b"Content-Length: ")[1].split(b"\r\n")[0]))
    return head.split(b"\r\n")[0]


@pytest.mark.parametrize("sent", [b"", b"POST", HEAD], ids=["nothing", "a word", "some headers"])
async def test_a_sender_who_does_not_go_on_is_cut_off(sent: bytes) -> None:
    """Also one that sends nothing from the beginning."""
    async with served() as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(sent)
        assert await is_cut_off(reader)
        writer.close()


async def test_a_head_that_comes_with_the_request_before_it_is_timed() -> None:
    """It is in the same segment, and no further one follows."""
    async with served() as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(HEAD + b"\r\n{}POST /x HT")
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 401")
        async with asyncio.timeout(60):
            assert (await reader.read()).count(b"HTTP/1.1") == 0
        writer.close()


@pytest.mark.parametrize("requests", [0, 2])
async def test_headers_that_come_slowly_are_cut_off(requests: int) -> None:
    """However lively the sender is, and whatever it sent before over this connection."""
    async with served() as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in range(requests):
            assert await exchange(reader, writer) == b"HTTP/1.1 401 Unauthorized"
        writer.write(HEAD)
        dribbling = asyncio.create_task(dribble(writer))
        assert await is_cut_off(reader)
        dribbling.cancel()
        writer.close()


async def test_a_connection_that_is_kept_may_rest_between_requests() -> None:
    """For longer than a head may take; each request has its time anew."""
    async with served() as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in range(3):
            assert await exchange(reader, writer) == b"HTTP/1.1 401 Unauthorized"
            await asyncio.sleep(PATIENCE * 1.5)
        writer.close()
        body = make_event("booking.scheduled")
        headers = {"Oncehub-Signature": sign(body, SECRET)}
        async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session:
            async with session.post(PATH, data=body, headers=headers) as response:
                assert response.status == 200


class Transport(asyncio.Transport):
    """Notes when it is cut."""

    cut_at: float | None = None

    def abort(self) -> None:
        self.cut_at = asyncio.get_running_loop().time()


def connected(seconds: float = 10.0) -> tuple[HeadDeadline, Transport]:
    connection, transport = HeadDeadline(asyncio.Protocol, seconds), Transport()
    connection.connection_made(transport)
    return connection, transport


def test_the_first_head_has_its_time_from_the_connection_on() -> None:
    """A later one from its first byte; a request that runs may take as long as it wants."""

    async def main() -> tuple[Any, ...]:
        one, first = connected()
        await asyncio.sleep(8)
        one.data_received(b"POST")
        await asyncio.sleep(8)

        two, second = connected()
        two.data_received(b"POST ... a whole head")
        two.began(request(StreamReader(limit=9)))
        await asyncio.sleep(120)
        two.ended()
        await asyncio.sleep(60)
        assert second.cut_at is None
        two.data_received(b"POST")
        for _ in range(4):
            await asyncio.sleep(4)
            two.data_received(b"X")
        return first.cut_at, second.cut_at

    assert run_virtual(main()) == (10.0, 16.0 + 180.0 + 10.0)


class StreamReader(aiohttp.StreamReader):
    """A body of so many bytes, of which nothing has come yet."""

    def __init__(self, limit: int) -> None:
        protocol = BaseProtocol(asyncio.get_running_loop())
        super().__init__(protocol, limit)
        self.left = limit

    def take(self, data: bytes) -> None:
        """What a parser does with its bytes."""
        part = data[: self.left]
        if not part:
            return
        self.feed_data(part)
        self.left -= len(part)
        if not self.left:
            self.feed_eof()


def request(body: aiohttp.StreamReader, **headers: str) -> web.Request:
    return make_mocked_request("POST", PATH, headers=headers, payload=body)


class Parser(asyncio.Protocol):
    """aiohttp's part: gives the bytes after a head to the body."""

    def __init__(self, body: StreamReader) -> None:
        self.body = body

    def data_received(self, data: bytes) -> None:
        head, end, rest = data.partition(b"\r\n\r\n")
        self.body.take(rest if end else head)


@pytest.mark.parametrize(
    ("first", "meanwhile", "cut"),
    [
        (b"POST ...\r\n\r\nbody", [], None),
        (b"POST ...\r\n\r\nbody\r\n", [], None),
        (b"POST ...\r\n\r\nbodyPOST /x HT", [], 30.0 + 10.0),
        (b"POST ...\r\n\r\nbo", [b"dy"], None),
        (b"POST ...\r\n\r\nbo", [b"d", b"yPOST"], 30.0 + 10.0),
        (b"POST ...\r\n\r\nbody", [b"POST"], 30.0 + 10.0),
        (b"POST ...\r\n\r\nbody", [b"\r\n"], None),
    ],
)
def test_a_head_that_begins_while_a_request_is_answered(
    first: bytes, meanwhile: list[bytes], cut: float | None
) -> None:
    """It has its time from the answer on; the rest of the body is no head, nor is a line break."""

    async def main() -> float | None:
        body = StreamReader(limit=4)
        connection, transport = HeadDeadline(lambda: Parser(body), 10.0), Transport()
        connection.connection_made(transport)
        connection.data_received(first)
        connection.began(request(body))
        for data in meanwhile:
            connection.data_received(data)
        await asyncio.sleep(30.0)
        connection.ended()
        await asyncio.sleep(60.0)
        return transport.cut_at

    assert run_virtual(main()) == cut


def test_what_is_complete_is_not_timed() -> None:
    """The next request came while the one before it was answered, and begins after that."""

    async def main() -> float | None:
        connection, transport = connected()
        connection.data_received(b"POST ...\r\n\r\nPOST ...\r\n\r\nPOST ...\r\n\r\n")
        for _ in range(3):
            connection.began(request(aiohttp.streams.EMPTY_PAYLOAD))
            connection.ended()
        await asyncio.sleep(60.0)
        return transport.cut_at

    assert run_virtual(main()) is None


def test_what_comes_after_the_answer_may_still_be_the_body() -> None:
    """Of a request to another path, say, whose body nobody waited for; line breaks may follow."""

    async def main() -> tuple[Any, ...]:
        body = StreamReader(limit=4)
        connection, transport = HeadDeadline(lambda: Parser(body), 10.0), Transport()
        connection.connection_made(transport)
        connection.data_received(b"POST ...\r\n\r\n")
        connection.began(request(body))
        connection.ended()
        for data in (b"bo", b"dy", b"\r\n"):
            await asyncio.sleep(20.0)
            connection.data_received(data)
        await asyncio.sleep(20.0)
        assert transport.cut_at is None
        connection.data_received(b"P")
        await asyncio.sleep(20.0)

        chunked = StreamReader(limit=4)
        second, other = HeadDeadline(lambda: Parser(chunked), 10.0), Transport()
        second.connection_made(other)
        second.data_received(b"POST ...\r\n\r\n4\r\n")
        second.began(request(chunked, **{"Transfer-Encoding": "chunked"}))
        second.ended()
        second.data_received(b"body\r\n0\r\n\r\n")
        await asyncio.sleep(20.0)
        return transport.cut_at, other.cut_at

    assert run_virtual(main()) == (80.0 + 10.0, None)


def test_a_sender_that_does_not_read_its_answers_is_cut_off() -> None:
    """Unless it reads on in time; aiohttp is told of both, to write no more meanwhile."""

    async def main() -> float | None:
        writer = Writer()
        connection, transport = HeadDeadline(lambda: writer, 10.0), Transport()
        connection.connection_made(transport)
        connection.began(request(aiohttp.streams.EMPTY_PAYLOAD))
        for _ in range(2):
            connection.pause_writing()
            await asyncio.sleep(8.0)
            connection.resume_writing()
        assert writer.told == ["pause", "resume"] * 2
        connection.pause_writing()
        await asyncio.sleep(60.0)
        return transport.cut_at

    assert run_virtual(main()) == 26.0


class Writer(asyncio.Protocol):
    """Notes what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def pause_writing(self) -> None:
        self.told.append("pause")

    def resume_writing(self) -> None:
        self.told.append("resume")


def test_a_connection_that_ended_is_left_alone() -> None:
    """Its timer goes with it."""

    async def main() -> float | None:
        connection, transport = connected()
        connection.pause_writing()
        connection.connection_lost(None)
        await asyncio.sleep(60)
        return transport.cut_at

    assert run_virtual(main()) is None


async def test_a_busy_loop_is_not_blamed_on_the_sender() -> None:
    """What it sent in time may be unread: it gets its time once more."""
    _, transport = connected(0.1)
    time.sleep(0.5)
    await asyncio.sleep(0.01)
    assert transport.cut_at is None
    while transport.cut_at is None:
        await asyncio.sleep(0.01)

"""A signed body that is too large to be an event is kept; what isn't signed takes bounded room."""

import asyncio
import contextlib
import gc
import io
import os
import sys
import threading
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from oncehub_async._ground import LARGE
from oncehub_async.errors import ConfigurationError
from oncehub_async.testing import sign
from oncehub_async.webhooks import (
    ArrivingBody,
    Event,
    MemoryInbox,
    Receiver,
    Refusal,
    SQLiteInbox,
)
from oncehub_async.webhooks._accepting.bodies import (
    _ROOM_IN_MEMORY,
    LARGEST_KEPT,
    BodyRoom,
    looked_at,
)

from .conftest import SECRET
from .test_adapters import ADAPTERS, PATH, Adapter

MIB = 1024 * 1024
adapters = pytest.mark.parametrize("adapter", ADAPTERS, ids=lambda each: each.__name__)


def large(size: int = 20 * MIB) -> bytes:
    """A body whose every part is another one."""
    return b"".join(b"%015d " % number for number in range(size // 16))


def name_of(body: bytes) -> str:
    """What tells bodies apart, and is short."""
    return sha256(body).hexdigest()


async def in_pieces(body: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(body), MIB):
        yield body[start : start + MIB]


def open_files() -> int:
    gc.collect()
    return len(os.listdir("/proc/self/fd"))


@adapters
async def test_what_is_signed_is_kept_and_handled_however_large(
    adapter: Adapter, caplog: pytest.LogCaptureFixture
) -> None:
    """Beyond 16 MiB too: answered 2xx, once; another's is refused, and nothing of it is left."""
    receiver = Receiver(signing_secret=SECRET, inbox=MemoryInbox(), drain=1.0)
    kept = list[str]()

    @receiver.on("*")
    async def everything(event: Event) -> None:
        assert event.type == "unreadable"
        kept.append(name_of(event.body))

    body = large()
    good, forged = sign(body, SECRET), sign(body, "another")
    async with adapter(receiver) as url, aiohttp.ClientSession(url) as session:
        for sent, value, status in (
            (io.BytesIO(body), good, 200),
            (in_pieces(body), good, 200),
            (io.BytesIO(body), forged, 401),
            (in_pieces(body[:-1] + b"x"), good, 401),
        ):
            headers = {"Oncehub-Signature": value}
            async with session.post(PATH, data=sent, headers=headers) as response:
                assert response.status == status
        await receiver.idle()
    assert kept == [name_of(body)]
    assert "20,971,520 bytes, and max_body is 1,048,576; it is kept as UNREADABLE-" in caplog.text
    assert receiver.refusals == {Refusal.MISMATCH: 2}
    assert receiver._intake.room.taken == receiver._intake.room.in_memory == 0


@adapters
async def test_beyond_what_is_kept_the_bound_is_named(
    adapter: Adapter, caplog: pytest.LogCaptureFixture
) -> None:
    """It can be set; a length that says too much is refused before anything is read."""
    inbox = MemoryInbox()
    receiver = Receiver(signing_secret=SECRET, inbox=inbox, max_kept=3 * MIB, drain=1.0)
    body = large(3 * MIB + 16)
    headers = {"Oncehub-Signature": sign(body, SECRET)}
    async with adapter(receiver) as url, aiohttp.ClientSession(url) as session:
        with contextlib.suppress(aiohttp.ClientConnectionError):
            async with session.post(PATH, data=io.BytesIO(body), headers=headers) as response:
                assert response.status == 413
    assert "max_kept" in caplog.text
    assert receiver.refusals == {Refusal.TOO_LARGE: 1}


@pytest.mark.parametrize("size", [0, -1, "64MB", 1.5, None, True])
def test_the_bound_is_a_number(size: Any) -> None:
    """By its name."""
    with pytest.raises(ConfigurationError, match="max_kept"):
        Receiver(signing_secret=SECRET, inbox=MemoryInbox(), max_kept=size)


async def test_it_comes_back_from_a_file_as_it_came(tmp_path: Path) -> None:
    """Given as bytes too."""
    inbox = SQLiteInbox(tmp_path / "inbox.db")
    body = large(40 * MIB)
    async with Receiver(signing_secret=SECRET, inbox=inbox) as receiver:
        told = await receiver.receive({"Oncehub-Signature": sign(body, SECRET)}, body)
        assert told.status == 200
        (event,) = await inbox.received(0.0)
        assert name_of(event.body) == name_of(body)


class WatchedInbox(MemoryInbox):
    """Knows how many bodies it was given at once."""

    def __init__(self) -> None:
        super().__init__()
        self.at_once, self.most, self.small = 0, 0, asyncio.Event()

    async def put(self, event: Any, handlers: Any) -> bool:
        if len(event.body) <= LARGE:
            self.small.set()
            return await super().put(event, handlers)
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        await self.small.wait()
        self.at_once -= 1
        return await super().put(event, handlers)


async def test_one_large_body_at_a_time_is_in_memory() -> None:
    """The others wait in their files, and hold up no event."""
    inbox = WatchedInbox()
    async with Receiver(signing_secret=SECRET, inbox=inbox) as receiver:

        async def deliver(body: bytes) -> int:
            headers = {"Oncehub-Signature": sign(body, SECRET)}
            arriving = receiver.admit(headers)
            assert isinstance(arriving, ArrivingBody)
            with arriving:
                async for part in in_pieces(body):
                    assert arriving.add(part) is None
                return (await receiver.receive(headers, arriving)).status

        many = [asyncio.ensure_future(deliver(large(2 * MIB + 16 * n))) for n in range(5)]
        while not inbox.at_once:
            await asyncio.sleep(0.001)
        assert await deliver(b'{"id":"EVNT-1","type":"booking.canceled"}') == 200
        assert await asyncio.gather(*many) == [200] * 5
    assert inbox.most == 1


async def test_what_takes_long_is_done_in_a_thread() -> None:
    """And what doesn't, isn't: that would take longer."""
    here = threading.get_ident()
    for body, is_here in ((b"x" * LARGE, True), (b"x" * (LARGE + 1), False)):
        arriving = ArrivingBody(BodyRoom(LARGEST_KEPT), LARGEST_KEPT)
        arriving.add(body)
        for each in (body, arriving):
            thread, size = await looked_at(each, lambda raw: (threading.get_ident(), len(raw)))
            assert ((thread == here), size) == (is_here, len(body))


@pytest.mark.skipif(sys.platform != "linux", reason="open files are counted in /proc")
def test_many_that_arrive_share_the_memory_and_the_rest_goes_to_files() -> None:
    """Bounded in both; what they held is given back, and the files are closed."""
    files = open_files()
    room, part = BodyRoom(LARGEST_KEPT), b"x" * (900 * 1024)
    bodies = [ArrivingBody(room, LARGEST_KEPT) for _ in range(200)]
    told = [body.add(part) for body in bodies]
    in_memory = sum(bool(body._parts) for body in bodies)
    assert (in_memory - 1) * len(part) < room.in_memory <= _ROOM_IN_MEMORY
    assert set(told) == {None, Refusal.OVERLOADED}
    kept = [body for body, refusal in zip(bodies, told, strict=True) if refusal is None]
    assert room.taken <= room.most
    assert open_files() - files == len(kept) - in_memory > 0
    assert {name_of(body.whole()) for body in kept} == {name_of(part)}
    for body in bodies:
        with body:
            pass
    assert (room.taken, room.in_memory) == (0, 0)
    del body, bodies, kept
    assert open_files() == files


def test_a_file_that_cannot_be_written_is_no_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk is full: 503, and OnceHub tries again."""

    def full(_descriptor: int, _part: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("oncehub_async.webhooks._accepting.bodies.os.write", full)
    with ArrivingBody(BodyRoom(LARGEST_KEPT), LARGEST_KEPT) as body:
        assert body.add(b"x" * LARGE) is None
        assert body.add(b"x") is Refusal.OVERLOADED

"""A crowd of senders: what waits is bounded, and so is what is kept for those who send no header."""

import asyncio
import contextlib
import io
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from benchmarks.receiver_overload import peak, stopping
from oncehub_async.errors import ConfigurationError
from oncehub_async.testing import make_event, sign
from oncehub_async.webhooks import ArrivingBody, MemoryInbox, Receiver
from oncehub_async.webhooks._accepting.bodies import LARGEST_KEPT, BodyRoom
from oncehub_async.webhooks._accepting.refusals import Refusal

from .conftest import SECRET
from .test_adapters import ADAPTERS, PATH, Adapter

adapters = pytest.mark.parametrize("adapter", ADAPTERS, ids=lambda each: each.__name__)


class SlowInbox(MemoryInbox):
    """Keeps nothing until it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.go, self.held = asyncio.Event(), 0

    async def put(self, event: Any, handlers: Any) -> bool:
        self.held += 1
        await self.go.wait()
        return await super().put(event, handlers)


def delivery(number: int) -> dict[str, Any]:
    body = make_event("booking.canceled", event_id=f"EVNT-{number}")
    return {"data": body, "headers": {"Oncehub-Signature": sign(body, SECRET)}}


@adapters
async def test_beyond_a_bound_nobody_waits(adapter: Adapter) -> None:
    """503 with Retry-After at once, signed or not; who waits already is accepted."""
    inbox = SlowInbox()
    receiver = Receiver(signing_secret=SECRET, inbox=inbox, max_waiting=3, drain=1.0)
    async with adapter(receiver) as url, aiohttp.ClientSession(url) as session:
        waiting = [asyncio.ensure_future(session.post(PATH, **delivery(n))) for n in range(3)]
        while inbox.held < 3:
            await asyncio.sleep(0.01)
        for number in range(3, 5):
            async with session.post(PATH, **delivery(number)) as response:
                assert response.status == 503
                assert int(response.headers["Retry-After"]) > 0
        assert receiver.refusals[Refusal.OVERLOADED] == 2
        inbox.go.set()
        assert [each.status for each in await asyncio.gather(*waiting)] == [200] * 3
        async with session.post(PATH, **delivery(3)) as response:
            assert response.status == 200


async def test_the_bound_holds_without_an_adapter_too() -> None:
    """Whoever calls `receive` gets the same answer."""
    inbox = SlowInbox()
    async with Receiver(signing_secret=SECRET, inbox=inbox, max_waiting=1) as subject:

        async def receive(number: int) -> Any:
            sent = delivery(number)
            return await subject.receive(sent["headers"], sent["data"])

        first = asyncio.ensure_future(receive(1))
        while not inbox.held:
            await asyncio.sleep(0)
        told = await receive(2)
        assert (told.status, told.retry_after) == (503, 10)
        inbox.go.set()
        assert (await first).status == 200


def test_the_bound_is_a_number() -> None:
    """By its name."""
    with pytest.raises(ConfigurationError, match="max_waiting"):
        Receiver(signing_secret=SECRET, inbox=MemoryInbox(), max_waiting=0)


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
@pytest.mark.parametrize(("signature", "most"), [(None, 100), ("fresh", 150)])
async def test_senders_without_a_signature_cost_little_memory(
    tmp_path: Path, signature: str | None, most: float
) -> None:
    """Of 300 who send nearly 1 MiB each nothing is kept; of made-up headers little."""
    if signature is not None:
        signature = f"t={int(time.time())},s={'0' * 64}"
    command = [sys.executable, "-m", "benchmarks.receiver_servers", "served_sqlite"]
    process = subprocess.Popen(
        [*command, str(tmp_path / "inbox.db")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        before = peak(process.pid)
        await stopping(port, signature, senders=300, seconds=1.0)
        assert peak(process.pid) - before < most
    finally:
        process.communicate()


@pytest.mark.parametrize("is_chunked", [True, False])
@adapters
async def test_what_is_signed_and_too_large_is_kept_as_it_came(
    adapter: Adapter, is_chunked: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """2xx, for OnceHub would switch the webhook off; wrongly signed it is refused."""
    inbox = MemoryInbox()
    receiver = Receiver(signing_secret=SECRET, inbox=inbox, max_body=10_000, drain=1.0)
    kept = list[bytes]()

    @receiver.on("*")
    async def everything(event: Any) -> None:
        assert event.type == "unreadable"
        kept.append(event.body)

    body = make_event("booking.canceled").ljust(3_000_000)
    value = sign(body, SECRET)
    async with adapter(receiver) as url, aiohttp.ClientSession(url) as session:
        for headers, status in (
            ({"Oncehub-Signature": value}, 200),
            ({"Oncehub-Signature": value}, 200),
            ({"Oncehub-Signature": value[:-4] + "0000"}, 401),
        ):
            sent: Any = in_pieces(body) if is_chunked else io.BytesIO(body)
            async with session.post(PATH, data=sent, headers=headers) as response:
                assert response.status == status
        await receiver.idle()
    assert kept == [body]
    assert "3,000,000 bytes, and max_body is 10,000; it is kept as UNREADABLE-" in caplog.text


@adapters
async def test_even_what_looks_signed_has_a_limit(adapter: Adapter) -> None:
    """Said before it comes, or found out while it does: 413, and the connection ends."""
    receiver = Receiver(signing_secret=SECRET, inbox=MemoryInbox(), drain=1.0)
    headers = {"Oncehub-Signature": sign(b"", SECRET)}
    async with adapter(receiver) as url, aiohttp.ClientSession(url) as session:
        for sent in (io.BytesIO(b"x" * (LARGEST_KEPT + 1)), in_pieces(b"x" * (LARGEST_KEPT + 1))):
            with contextlib.suppress(aiohttp.ClientConnectionError):
                async with session.post(PATH, data=sent, headers=headers) as response:
                    assert response.status == 413
    assert receiver.refusals == {Refusal.TOO_LARGE: 2}


async def in_pieces(body: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(body), 100_000):
        yield body[start : start + 100_000]


def test_bodies_that_arrive_share_a_room() -> None:
    """What is small asks for none; what has arrived gives its own back."""
    room = BodyRoom(1)
    with ArrivingBody(room, LARGEST_KEPT) as first, ArrivingBody(room, LARGEST_KEPT) as second:
        assert first.add(b"x" * LARGEST_KEPT) is None
        assert second.add(b"x" * LARGEST_KEPT) is None
        with ArrivingBody(room, LARGEST_KEPT) as third:
            assert third.add(b"x" * 16_000) is None
            assert third.add(b"x" * 40_000) is Refusal.OVERLOADED
    assert room.taken == 0
    assert first.whole() == b"x" * LARGEST_KEPT

"""The receiver in threads and event loops that it wasn't opened in."""

import asyncio
import functools
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
import pytest

from oncehub_async import ClientStateError
from oncehub_async.testing import make_event, sign
from oncehub_async.webhooks import Event, Receiver, ReceiverApp, Refusal, SQLiteInbox, serve

from .conftest import SECRET, deliver
from .test_adapters import PATH, _uvicorn_runs

T = TypeVar("T")


class Loop:
    """An event loop in a thread of its own."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(10.0)

    def end(self) -> None:
        if self.thread.is_alive():
            self.loop.call_soon_threadsafe(self.loop.stop)
            self.thread.join()
        self.loop.close()


@contextmanager
def loop_in_a_thread() -> Iterator[Loop]:
    other = Loop()
    other.thread.start()
    try:
        yield other
    finally:
        other.end()


@pytest.fixture
def seen() -> list[str]:
    return []


@pytest.fixture
def receiver(tmp_path: Path, seen: list[str]) -> Receiver:
    async def provider() -> str:
        return SECRET

    made = Receiver(
        signing_secret=provider,
        inbox=SQLiteInbox(tmp_path / "inbox.db"),
        read_timeout=1.0,
        drain=0.1,
    )

    @made.on("*", name="handler")
    async def handler(event: Event) -> None:
        seen.append(event.id)

    return made


@functools.cache
def body_of(number: int) -> bytes:
    return make_event("booking.scheduled", event_id=f"EVNT-{number}")


def test_one_loop_after_the_other(receiver: Receiver, seen: list[str]) -> None:
    """As tests and scripts have them: opened and closed in each."""

    async def once(number: int) -> None:
        async with receiver:
            assert (await deliver(receiver, body_of(number))).status == 200
            assert (await deliver(receiver, b"{}", at=0.0)).status == 401
            await receiver.idle()

    for number in range(3):
        asyncio.run(once(number))
    assert seen == ["EVNT-0", "EVNT-1", "EVNT-2"]


def test_all_is_handed_over_to_the_loop_in_which_it_was_opened(
    receiver: Receiver, seen: list[str]
) -> None:
    """Deliveries, waiting, closing: a web server's threads may each have a loop."""

    async def elsewhere(number: int) -> None:
        for _ in range(2):
            assert (await deliver(receiver, body_of(number))).status == 200
        await receiver.idle()

    with loop_in_a_thread() as other:
        other.run(receiver.open())
        threads = [
            threading.Thread(target=asyncio.run, args=(elsewhere(number),)) for number in range(3)
        ]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        assert sorted(seen) == ["EVNT-0", "EVNT-1", "EVNT-2"]
        assert receiver.readiness().status == 200
        asyncio.run(receiver.close())
        assert receiver.readiness().status == 503
    assert receiver.refusals == {}


def test_a_loop_that_has_ended_is_told_of(
    receiver: Receiver, seen: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    """503 and not ready, with the remedy; once it is closed it may be opened again."""
    asyncio.run(receiver.open())
    caplog.clear()

    async def later() -> None:
        assert (await deliver(receiver, body_of(1))).status == 503
        assert receiver.refusals == {Refusal.OTHER_LOOP: 1}
        assert "has ended or stands still: open it in one that runs" in caplog.text
        assert receiver.readiness().status == 503
        with pytest.raises(ClientStateError, match="has ended"):
            await receiver.idle()
        with pytest.raises(ClientStateError, match=r"has ended.*close\(\)"):
            await receiver.open()
        await receiver.close()
        async with receiver:
            assert (await deliver(receiver, body_of(1))).status == 200
            await receiver.idle()

    asyncio.run(later())
    assert seen == ["EVNT-1"]


def test_a_loop_that_stands_still_is_told_of(receiver: Receiver, seen: list[str]) -> None:
    """As between two `run_until_complete`."""
    loop = asyncio.new_event_loop()
    loop.run_until_complete(receiver.open())

    async def meanwhile() -> None:
        assert (await deliver(receiver, body_of(1))).status == 503
        assert receiver.refusals == {Refusal.OTHER_LOOP: 1}
        assert receiver.readiness().status == 503
        with pytest.raises(ClientStateError, match="stands still"):
            await receiver.close()

    asyncio.run(meanwhile())
    assert loop.run_until_complete(deliver(receiver, body_of(1))).status == 200
    loop.run_until_complete(receiver.close())
    loop.close()


def test_a_loop_that_ends_in_the_middle(receiver: Receiver) -> None:
    """Whoever waits is answered, and isn't taken for cancelled."""

    async def never(*_: object) -> bool:
        await asyncio.sleep(60.0)
        raise AssertionError

    async def cancel_all() -> None:
        for task in asyncio.all_tasks():
            if task is not asyncio.current_task():
                task.cancel()

    async def meanwhile(other: Loop) -> None:
        waiting = asyncio.create_task(deliver(receiver, body_of(1)))
        await asyncio.sleep(0.1)
        await asyncio.to_thread(other.run, cancel_all())
        assert (await waiting).status == 503

    with loop_in_a_thread() as other:
        other.run(receiver.open())
        put, receiver.inbox.put = receiver.inbox.put, never  # type: ignore[method-assign,assignment]
        asyncio.run(meanwhile(other))
        receiver.inbox.put = put  # type: ignore[method-assign]
        assert receiver.refusals == {Refusal.OTHER_LOOP: 1}
        other.run(receiver.close())


async def test_a_sender_that_gives_up_is_cancelled(receiver: Receiver) -> None:
    """Its own cancellation is no answer."""

    async def never(*_: object) -> bool:
        await asyncio.sleep(60.0)
        raise AssertionError

    with loop_in_a_thread() as other:
        await asyncio.to_thread(other.run, receiver.open())
        put, receiver.inbox.put = receiver.inbox.put, never  # type: ignore[method-assign,assignment]
        waiting = asyncio.create_task(deliver(receiver, body_of(1)))
        await asyncio.sleep(0.05)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        receiver.inbox.put = put  # type: ignore[method-assign]
        await receiver.close()
    assert receiver.refusals == {}


async def test_serve_in_a_thread(receiver: Receiver, seen: list[str]) -> None:
    """Where signals don't reach: it serves until its task is cancelled, and closes the inbox."""
    urls: asyncio.Queue[str] = asyncio.Queue()
    here = asyncio.get_running_loop()

    def started(url: str) -> None:
        here.call_soon_threadsafe(urls.put_nowait, url)

    with loop_in_a_thread() as other:
        serving = asyncio.run_coroutine_threadsafe(
            serve(receiver, port=0, on_start=started), other.loop
        )
        url = await urls.get()
        async with aiohttp.ClientSession() as session:
            headers = {"Oncehub-Signature": sign(body_of(1), SECRET)}
            async with session.post(url, data=body_of(1), headers=headers) as response:
                assert response.status == 200
        assert (await deliver(receiver, body_of(2))).status == 200
        await receiver.idle()
        serving.cancel()
        while receiver.readiness().status == 200:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.2)
    assert sorted(seen) == ["EVNT-1", "EVNT-2"]


async def test_a_server_without_lifespan_whose_receiver_is_open_in_a_thread(
    receiver: Receiver, seen: list[str]
) -> None:
    """It receives."""
    with loop_in_a_thread() as other:
        await asyncio.to_thread(other.run, receiver.open())
        application = ReceiverApp(receiver)

        async def only_http(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] == "lifespan":
                raise RuntimeError("this server has none")
            await application(scope, receive, send)

        async with _uvicorn_runs(only_http) as url, aiohttp.ClientSession(url) as session:
            headers = {"Oncehub-Signature": sign(body_of(1), SECRET)}
            async with session.post(PATH, data=body_of(1), headers=headers) as response:
                assert response.status == 200
        await receiver.idle()
        await receiver.close()
    assert seen == ["EVNT-1"]

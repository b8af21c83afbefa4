"""A client belongs to the event loop in which it was opened: it works there, and says so elsewhere."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import aiohttp
import pytest

from oncehub_async import ClientStateError, OnceHub, RetryPolicy

BODY = b'{"object":"list","has_more":false,"data":[{"id":"BKNG-1"}],"id":"BKNG-1"}'
LONGEST = 20.0


class Answers(BaseHTTPRequestHandler):
    """The same to everybody. No connection outlives the loop in which it was made."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(BODY)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(BODY)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing of it."""


@pytest.fixture
def url() -> Iterator[str]:
    """A service in a thread: it outlives event loops."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/v2"
        server.shutdown()
        thread.join()


def client(url: str, **settings: Any) -> OnceHub:
    return OnceHub("key", base_url=url, retry=RetryPolicy(attempts=1), **settings)


def run(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(asyncio.wait_for(work, LONGEST))


async def one(oncehub: OnceHub) -> str:
    return (await oncehub.bookings.get("BKNG-1")).id


async def many(oncehub: OnceHub) -> str:
    return (await oncehub.bookings.list().collect())[0].id


async def any_request(oncehub: OnceHub) -> str:
    return str((await oncehub.request("GET", "/bookings/BKNG-1"))["id"])


CALLS = pytest.mark.parametrize("call", [one, many, any_request])
Call = Callable[[OnceHub], Awaitable[str]]


@CALLS
def test_in_one_loop_after_the_other(url: str, call: Call) -> None:
    """What is left of it can be closed in any."""
    oncehub = client(url)

    async def open_and_call() -> str:
        await oncehub.open()
        return await call(oncehub)

    async def again() -> str:
        return await call(oncehub)

    assert run(open_and_call()) == "BKNG-1"
    with pytest.raises(ClientStateError, match="another event loop; open one of its own"):
        run(again())
    run(oncehub.close())
    with pytest.raises(ClientStateError, match="is closed"):
        run(again())


@CALLS
async def test_from_a_thread(url: str, call: Call) -> None:
    """Calling and closing are refused there; here it goes on."""
    async with client(url) as oncehub:

        async def elsewhere() -> str:
            return await call(oncehub)

        works: list[Callable[[], Coroutine[Any, Any, Any]]] = [elsewhere, oncehub.close]
        for work in works:
            with pytest.raises(ClientStateError, match="another event loop"):
                await asyncio.to_thread(run, work())
        assert await call(oncehub) == "BKNG-1"


@CALLS
def test_made_outside_of_any_loop(url: str, call: Call) -> None:
    """Many programs make one at the top of a module, and open it later; each run has its own."""
    for _ in range(2):
        oncehub = client(url)

        async def work(oncehub: OnceHub = oncehub) -> str:
            async with oncehub:
                return await call(oncehub)

        assert run(work()) == "BKNG-1"
        with pytest.raises(ClientStateError, match="was opened before; make a new one"):
            run(work())


async def test_one_in_each_thread(url: str) -> None:
    """They share what the limits allow, and nothing else."""

    async def work() -> str:
        async with client(url) as oncehub:
            return await one(oncehub)

    async with asyncio.timeout(LONGEST):
        runs = [asyncio.to_thread(run, work()) for _ in range(4)]
        assert await asyncio.gather(*runs) == ["BKNG-1"] * 4


def test_a_session_of_another_loop_is_refused_when_the_client_is_opened(url: str) -> None:
    """Where its loop runs, in another thread or no more."""

    async def make() -> aiohttp.ClientSession:
        return aiohttp.ClientSession()

    async def use(session: aiohttp.ClientSession) -> None:
        with pytest.raises(ClientStateError, match="session that was passed in belongs to another"):
            await client(url, session=session).open()
        await session.close()

    run(use(run(make())))


async def test_an_own_session_of_this_loop_is_used(url: str) -> None:
    """And stays open."""
    async with aiohttp.ClientSession() as session:
        async with client(url, session=session) as oncehub:
            assert await one(oncehub) == "BKNG-1"
        assert not session.closed

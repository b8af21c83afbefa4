"""What the network can do to a request, on real sockets, and the error that it becomes."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import trustme

from oncehub_async import (
    ConfigurationError,
    ConnectError,
    ConnectionLostError,
    InvalidResponseError,
    OnceHub,
    OutcomeUnknownError,
    RequestAttempt,
    RequestError,
    RequestTimeoutError,
    RetryPolicy,
    ServerError,
    UnexpectedStatusError,
)
from oncehub_async._http.transport import LARGEST_BODY

from ..loopback import DROP, ENDLESS, HANG, Send, Server, answer, error, serving

ONE_TRY = RetryPolicy(attempts=1, attempt_timeout=2.0)
BOOKING = answer(200, {"id": "BKNG-1"})
TRUNCATED = answer(200, b'{"id": "BKNG', {"Content-Length": "100"}, close=True)


def client(server: Server, retry: RetryPolicy = ONE_TRY, **settings: Any) -> OnceHub:
    return OnceHub("test-key", base_url=server.url, retry=retry, **settings)


@contextlib.asynccontextmanager
async def closed_port() -> AsyncIterator[str]:
    """An address where nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}/v2"


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        (DROP, ConnectionLostError),
        (TRUNCATED, ConnectionLostError),
        (Send(b"HTTP/1.1 200 OK\r\nContent-Le", close=True), ConnectionLostError),
        (Send(b"this is not HTTP\r\n\r\n", close=True), InvalidResponseError),
        (answer(200, b"<html>maintenance</html>"), InvalidResponseError),
        (answer(200, b""), InvalidResponseError),
        (answer(200, b'{"id": "BK'), InvalidResponseError),
        (answer(200, b'{"id": "\xff\xfe"}'), InvalidResponseError),
        (answer(200, b"[" * 100_000), InvalidResponseError),
        (answer(302, b"", {"Location": "https://elsewhere.example/"}), UnexpectedStatusError),
        (answer(502, b"<html>bad gateway</html>"), ServerError),
        (answer(500, b"\xff\xfe"), ServerError),
        (answer(503, b""), ServerError),
    ],
)
async def test_every_kind_of_broken_answer_is_mapped(
    step: Send, expected: type[RequestError]
) -> None:
    """No error of aiohttp, json or the codecs gets out; ours name method and path."""
    async with serving(step) as server, client(server) as oncehub:
        with pytest.raises(expected) as caught:
            await oncehub.bookings.get("BKNG-1")
    assert (caught.value.method, caught.value.path) == ("GET", "/bookings/BKNG-1")
    assert caught.value.__cause__ is None


async def test_no_answer_in_time() -> None:
    """An attempt has a time-out of its own."""
    async with serving(HANG) as server:
        async with client(server, RetryPolicy(attempts=1, attempt_timeout=0.2)) as oncehub:
            with pytest.raises(RequestTimeoutError):
                await oncehub.bookings.get("BKNG-1")


async def test_a_body_that_does_not_end_in_time() -> None:
    """Reading the body is under the same time-out."""
    stuck = answer(200, b"{", {"Content-Length": "10"}, hang=True)
    async with serving(stuck) as server:
        async with client(server, RetryPolicy(attempts=1, attempt_timeout=0.2)) as oncehub:
            with pytest.raises(RequestTimeoutError):
                await oncehub.bookings.get("BKNG-1")


async def test_an_endless_body_is_cut_off() -> None:
    """An answer can't fill the memory."""
    async with serving(ENDLESS) as server:
        async with client(server, RetryPolicy(attempts=1, attempt_timeout=60)) as oncehub:
            with pytest.raises(InvalidResponseError, match=f"{LARGEST_BODY // 2**20} MiB"):
                await oncehub.bookings.get("BKNG-1")


async def test_nobody_listens() -> None:
    """Nothing was sent, so even a change is tried again and ends in a plain ConnectError."""
    retry = RetryPolicy(attempts=3, first_delay=0.01)
    seen: list[RequestAttempt] = []
    async with closed_port() as url:
        async with OnceHub("k", base_url=url, retry=retry, on_attempt=seen.append) as oncehub:
            with pytest.raises(ConnectError):
                await oncehub.bookings.cancel("BKNG-1")
    assert [attempt.error for attempt in seen] == ["ConnectError"] * 3


def server_tls(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


async def test_an_untrusted_certificate_is_not_tried_again() -> None:
    """Another try can't make it trusted."""
    seen: list[RequestAttempt] = []
    async with serving(BOOKING, tls=server_tls(trustme.CA())) as server:
        async with client(server, RetryPolicy(attempts=3), on_attempt=seen.append) as oncehub:
            with pytest.raises(ConnectError):
                await oncehub.bookings.get("BKNG-1")
    assert len(seen) == 1


async def test_a_tls_context_of_the_callers_own() -> None:
    """A company's own authority is trusted where the caller says so."""
    authority = trustme.CA()
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    async with serving(BOOKING, tls=server_tls(authority)) as server:
        async with client(server, ssl=trusting) as oncehub:
            assert (await oncehub.bookings.get("BKNG-1")).id == "BKNG-1"


async def test_a_proxy_that_refuses() -> None:
    """The proxy's answer to CONNECT is no answer of the service."""
    async with serving(answer(407)) as proxy:
        address = proxy.url.removesuffix("/v2")
        seen: list[RequestAttempt] = []
        async with OnceHub(
            "k",
            base_url="https://api.oncehub.invalid/v2",
            proxy=address,
            retry=RetryPolicy(attempts=3),
            on_attempt=seen.append,
        ) as oncehub:
            with pytest.raises(ConnectError, match="proxy answered 407"):
                await oncehub.bookings.get("BKNG-1")
        assert len(seen) == 1


@pytest.mark.parametrize("method", ["get", "delete"])
async def test_aiohttp_does_not_resend_behind_our_back(method: str) -> None:
    """A kept-alive connection that dies costs an attempt that budget and hook see."""
    seen: list[RequestAttempt] = []
    retry = RetryPolicy(attempts=2, first_delay=0.01)
    async with serving(BOOKING, DROP, BOOKING) as server:
        async with client(server, retry, on_attempt=seen.append) as oncehub:
            await oncehub.contacts.get("CTC-1")
            await getattr(oncehub.contacts, method)("CTC-1")
        assert len(server.received) == 3
        assert server.received[1].connection == server.received[0].connection
    assert [attempt.error for attempt in seen] == [None, "ConnectionLostError", None]


@pytest.mark.parametrize("step", [DROP, TRUNCATED, error(500), error(503), answer(200, b"<html>")])
async def test_a_change_whose_outcome_is_unknown_is_not_repeated(step: Send) -> None:
    """Nobody is booked twice: one request, and an error that says what is not known."""
    async with serving(step, BOOKING) as server:
        async with client(server, RetryPolicy(attempts=5, first_delay=0.01)) as oncehub:
            with pytest.raises(OutcomeUnknownError) as caught:
                await oncehub.bookings.cancel("BKNG-1")
        assert len(server.received) == 1
    assert isinstance(caught.value.__cause__, RequestError)
    assert caught.value.request_id == caught.value.__cause__.request_id


async def test_a_session_of_the_callers_own_stays_open_and_keeps_its_middlewares() -> None:
    """The client uses what it was given and closes only what it opened."""
    passed = []

    async def middleware(
        request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        passed.append(request.method)
        return await handler(request)

    async with (
        serving(BOOKING) as server,
        aiohttp.ClientSession(
            middlewares=(middleware,), raise_for_status=True, headers={"X-Own": "1"}
        ) as session,
    ):
        async with client(server, session=session) as oncehub:
            await oncehub.bookings.get("BKNG-1")
            server.script = [error(404)]
            with pytest.raises(RequestError):
                await oncehub.bookings.get("BKNG-1")
        assert not session.closed
        assert server.received[0].headers["x-own"] == "1"
    assert passed == ["GET", "GET"]


async def test_what_is_sent() -> None:
    """The key stands in its header, JSON is announced, and we say who we are."""
    async with serving(BOOKING) as server, client(server) as oncehub:
        await oncehub.bookings.reassign("BKNG-1", new_host="USR-1")
    request = server.received[0]
    assert (request.method, request.target) == ("POST", "/v2/bookings/BKNG-1/reassign")
    assert request.headers["api-key"] == "test-key"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["user-agent"].startswith("oncehub-async/")
    assert request.body == b'{"new_host":"USR-1"}'


async def test_the_budget_is_told_of_a_cancelled_request() -> None:
    """A cancelled call leaves no permit behind, and no connection in use."""
    seen: list[RequestAttempt] = []
    async with serving(HANG) as server, client(server, on_attempt=seen.append) as oncehub:
        call = asyncio.create_task(oncehub.bookings.get("BKNG-1"))
        while not server.received:
            await asyncio.sleep(0.01)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        assert [attempt.error for attempt in seen] == ["CancelledError"]


@pytest.mark.parametrize("proxy", ["proxy.example.com", "ftp://proxy.example.com", ""])
def test_a_proxy_is_a_url(proxy: str) -> None:
    """A proxy that can't work is refused at once."""
    with pytest.raises(ConfigurationError, match="proxy"):
        OnceHub("k", proxy=proxy)

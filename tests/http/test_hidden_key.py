"""No frame of any failure shows the key or a signing secret to who prints locals."""

import asyncio
import traceback
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from oncehub_async import ConfigurationError, OnceHub, OnceHubError, RetryPolicy
from oncehub_async.webhooks import verify_signature

from ..loopback import DROP, HANG, Send, answer, error, serving

KEY = "key-that-nobody-may-see"
SECRET = "secret-that-nobody-may-see"
ONE_TRY = RetryPolicy(attempts=1, attempt_timeout=5.0)


def locals_of(caught: BaseException) -> str:
    shown = traceback.TracebackException.from_exception(caught, capture_locals=True)
    return "".join(shown.format())


def check(caught: BaseException, secret: str) -> None:
    # The frame of the test itself, which has the key by right, is left out.
    assert secret not in locals_of(caught.with_traceback(_inner(caught)))


def _inner(caught: BaseException) -> Any:
    trace = caught.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename == __file__:
        trace = trace.tb_next
    return trace


@pytest.mark.parametrize(
    "step",
    [
        DROP,
        error(400),
        error(401),
        error(403),
        error(404),
        error(429),
        error(500),
        answer(302, b"", {"Location": "https://elsewhere.example/"}),
        answer(200, b"{"),
        answer(200, b"[]"),
        answer(200, b"{", {"Content-Length": "10"}, close=True),
        Send(b"no HTTP\r\n\r\n", close=True),
    ],
)
async def test_an_answer_that_fails_shows_no_key(step: Send) -> None:
    """Whatever the service answers."""
    retry = RetryPolicy(attempts=1, deadline=0.5)
    async with serving(step) as server, OnceHub(KEY, base_url=server.url, retry=retry) as oncehub:
        with pytest.raises(OnceHubError) as caught:
            await oncehub.bookings.get("BKNG-1")
    check(caught.value, KEY)


async def _timed_out(call: Awaitable[object]) -> None:
    async with asyncio.timeout(0.2):
        await call


async def _cancelled(call: Awaitable[object]) -> None:
    task = asyncio.ensure_future(call)
    await asyncio.sleep(0.2)
    task.cancel()
    await task


@pytest.mark.parametrize("end", [_timed_out, _cancelled])
async def test_a_call_that_its_caller_ends_shows_no_key(
    end: Callable[[Awaitable[object]], Awaitable[None]],
) -> None:
    """By a time-out of the caller's own, or by cancelling its task."""
    async with serving(HANG) as server, OnceHub(KEY, base_url=server.url) as oncehub:
        with pytest.raises((TimeoutError, asyncio.CancelledError)) as caught:
            await end(oncehub.bookings.get("BKNG-1"))
        assert server.received[0].headers["api-key"] == KEY
    check(caught.value, KEY)


@pytest.mark.parametrize(
    "settings",
    [
        {"api_key": KEY + "\n"},
        {"api_key": KEY, "base_url": "https://api..oncehub.com/v2"},
        {"api_key": KEY, "proxy": "http://proxy..example:3128"},
        {"api_key": KEY, "session": object()},
        {"base_url": "nonsense"},
    ],
)
def test_a_client_that_cannot_be_built_shows_no_key(
    settings: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the one that was passed nor that of the environment."""
    monkeypatch.setenv("ONCEHUB_API_KEY", KEY)
    with pytest.raises(ConfigurationError) as caught:
        OnceHub(**settings)
    check(caught.value, KEY)


@pytest.mark.parametrize(
    "secrets", [SECRET, [SECRET, ""], SECRET + "\n", [SECRET, 5], [SECRET, "\ud800"]]
)
def test_a_signature_that_fails_shows_no_secret(secrets: Any) -> None:
    """A wrong one, or secrets that can't be."""
    with pytest.raises(OnceHubError) as caught:
        verify_signature(b"{}", "t=1,s=" + "0" * 64, secrets)
    check(caught.value, SECRET)


@pytest.mark.parametrize(
    "url",
    [
        "https://api..oncehub.com/v2",
        f"https://{'a' * 64}.example/v2",
        f"https://{'a.' * 130}example/v2",
        "https://b\u00fccher..example/v2",
    ],
)
def test_a_host_that_can_have_no_name_is_refused_at_once(url: str) -> None:
    """Before anything is sent."""
    with pytest.raises(ConfigurationError, match="base_url"):
        OnceHub(KEY, base_url=url)


def test_an_internationalised_host_is_sent_as_the_network_knows_it() -> None:
    """As the punycode that browsers send."""
    client = OnceHub(KEY, base_url="https://b\u00fccher.example/v2")
    assert client.base_url == "https://xn--bcher-kva.example/v2"

"""The client object: its settings, its states, and what it never shows."""

import asyncio
import logging
import pickle
import traceback
from typing import Any

import aiohttp
import pytest

from oncehub_async import (
    AuthenticationError,
    Budget,
    ClientStateError,
    ConfigurationError,
    ConnectionLostError,
    Limits,
    OnceHub,
    Priority,
    RetryPolicy,
)

from .loopback import answer, error, serving

BOOKING = answer(200, {"id": "BKNG-1"})


async def test_states_of_the_client() -> None:
    """Unopened, closed and opened twice are told apart; closing twice does no harm."""
    async with serving(BOOKING) as server:
        oncehub = OnceHub("k", base_url=server.url)
        assert "unopened" in repr(oncehub)
        with pytest.raises(ClientStateError, match="async with"):
            await oncehub.bookings.get("BKNG-1")
        async with oncehub:
            assert ", open" in repr(oncehub)
            with pytest.raises(ClientStateError):
                await oncehub.open()
        await oncehub.close()
        with pytest.raises(ClientStateError, match="closed"):
            await oncehub.bookings.get("BKNG-1")
        with pytest.raises(ClientStateError):
            await oncehub.open()
        assert server.received == []


async def test_a_closed_session_of_the_callers_own_is_named() -> None:
    """Rather than whatever aiohttp raises for it."""
    session = aiohttp.ClientSession()
    await session.close()
    async with OnceHub("k", base_url="http://localhost:1", session=session) as oncehub:
        with pytest.raises(ClientStateError, match="passed in"):
            await oncehub.validate_key()


@pytest.mark.parametrize(
    "key", ["", "   ", "s3cret\nX", "s3cret\rX", "\x00", "s3crét", "s3cret ", 7]
)
def test_a_key_that_cannot_be_one_is_refused_at_once(key: object) -> None:
    """With a line that doesn't show it."""
    with pytest.raises(ConfigurationError, match="api_key") as caught:
        OnceHub(key)  # type: ignore[arg-type]
    assert "s3c" not in str(caught.value)


def test_without_a_key_the_error_says_where_it_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The argument and the environment variable are both named."""
    monkeypatch.delenv("ONCEHUB_API_KEY", raising=False)
    with pytest.raises(ConfigurationError, match=r"api_key=.*ONCEHUB_API_KEY"):
        OnceHub()


def test_an_empty_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A deployment that forgot its secret finds out which."""
    monkeypatch.setenv("ONCEHUB_API_KEY", "")
    with pytest.raises(ConfigurationError, match="ONCEHUB_API_KEY: the API key is empty"):
        OnceHub()


async def test_a_provider_that_is_not_async_is_refused() -> None:
    """Before anything is sent."""
    async with OnceHub(lambda: "key", base_url="http://localhost:1") as oncehub:  # type: ignore[arg-type, return-value]
        with pytest.raises(ConfigurationError, match="async"):
            await oncehub.validate_key()


async def test_key_and_address_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Arguments go first."""
    valid = answer(200, {"message": "The API key is valid for account: owner@example.com"})
    async with serving(valid) as server:
        monkeypatch.setenv("ONCEHUB_API_KEY", "from-environment")
        monkeypatch.setenv("ONCEHUB_BASE_URL", server.url + "/")
        async with OnceHub() as oncehub:
            validation = await oncehub.validate_key()
        assert (server.received[0].target, server.received[0].headers["api-key"]) == (
            "/v2/test",
            "from-environment",
        )
    assert validation.account == "owner@example.com"
    assert "owner" not in repr(validation)


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("http://api.oncehub.com/v2", "plain http"),
        ("http://10.0.0.5/v2", "plain http"),
        ("http://localhost.example.com/v2", "plain http"),
        ("ftp://api.oncehub.com", "not an http"),
        ("api.oncehub.com/v2", "not an http"),
        ("", "not an http"),
        ("https://", "not a"),
        ("https://user:secret@api.oncehub.com/v2", "leave user name"),
        ("https://api.oncehub.com/v2?key=1", "leave query"),
        ("https://[::1", "not a URL"),
    ],
)
def test_a_base_url_that_would_not_do(url: str, problem: str) -> None:
    """The key travels encrypted, and to no surprising place."""
    with pytest.raises(ConfigurationError, match=f"base_url: .*{problem}") as caught:
        OnceHub("k", base_url=url)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    ["https://x.example/v2", "http://localhost:9/v2", "http://127.0.0.9:1", "http://[::1]:8080/v2"],
)
def test_https_anywhere_and_http_to_loopback(url: str) -> None:
    """Simulators run on loopback without certificates."""
    assert url in repr(OnceHub("k", base_url=url))


async def test_the_key_shows_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    """Not in reprs, logs, errors, nor in a traceback with local variables."""
    caplog.set_level(logging.DEBUG)
    secret = "very-secret-key"
    async with serving(error(401, "authentication_error", "Invalid API key.")) as server:
        async with OnceHub(secret, base_url=server.url) as oncehub:
            with pytest.raises(AuthenticationError) as caught:
                await oncehub.bookings.get("BKNG-1")
            shown = [repr(oncehub), repr(oncehub.bookings), repr(oncehub._caller), caplog.text]
    frames = caught.value.__traceback__
    assert frames is not None
    caught.value.__traceback__ = frames.tb_next  # this test's own frame knows the key
    lines = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    shown += [str(caught.value), repr(caught.value), repr(vars(caught.value)), *lines.format()]
    with pytest.raises(TypeError):
        pickle.dumps(oncehub._caller.keys._key)
    assert not [text for text in shown if secret in text]


def test_errors_cross_processes() -> None:
    """Pickled and back with all their attributes."""
    original = AuthenticationError(
        "401: no", method="GET", path="/test", status=401, request_id="r-1"
    )
    copy = pickle.loads(pickle.dumps(original))
    assert type(copy) is AuthenticationError
    assert (str(copy), copy.status) == (str(original), 401)


async def test_clients_of_the_same_account_share_their_budget() -> None:
    """Two clients with one key are one account to the service, and to the budget."""
    async with serving(BOOKING) as server:
        async with (
            OnceHub("same", base_url=server.url) as one,
            OnceHub("same", base_url=server.url) as two,
            OnceHub("other", base_url=server.url) as other,
        ):
            for oncehub in (one, two, other):
                await oncehub.bookings.get("BKNG-1")
            counts = [each.budget.used_this_second() for each in (one, two, other)]  # type: ignore[union-attr]
    assert counts == [2, 2, 1]


async def test_a_budget_can_be_replaced() -> None:
    """By one with other limits, or by another implementation of the interface."""
    asked: list[Priority] = []

    class Own(Budget):
        async def acquire(self, priority: Priority):  # type: ignore[no-untyped-def]
            asked.append(priority)
            return await super().acquire(priority)

    page = answer(200, {"object": "list", "data": [], "has_more": False})
    async with serving(BOOKING, page) as server:
        budget = Own(Limits(per_second=1, per_five_minutes=10))
        async with OnceHub("k", base_url=server.url, budget=budget) as oncehub:
            await oncehub.bookings.get("BKNG-1")
            bulk = oncehub.with_priority(Priority.BULK)
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.1):
                    await bulk.bookings.get("BKNG-1")
            await oncehub.bookings.list().collect()
    assert asked == [Priority.INTERACTIVE, Priority.BULK, Priority.BULK]


@pytest.mark.parametrize("settings", [{"attempts": 0}, {"deadline": 0}, {"first_delay": -1}])
def test_a_policy_that_would_never_try_is_refused(settings: dict[str, int]) -> None:
    """The parameter is named."""
    with pytest.raises(ValueError, match=next(iter(settings))):
        RetryPolicy(**settings)


def test_a_hook_that_would_never_be_awaited_is_refused() -> None:
    """Like any coroutine where a plain function is called."""

    async def hook(attempt: object) -> None: ...

    with pytest.raises(ConfigurationError, match="on_attempt"):
        OnceHub("k", on_attempt=hook)  # type: ignore[arg-type]


def test_plain_http_does_not_leave_the_machine_through_a_proxy() -> None:
    """Loopback is only loopback without a proxy elsewhere."""
    with pytest.raises(ConfigurationError, match="proxy"):
        OnceHub("k", base_url="http://127.0.0.1:1/v2", proxy="http://proxy.example:3128")
    OnceHub("k", base_url="http://127.0.0.1:1/v2", proxy="http://127.0.0.1:3128")


async def test_closing_under_a_call_is_an_error_of_ours() -> None:
    """Its next attempt finds the client closed."""
    async with serving(error(500)) as server:
        oncehub = await OnceHub("k", base_url=server.url, retry=RetryPolicy(first_delay=0.5)).open()
        call = asyncio.create_task(oncehub.bookings.get("BKNG-1"))
        while not server.received:
            await asyncio.sleep(0.01)
        await oncehub.close()
        with pytest.raises((ClientStateError, ConnectionLostError)):
            await call


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"budget": Limits(3)}, r"budget: expected a RateBudget, such as Budget\(Limits"),
        ({"retry": 3}, "retry: expected a RetryPolicy, got int"),
        ({"clock": 2.0}, "clock: expected a Clock, got float"),
    ],
)
def test_settings_of_the_wrong_kind_are_refused_at_once(
    settings: dict[str, Any], said: str
) -> None:
    """Not at the first call, with somebody else's error."""
    with pytest.raises(ConfigurationError, match=said):
        OnceHub("k", **settings)

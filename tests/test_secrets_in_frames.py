"""Neither key nor signing secret stands in the locals of a frame of ours or of aiohttp's.

Tools that report errors (Sentry, rich, cgitb) show the locals of each frame of a traceback.
"""

import asyncio
import traceback
from base64 import b64encode
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import aiohttp
import pytest
from yarl import URL

from oncehub_async import OnceHub, OnceHubError, RedisBudget, RetryPolicy
from oncehub_async._ground import Hidden
from oncehub_async.simulator import Account, Fault, Simulator
from oncehub_async.simulator._faults import FaultKind
from oncehub_async.sync import database_of, sync
from oncehub_async.testing import sign
from oncehub_async.webhooks import (
    MemoryInbox,
    PostgresInbox,
    Receiver,
    SQLiteInbox,
    construct_event,
    verify_signature,
)

from .loopback import DROP, HANG, Send, answer, serving

SECRET = "sekrit-7Qf3-of-the-tests"
IMPATIENT = RetryPolicy(attempts=1, attempt_timeout=0.3, connect_timeout=0.3)


def shown(error: BaseException) -> str:
    """All that a tool would show of an error, with those that led to it."""
    # The frame of the test itself holds the secret: it begins below.
    error = error.with_traceback(error.__traceback__.tb_next if error.__traceback__ else None)
    return "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())


async def failure(work: Callable[[], Awaitable[object]]) -> str:
    try:
        await work()
    except BaseException as error:
        return shown(error)
    raise AssertionError("it did not fail")


def bare_failure(work: Callable[[], object]) -> str:
    try:
        work()
    except BaseException as error:
        return shown(error)
    raise AssertionError("it did not fail")


KINDS = (
    "hang",
    "rate_limit",
    "server_error",
    "html",
    "empty",
    "not_utf8",
    "drop_before",
    "drop_after",
    "truncated_body",
    "truncated_json",
    "slow_body",
)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("own", [True, False], ids=["our session", "a given session"])
async def test_a_call_that_fails_shows_no_key(kind: FaultKind, own: bool) -> None:
    """Whatever the service does."""
    async with Simulator(Account(bookings=3), limits=None) as sim:
        key = sim.api_key
        sim.inject(Fault(kind))
        async with aiohttp.ClientSession() as session:
            given = None if own else session
            policy = RetryPolicy(attempts=1, attempt_timeout=0.3, deadline=0.5)
            client = OnceHub(key, base_url=sim.url, retry=policy, session=given)
            async with client as oncehub:
                text = await failure(lambda: oncehub.bookings.get("BKNG-1"))
    assert key not in text


@pytest.mark.parametrize("how", ["timeout", "cancelled"])
async def test_the_callers_own_end_of_a_call_shows_no_key(how: str) -> None:
    """aiohttp waits in the middle of its work then."""
    async with Simulator(Account(bookings=3), limits=None) as sim:
        sim.inject(Fault("hang"))
        async with OnceHub(sim.api_key, base_url=sim.url) as oncehub:

            async def call() -> None:
                async with asyncio.timeout(0.2 if how == "timeout" else None):
                    await oncehub.bookings.get("BKNG-1")

            task = asyncio.create_task(call())
            await asyncio.sleep(0.1)
            if how == "cancelled":
                task.cancel()
            text = await failure(lambda: task)
        assert sim.api_key not in text


async def test_a_connection_that_fails_shows_no_key() -> None:
    """Refused, or by a name that there isn't."""
    for address in ("http://127.0.0.1:1", "https://does-not-exist.invalid"):
        async with OnceHub(SECRET, base_url=address, retry=IMPATIENT) as oncehub:
            text = await failure(lambda: oncehub.validate_key())
        assert SECRET not in text


@pytest.mark.parametrize(
    "settings",
    [
        {"base_url": "http://example.com"},
        {"proxy": "socks5://x"},
        {"session": object()},
        {"budget": 1},
        {"retry": 1},
        {"clock": 1},
        {"on_attempt": asyncio.sleep},
    ],
    ids=lambda settings: next(iter(settings)),
)
def test_a_wrong_setting_shows_no_key(
    settings: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the one that was given nor that of the environment."""
    assert SECRET not in bare_failure(partial(OnceHub, SECRET, **settings))
    monkeypatch.setenv("ONCEHUB_API_KEY", SECRET)
    assert SECRET not in bare_failure(partial(OnceHub, **settings))
    monkeypatch.setenv("ONCEHUB_API_KEY", f" {SECRET} ")
    assert SECRET not in bare_failure(OnceHub)


async def test_a_wrong_key_is_not_shown() -> None:
    """From wherever it comes."""

    async def provider() -> str:
        return f"{SECRET}\n"

    assert SECRET not in bare_failure(partial(OnceHub, f" {SECRET}"))
    async with OnceHub(provider) as oncehub:
        assert SECRET not in await failure(lambda: oncehub.validate_key())


@pytest.mark.parametrize(
    "header", [None, "", "t=1,s=2", "t=1,s=" + "0" * 64, "x" * 2000, "é"], ids=repr
)
def test_a_signature_that_is_refused_shows_no_secret(header: str | None) -> None:
    """By none of the functions that take one."""
    for function in (verify_signature, construct_event):
        for secrets in (SECRET, SECRET.encode(), [SECRET, "other"]):
            text = bare_failure(partial(function, b"{}", header, secrets))
            assert SECRET not in text


@pytest.mark.parametrize(
    "secret", [f" {SECRET}", [SECRET, None], [SECRET, ""], f"{SECRET}\ud800", [SECRET, 3]]
)
def test_a_wrong_secret_is_not_shown(secret: Any) -> None:
    """Nor the good ones beside it."""
    assert SECRET not in bare_failure(partial(verify_signature, b"", "t=1", secret))
    assert SECRET not in bare_failure(partial(sign, b"", secret))
    receiver = bare_failure(partial(Receiver, signing_secret=secret, inbox=MemoryInbox()))
    assert SECRET not in receiver


def test_a_wrong_setting_of_a_receiver_shows_no_secret() -> None:
    """Whichever it is."""
    settings: list[dict[str, Any]] = [{"clock": 1}, {"inbox": "inbox.db"}, {"timeout": -1}]
    for each in settings:
        given: dict[str, Any] = {"inbox": MemoryInbox(), "signing_secret": SECRET} | each
        assert SECRET not in bare_failure(partial(Receiver, **given))


async def test_a_provider_of_secrets_that_fails_shows_none() -> None:
    """Nor what it gave."""

    async def provider() -> Any:
        return [SECRET, None]

    receiver = Receiver(signing_secret=provider, inbox=MemoryInbox())
    assert SECRET not in await failure(receiver.open)


WITH_PASSWORDS: dict[str, Callable[[str], object]] = {
    "base_url": lambda own: OnceHub("key", base_url=f"https://me:{own}@api.example/v2"),
    "proxy": lambda own: OnceHub("key", proxy=f"socks5://me:{own}@proxy.example:1"),
    "a scheme": lambda own: database_of(f"mysql://me:{own}@db.example/x"),
    "no port": lambda own: database_of(f"postgresql://me:{own}@db.example:99999/x"),
    "no address": lambda own: database_of(f"postgresql://me:{own}@[::1/x"),
    "no colon": lambda own: database_of(f"postgres//me:{own}@db.example/x"),
    "no slash": lambda own: database_of(f"postgresql:/me:{own}@db.example/x"),
    "two typos": lambda own: database_of(f"me:{own}@db.example/x?a=http://b"),
    "a file": lambda own: SQLiteInbox(f"postgres//me:{own}@db.example/x"),
    "an inbox": lambda own: PostgresInbox(f"postgresql://me:{own}@db.example:99999/x"),
    "an inbox's scheme": lambda own: PostgresInbox(f"mysql://me:{own}@db.example/x"),
    "an inbox's schema": lambda own: PostgresInbox(f"postgresql://me:{own}@db/x", schema="A b"),
    "a budget": lambda own: RedisBudget(f"http://me:{own}@db.example/0"),
}


@pytest.mark.parametrize("kind", WITH_PASSWORDS)
def test_a_url_with_a_password_is_not_shown(kind: str) -> None:
    """Also where a letter of it is missing, so that it is taken for something else."""
    with pytest.raises(OnceHubError) as caught:
        WITH_PASSWORDS[kind](SECRET)
    assert SECRET not in str(caught.value)
    within = caught.value.__traceback__
    # The frames of the test and of its lambda hold what they pass.
    error = caught.value.with_traceback(
        within.tb_next.tb_next if within and within.tb_next else None
    )
    shown_here = traceback.TracebackException.from_exception(error, capture_locals=True)
    assert SECRET not in "".join(shown_here.format())


async def test_a_database_that_cannot_be_reached_shows_no_password() -> None:
    """Nor does the sync that is to write into it."""
    url = Hidden(f"postgresql://me:{SECRET}@127.0.0.1:1/x")
    async with OnceHub("key") as oncehub:
        for text in (
            await failure(lambda: sync(oncehub, url.value)),
            await failure(PostgresInbox(url.value).open),
        ):
            assert SECRET not in text


@pytest.mark.parametrize(
    "step", [HANG, DROP, answer(407)], ids=["no answer", "no connection", "another login"]
)
async def test_a_proxys_password_is_not_shown(step: Send) -> None:
    """It goes to the proxy all the same."""
    async with serving(step) as server:
        proxy = Hidden(str(URL(server.url).origin().with_user("me").with_password(SECRET)))
        async with OnceHub("key", proxy=proxy.value, retry=IMPATIENT) as oncehub:

            async def call() -> None:
                async with asyncio.timeout(0.2):
                    await oncehub.bookings.get("BKNG-1")

            assert SECRET not in await failure(call)
    login = b64encode(f"me:{SECRET}".encode()).decode()
    assert server.received[0].headers["proxy-authorization"] == f"Basic {login}"

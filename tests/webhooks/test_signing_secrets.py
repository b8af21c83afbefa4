"""Where secrets come from, and how they are kept."""

import asyncio
import gc
import hmac
import time
import weakref
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from oncehub_async import Budget, Clock, ConfigurationError, Limits, OnceHub
from oncehub_async.simulator import Account, Simulator
from oncehub_async.testing import make_event, sign
from oncehub_async.webhooks import MemoryInbox, Receiver, secrets_of_account
from oncehub_async.webhooks._accepting.signing_secrets import (
    ProvidedSecrets,
    SigningKey,
    signing_keys,
)


def keys(*secrets: str) -> tuple[SigningKey, ...]:
    return signing_keys(secrets)


class HandClock(Clock):
    """A clock that is moved by hand."""

    time = 0.0

    def now(self) -> float:
        return type(self).time


class Provider:
    """Gives what it is told to, and counts."""

    def __init__(self, *secrets: str) -> None:
        self.secrets: Any = list(secrets)
        self.asked = 0

    async def __call__(self) -> Any:
        self.asked += 1
        if isinstance(self.secrets, Exception):
            raise self.secrets
        return self.secrets


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> type[HandClock]:
    monkeypatch.setattr(HandClock, "time", 1_000.0)
    return HandClock


async def test_an_async_callable_is_asked_now_and_then(clock: type[HandClock]) -> None:
    """And kept between; for a refused signature it is asked again, but not by every forger."""
    provider = Provider("old")
    source = ProvidedSecrets(provider, refresh=300.0, patience=30.0, clock=clock())
    for _ in range(3):
        assert await source.current() == keys("old")
    assert provider.asked == 1
    provider.secrets = ["new", "old"]
    assert await source.after_refusal(keys("old")) is None
    assert provider.asked == 1
    clock.time += 31.0
    assert await source.after_refusal(keys("old")) == keys("new", "old")
    for _ in range(5):
        assert await source.after_refusal(keys("new", "old")) is None
    assert provider.asked == 2
    clock.time += 301.0
    provider.secrets = ["newest"]
    assert await source.current() == keys("new", "old")
    await refreshed(source)
    assert await source.current() == keys("newest")
    assert provider.asked == 3


async def test_while_it_fails_the_kept_secrets_go_on(
    clock: type[HandClock], caplog: pytest.LogCaptureFixture
) -> None:
    """A clear answer that there are none ends them."""
    provider = Provider("kept")
    source = ProvidedSecrets(provider, clock=clock())
    await source.current()
    provider.secrets = ConnectionError("nobody@example.com")
    clock.time += 301.0
    await refreshed(source)
    assert await source.current() == keys("kept")
    assert "ConnectionError" in caplog.text
    assert "nobody" not in caplog.text
    provider.secrets = []
    clock.time += 301.0
    await refreshed(source)
    for _ in range(2):
        with pytest.raises(ConfigurationError, match="none"):
            await source.current()


async def refreshed(source: ProvidedSecrets) -> None:
    """Wait for the task that `current` began."""
    await source.current()
    assert source._asking is not None
    await asyncio.wait({source._asking})


class Hanging:
    """Gives a secret once, and then never answers again."""

    def __init__(self, *secrets: str) -> None:
        self.secrets, self.asked = list(secrets), 0

    async def __call__(self) -> list[str]:
        self.asked += 1
        if not self.secrets:
            await asyncio.Event().wait()
        return [self.secrets.pop()]


async def test_a_provider_that_hangs_stops_no_delivery(clock: type[HandClock]) -> None:
    """What is kept verifies at once, however many come; nothing runs on after the close."""
    provider = Hanging("kept")
    subject = Receiver(signing_secret=provider, inbox=MemoryInbox())
    subject._secrets = ProvidedSecrets(provider, clock=clock(), timeout=3600.0)
    before = asyncio.all_tasks()
    async with subject, asyncio.timeout(60):
        clock.time += 301.0
        for _ in range(3):
            body = make_event("booking.canceled")
            headers = {"Oncehub-Signature": sign(body, "kept")}
            assert (await subject.receive(headers, body)).status == 200
        await asyncio.sleep(0)
        assert provider.asked == 2
    assert asyncio.all_tasks() == before


async def test_a_provider_that_hangs_is_waited_for_with_a_limit(clock: type[HandClock]) -> None:
    """At the start, where there is nothing else, and after a refused signature."""
    async with asyncio.timeout(60):
        with pytest.raises(TimeoutError):
            await ProvidedSecrets(Hanging(), clock=clock(), timeout=0.01).current()
        source = ProvidedSecrets(Hanging("kept"), clock=clock(), timeout=0.01)
        kept = await source.current()
        clock.time += 31.0
        assert await source.after_refusal(kept) is None
        assert await source.current() == keys("kept")


async def test_who_stops_waiting_stops_nobody_else(clock: type[HandClock]) -> None:
    """A sender that leaves does not end the question that others wait for."""
    answers: asyncio.Queue[str] = asyncio.Queue()
    source = ProvidedSecrets(answers.get, clock=clock())
    first, second = (asyncio.ensure_future(source.current()) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.wait({first})
    answers.put_nowait("secret")
    assert await second == keys("secret")


async def test_without_any_secret_the_receiver_does_not_start() -> None:
    """Whether the callable gives none, fails, or isn't async."""
    none = Receiver(signing_secret=Provider(), inbox=MemoryInbox())
    with pytest.raises(ConfigurationError, match="signing_secret"):
        await none.open()
    failing = Provider()
    failing.secrets = ConnectionError()
    with pytest.raises(ConnectionError):
        await Receiver(signing_secret=failing, inbox=MemoryInbox()).open()

    def plain() -> Any:
        return "secret"

    with pytest.raises(ConfigurationError, match="async def"):
        await Receiver(signing_secret=plain, inbox=MemoryInbox()).open()


async def test_a_provider_that_has_none_later_is_a_503() -> None:
    """OnceHub tries again."""
    provider = Provider("first")
    subject = Receiver(signing_secret=provider, inbox=MemoryInbox())
    async with subject:
        source: Any = subject._secrets
        source._kept, source._asked_at = (), float("-inf")
        provider.secrets = ConnectionError("nobody@example.com")
        body = make_event("booking.canceled")
        headers = {"Oncehub-Signature": sign(body, "first")}
        assert (await subject.receive(headers, body)).status == 503


@asynccontextmanager
async def changed_secret() -> AsyncIterator[tuple[Receiver, Provider]]:
    """A receiver that has asked for its secret once, which is another one since."""
    provider = Provider("old")
    subject = Receiver(signing_secret=provider, inbox=MemoryInbox())
    subject._secrets = ProvidedSecrets(provider, patience=1e-9)
    async with subject:
        provider.secrets = ["new"]
        yield subject, provider


async def test_a_delivery_signed_with_a_new_secret_is_looked_up() -> None:
    """The secret changed while the receiver ran: nothing is refused for that."""
    async with changed_secret() as (subject, _):
        body = make_event("booking.canceled")
        for secret, status in (("new", 200), ("old", 401)):
            headers = {"Oncehub-Signature": sign(body, secret)}
            assert (await subject.receive(headers, body)).status == status


async def test_a_look_up_makes_no_forgery_good() -> None:
    """That there are other secrets says nothing yet: the signature has to be one of theirs."""
    async with changed_secret() as (subject, provider):
        body = make_event("booking.canceled")
        headers = {"Oncehub-Signature": sign(body, "the forger's own")}
        assert (await subject.receive(headers, body)).status == 401
        assert provider.asked == 2
        assert await subject.inbox.counts() == {}


async def test_a_key_is_made_once_and_kept_no_longer_than_its_secret(
    clock: type[HandClock], monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many there are; what was rotated away is in no memory any more."""
    made: list[bytes] = []
    new = hmac.new

    def counted(key: bytes, *arguments: Any, **named: Any) -> hmac.HMAC:
        made.append(key)
        return new(key, *arguments, **named)

    subject = Receiver(signing_secret=[f"s{n}" for n in range(20)], inbox=MemoryInbox())
    body = make_event("booking.canceled")
    headers = {"Oncehub-Signature": sign(body, "s19")}
    async with subject:
        monkeypatch.setattr(hmac, "new", counted)
        for _ in range(3):
            assert (await subject.receive(headers, body)).status == 200
    assert made == []
    provider = Provider("old")
    source = ProvidedSecrets(provider, clock=clock())
    old = weakref.ref((await source.current())[0])
    provider.secrets = ["new"]
    clock.time += 301.0
    await refreshed(source)
    gc.collect()
    assert await source.current() == keys("new")
    assert old() is None


async def test_only_an_unknown_secret_is_looked_up() -> None:
    """What is malformed, or was signed long ago, is so with any secret."""
    provider = Provider("secret")
    subject = Receiver(signing_secret=provider, inbox=MemoryInbox())
    subject._secrets = ProvidedSecrets(provider, patience=1e-9)
    async with subject:
        body = make_event("booking.canceled")
        old = sign(body, "secret", time.time() - 90 * 86_400.0)
        for header in (None, "t=1", "t=x,s=00", old):
            headers = {} if header is None else {"Oncehub-Signature": header}
            assert (await subject.receive(headers, body)).status == 401
        assert provider.asked == 1


async def test_the_accounts_own_webhooks() -> None:
    """All of them, or those of a URL; one made later is known when its first delivery comes."""
    async with Simulator(Account(bookings=5, webhooks=2), limits=None) as sim:
        budget = Budget(Limits(1_000, 10_000))
        async with OnceHub(sim.api_key, base_url=sim.url, budget=budget) as oncehub:
            webhooks = await oncehub.webhooks.list().collect()
            first = webhooks[0]
            assert first.signing_secret
            assert set(await secrets_of_account(oncehub)()) == {
                webhook.signing_secret for webhook in webhooks
            }
            assert await secrets_of_account(oncehub, url=first.url)() == [first.signing_secret]
            with pytest.raises(ConfigurationError, match=r"https://other\.example"):
                await secrets_of_account(oncehub, url="https://other.example/x")()
            source = ProvidedSecrets(secrets_of_account(oncehub), patience=1e-9)
            known = await source.current()
            made = await oncehub.webhooks.create(
                name="Later", url="https://me.example/hook", events=["booking"]
            )
            assert made.signing_secret
            others = await source.after_refusal(known)
            assert others is not None
            assert keys(made.signing_secret)[0] in others


async def test_an_odd_secret_in_the_account_ends_no_other(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is left out, and told of without being shown."""
    async with Simulator(Account(bookings=5, webhooks=2), limits=None) as sim:
        first, second = sim.ids("webhooks")
        hooks = sim._state.webhooks
        index = hooks.index(first)
        assert index is not None
        names = ("secret", "signing_secret")
        hooks.put(index, hooks.body(index) | dict.fromkeys(names, "odd secret "))
        async with OnceHub(sim.api_key, base_url=sim.url) as oncehub:
            found = await secrets_of_account(oncehub)()
        assert found == [sim.object(second)["secret"]]
    assert first in caplog.text
    assert "odd secret" not in caplog.text

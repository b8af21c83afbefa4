"""The machine's clock is set back or ahead: secrets age and events are known all the same."""

import asyncio
from typing import Any

import pytest

from oncehub_async.testing import make_event, sign
from oncehub_async.webhooks import Event, MemoryInbox, Receiver

from .conftest import DAY
from .virtual_receiver import LoopClock, virtual

HOUR = 3_600.0


class SetClock(LoopClock):
    """A wall clock that somebody sets."""

    ahead = 0.0

    def now(self) -> float:
        return super().now() + type(self).ahead


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SetClock, "ahead", 0.0)


def set_clock(ahead: float) -> None:
    SetClock.ahead = ahead


class Secrets:
    """A provider whose secrets are rotated."""

    def __init__(self, *secrets: str) -> None:
        self.secrets = list(secrets)

    async def __call__(self) -> list[str]:
        return self.secrets


def receiver(secrets: Secrets, **settings: Any) -> Receiver:
    inbox = settings.pop("inbox", None) or MemoryInbox(keep=10 * DAY)
    return Receiver(signing_secret=secrets, inbox=inbox, clock=SetClock(), **settings)


async def deliver(this: Receiver, secret: str, body: bytes = b"", at: float | None = None) -> str:
    """What a delivery is told that was signed by the clock as it is."""
    sent = body or make_event("booking.scheduled")
    moment = this.clock.now() if at is None else at
    answer = await this.receive({"Oncehub-Signature": sign(sent, secret, moment)}, sent)
    return f"{answer.status} {answer.body.decode()}"


@pytest.mark.parametrize("ahead", [-HOUR, -DAY, -1.0, HOUR, 0.0])
def test_a_new_secret_is_accepted_after_the_clock_was_set(ahead: float) -> None:
    """An hour back doesn't mean that nobody asks for an hour; the revoked one is refused."""

    async def test() -> None:
        secrets = Secrets("old")
        async with receiver(secrets) as this:
            assert (await deliver(this, "old")).startswith("200")
            await asyncio.sleep(100.0)
            set_clock(ahead)
            secrets.secrets = ["new"]
            assert (await deliver(this, "new")).startswith("200")
            assert (await deliver(this, "old")).startswith("401")

    virtual(test)()


@pytest.mark.parametrize("ahead", [-HOUR, -DAY, -1.0, HOUR, 0.0])
def test_a_revoked_secret_is_refused_after_the_clock_was_set(ahead: float) -> None:
    """Though nothing is refused that would have others asked for: they are, every five minutes."""

    async def test() -> None:
        secrets = Secrets("new", "old")
        async with receiver(secrets) as this:
            assert (await deliver(this, "old")).startswith("200")
            set_clock(ahead)
            secrets.secrets = ["new"]
            await asyncio.sleep(301.0)
            await deliver(this, "new")
            await asyncio.sleep(1.0)
            assert (await deliver(this, "old")).startswith("401")
            assert (await deliver(this, "new")).startswith("200")

    virtual(test)()


@virtual
async def test_a_clock_that_is_set_again_and_again_asks_no_more_often() -> None:
    """Than every few seconds: who sends forged deliveries must not have us ask all the time."""
    asked = 0

    async def provider() -> str:
        nonlocal asked
        asked += 1
        return "secret"

    inbox = MemoryInbox(keep=10 * DAY)
    async with Receiver(signing_secret=provider, inbox=inbox, clock=SetClock()) as this:
        for _ in range(600):
            await deliver(this, "forged")
            await asyncio.sleep(1.0)
    assert asked <= 600 / 30 + 2


@pytest.mark.parametrize("ahead", [30 * DAY, 3_650 * DAY, 11 * DAY])
@pytest.mark.parametrize("lasts", [20.0, HOUR])
def test_a_jump_ahead_forgets_nothing_that_a_replay_needs(ahead: float, lasts: float) -> None:
    """The inbox is purged meanwhile; what was handled is known again when the clock is right."""
    seen: list[str] = []

    async def test() -> None:
        this = receiver(Secrets("secret"), max_age=3 * DAY)

        @this.on("*", name="handler")
        async def handler(event: Event) -> None:
            seen.append(event.id)

        async with this:
            signed_at, body = this.clock.now(), make_event("booking.scheduled", event_id="EVNT-1")
            assert "accepted" in await deliver(this, "secret", body)
            await this.idle()
            await asyncio.sleep(HOUR)
            set_clock(ahead)
            await asyncio.sleep(lasts)
            set_clock(0.0)
            await asyncio.sleep(11 * 60.0)
            again = await deliver(this, "secret", body, at=signed_at)
            assert again == '200 {"status":"accepted before"}'
            await this.idle()

    virtual(test)()
    assert seen == ["EVNT-1"]


@virtual
async def test_what_is_old_is_forgotten_all_the_same() -> None:
    """By a clock that nobody sets, when `keep` is over."""
    this = receiver(Secrets("secret"), inbox=MemoryInbox(keep=HOUR))

    @this.on("*", name="handler")
    async def handler(event: Event) -> None: ...

    async with this:
        body = make_event("booking.scheduled", event_id="EVNT-1")
        await deliver(this, "secret", body)
        await this.idle()
        assert await this.inbox.digest("EVNT-1") is not None
        await asyncio.sleep(1.5 * HOUR)
        assert await this.inbox.digest("EVNT-1") is None

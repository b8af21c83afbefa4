"""An inbox of many hosts: what is held is renewed, what was lost is stopped, clocks differ."""

import asyncio
from collections.abc import Collection
from typing import Any

import pytest

from oncehub_async.webhooks import (
    Backoff,
    Claim,
    Event,
    InboxError,
    MemoryInbox,
    Selection,
    State,
    Work,
)

from .virtual_receiver import post, receiver, since_start, virtual


class LeasedInbox(MemoryInbox):
    """Loses what it is told to lose, and has a clock of its own."""

    lease = 9.0

    def __init__(self) -> None:
        super().__init__(keep=10 * 86_400.0)
        self.lost: list[Work] = []
        self.renewed: list[tuple[float, list[str]]] = []
        self.is_down = False
        self.claimed_at: list[float] = []
        self.wake: Any = None

    async def renew(self, held: Collection[Work]) -> Collection[Work]:
        if self.is_down:
            raise InboxError("the server is gone")
        self.renewed.append((since_start(), sorted(work.handler for work in held)))
        return [*self.lost, *await super().renew(held)]

    async def begin(self, work: Work) -> bool:
        return work not in self.lost and await super().begin(work)

    async def claim(self, limit: int, handlers: Any, now: float, **how: Any) -> Any:
        self.claimed_at.append(now)
        claims: list[Claim] = list(await super().claim(limit, handlers, now, **how))
        return claims

    def on_news(self, wake: Any) -> None:
        self.wake = wake


@virtual
async def test_what_is_held_is_renewed_three_times_a_lease() -> None:
    """All of it, also what hasn't begun; nothing when nothing is held."""
    inbox = LeasedInbox()
    subject = receiver(inbox=inbox)

    @subject.on("*", name="a")
    async def a(event: Event) -> None:
        await asyncio.sleep(10.0)

    def takes_nearly_a_second(name: str) -> None:
        @subject.on("*", name=name)
        async def handler(event: Event) -> None:
            await asyncio.sleep(0.99)

    # One after the other, from when the first one has run for a second.
    for name in "bcdefghij":
        takes_nearly_a_second(name)
    async with subject:
        await post(subject)
        await asyncio.sleep(30.0)
    # At three seconds b is done, and e to j haven't begun; at nine only the first one and j run.
    assert ["".join(held) for _, held in inbox.renewed] == ["adefghij", "aghij", "aj"]
    times = [time for time, _ in inbox.renewed]
    assert times == pytest.approx([3.0, 6.0, 9.0], abs=0.1)


@virtual
async def test_a_handler_whose_work_was_lost_is_stopped() -> None:
    """Somebody else may have it by now; the rest of the event's work isn't begun either."""
    inbox = LeasedInbox()
    subject = receiver(inbox=inbox)
    ended: list[float] = []
    ran: list[str] = []

    @subject.on("*", name="a")
    async def a(event: Event) -> None:
        try:
            await asyncio.sleep(50.0)
        finally:
            ended.append(since_start())

    @subject.on("*", name="b")
    async def b(event: Event) -> None:
        ran.append("b")

    async with subject:
        await post(subject, event_id="EVNT-1")
        await asyncio.sleep(0.1)
        inbox.lost = [Work("EVNT-1", "a", 1), Work("EVNT-1", "b", 1)]
        await asyncio.sleep(5.0)
        assert ended == pytest.approx([3.0], abs=0.1)
        assert "EVNT-1" not in ran


@virtual
async def test_what_was_lost_before_its_turn_is_not_begun() -> None:
    """The handler before it had taken its time; the one after it is run."""
    inbox = LeasedInbox()
    subject = receiver(inbox=inbox)
    ran: list[str] = []

    @subject.on("*", name="a")
    async def a(event: Event) -> None:
        inbox.lost = [Work("EVNT-1", "b", 1)]

    @subject.on("*", name="b")
    async def b(event: Event) -> None:
        ran.append("b")

    @subject.on("*", name="c")
    async def c(event: Event) -> None:
        ran.append("c")

    async with subject:
        await post(subject, event_id="EVNT-1")
        await asyncio.sleep(0.5)
        assert ran == ["c"]


@virtual
async def test_all_is_lost_when_a_lease_can_not_be_renewed() -> None:
    """Not at the first failure, but before others may take it."""
    inbox = LeasedInbox()
    subject = receiver(inbox=inbox)
    ended: list[float] = []

    @subject.on("*")
    async def a(event: Event) -> None:
        try:
            await asyncio.sleep(50.0)
        finally:
            ended.append(since_start())

    async with subject:
        await post(subject)
        await asyncio.sleep(1.0)
        inbox.is_down = True
        await asyncio.sleep(5.5)
        assert ended == []
        await asyncio.sleep(3.0)
        assert ended == pytest.approx([9.0], abs=0.2)


@virtual
async def test_the_inboxs_clock_counts() -> None:
    """For what is claimed and when it is due again, on every host alike."""
    inbox = LeasedInbox()
    subject = receiver(inbox=inbox, backoff=Backoff(first=100.0))

    @subject.on("*")
    async def fails(event: Event) -> None:
        raise ConnectionError

    inbox.clock_offset = 5_000.0
    async with subject:
        await post(subject)
        await subject.idle()
        ahead = inbox.claimed_at[-1] - subject.clock.now()
        assert ahead == pytest.approx(5_000.0, abs=2.0)
        (entry,) = await inbox.entries(Selection(states=State.FAILED))
        assert entry.due is not None
        assert 5_040.0 < entry.due - subject.clock.now() < 5_101.0


@virtual
async def test_news_from_elsewhere_wakes_the_worker() -> None:
    """Sooner than it would look by itself; and no longer when it is closed."""
    inbox = LeasedInbox()
    subject = receiver(inbox=inbox)

    @subject.on("*")
    async def handler(event: Event) -> None: ...

    async with subject:
        await asyncio.sleep(0.5)
        looks = len(inbox.claimed_at)
        inbox.wake()
        await asyncio.sleep(0.01)
        assert len(inbox.claimed_at) == looks + 1
    assert inbox.wake is None

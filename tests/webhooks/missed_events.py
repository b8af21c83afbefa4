"""A simulated account, and a receiver of its webhook, on one clock that tests set ahead."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import attrs

from oncehub_async import Clock, OnceHub
from oncehub_async._ground import WallClock
from oncehub_async.simulator import Account, Delivery, Simulator
from oncehub_async.webhooks import Context, Event, Inbox, Receiver, SQLiteInbox

URL = "https://me.example/hook"


@attrs.frozen(eq=False)
class AheadClock(Clock):
    """Goes on as clocks do, and further when a test says so."""

    _ahead: list[float] = attrs.field(factory=lambda: [0.0], init=False)

    def now(self) -> float:
        return super().now() + self._ahead[0]

    def date(self) -> datetime:
        return super().date() + timedelta(seconds=self._ahead[0])

    def move(self, seconds: float) -> None:
        self._ahead[0] += seconds


@attrs.frozen
class SimulatedTime(WallClock):
    """The time of day in the simulator."""

    _sim: Simulator = attrs.field(kw_only=True)

    def now(self) -> float:
        return self._sim.now().timestamp()


@attrs.define(eq=False)
class Missing:
    """What a test has: the account, its client, the receiver, and what was handled."""

    sim: Simulator
    oncehub: OnceHub
    clock: AheadClock
    file: Path
    secret: str
    handled: list[Event] = attrs.Factory(list)
    superseded: list[bool] = attrs.Factory(list)
    """Of each, whether the handler was told that something newer is done."""
    sent: list[tuple[Mapping[str, str], bytes]] = attrs.Factory(list)
    """Deliveries that the receiver never saw."""

    @property
    def time(self) -> WallClock:
        """The time of day."""
        return SimulatedTime(sim=self.sim)

    def receiver(self, inbox: Inbox | None = None) -> Receiver:
        """Another life of the receiver."""
        inbox = inbox or SQLiteInbox(self.file)
        made = Receiver(signing_secret=self.secret, inbox=inbox, clock=self.time)

        @made.on("*", name="all")
        async def handle(event: Event, context: Context) -> None:
            self.handled.append(event)
            self.superseded.append(context.is_superseded)

        return made

    def sim_client(self) -> OnceHub:
        """Another client, not opened yet."""
        return OnceHub(self.sim.api_key, base_url=self.sim.url, clock=self.clock)

    def deliver_to(self, receiver: Receiver) -> None:
        """Deliveries reach it from now on."""

        async def take(headers: Mapping[str, str], body: bytes) -> int:
            return (await receiver.receive(headers, body)).status

        self.sim.route(URL, take)

    def deliver_to_nobody(self) -> None:
        """Deliveries are refused from now on, and remembered."""

        async def refuse(headers: Mapping[str, str], body: bytes) -> int:
            self.sent.append((headers, body))
            return 500

        self.sim.route(URL, refuse)

    def change(self, count: int, apart: float) -> set[str]:
        """Let things happen to bookings, some seconds apart; to which (so many different ones)."""
        kinds = ("scheduled", "canceled", "scheduled", "rescheduled", "no_show", "scheduled")
        changed: set[str] = set()
        number = 0
        while len(changed) < count:
            changed.add(self.sim.happen(f"booking.{kinds[number % len(kinds)]}"))
            self.clock.move(apart)
            number += 1
        return changed

    async def heard(self, count: int) -> set[str]:
        """A life of the receiver in which something happened to so many bookings; to which."""
        async with self.receiver() as receiver:
            self.deliver_to(receiver)
            changed = self.change(count, 60.0)
            await self.sim.delivered()
            await receiver.idle()
        return changed

    async def deliver_late(self, receiver: Receiver) -> set[int]:
        """What had been refused comes again, in no order; how it is answered."""
        late, self.sent = self.sent, []
        found: set[int] = set()
        for start in range(0, len(late), 500):
            some = late[start : start + 500]
            answers = await asyncio.gather(*(receiver.receive(*each) for each in some))
            found |= {each.status for each in answers}
        return found

    def states(self, bookings: set[str]) -> set[tuple[str, str]]:
        """How they are now: id and time of the last change."""
        return {(each, self.sim.object(each)["last_updated_time"]) for each in bookings}

    def handled_states(self) -> list[tuple[str, str]]:
        """What was handled, as often as it was."""
        return [
            (each.raw["data"]["id"], each.raw["data"]["last_updated_time"]) for each in self.handled
        ]

    def in_order(self) -> bool:
        """Whether of each booking what was handled later is newer, or told as superseded."""
        newest: dict[str, str] = {}
        for (booking, updated), late in zip(self.handled_states(), self.superseded, strict=True):
            if not late and updated < newest.get(booking, ""):
                return False
            newest[booking] = max(updated, newest.get(booking, ""))
        return True

    @property
    def requests(self) -> int:
        """How many were sent so far."""
        return self.sim.stats.requests


@asynccontextmanager
async def missing_events(folder: Path, **settings: Any) -> AsyncIterator[Missing]:
    """An account with a webhook that reaches nobody yet."""
    clock = AheadClock()
    account = settings.pop("account", Account(bookings=300, contacts=50, webhooks=0, quirks=False))
    sim = Simulator(
        account, clock=clock, limits=None, delivery=Delivery(timestamp="simulated"), **settings
    )
    async with sim, OnceHub(sim.api_key, base_url=sim.url, clock=clock) as oncehub:
        webhook = await oncehub.webhooks.create(name="Mine", url=URL, events=["booking"])
        secret = webhook.signing_secret or ""
        yield Missing(sim, oncehub, clock, folder / "inbox.db", secret)

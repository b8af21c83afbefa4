"""Somebody to deliver to."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import attrs
import orjson

from harness.virtual_time import VirtualClock
from oncehub_async.simulator import Account, Simulator

URL = "https://app.example/hooks"
QUIET = Account(bookings=300, contacts=100, webhooks=0)


@attrs.frozen
class Got:
    """A delivery as it arrived, and when by the loop's clock."""

    headers: dict[str, str]
    body: bytes
    at: float

    @property
    def event(self) -> Any:
        return orjson.loads(self.body)

    @property
    def timestamp(self) -> int:
        return int(self.headers["Oncehub-Signature"].partition(",")[0].removeprefix("t="))


@attrs.define
class Receiver:
    """Answers with the statuses of its script; when that is over, with the last one."""

    script: list[int] = attrs.field(factory=lambda: [200])
    takes: float = 0.0
    got: list[Got] = attrs.field(factory=list)
    at_once: int = 0
    most_at_once: int = 0

    async def __call__(self, headers: Mapping[str, str], body: bytes) -> int:
        self.got.append(Got(dict(headers), body, asyncio.get_running_loop().time()))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await asyncio.sleep(self.takes)
        finally:
            self.at_once -= 1
        return self.script.pop(0) if len(self.script) > 1 else self.script[0]

    @property
    def types(self) -> list[str]:
        return [got.event["type"] for got in self.got]

    @property
    def events(self) -> list[str]:
        return [got.event["id"] for got in self.got]


def subscribe(sim: Simulator, *events: str, url: str = URL) -> str:
    """What `POST /webhooks` does, for a loop without sockets. The webhook's id."""
    kind = sim._state.world.webhooks
    return str(
        sim._state.webhooks.add(
            0,
            lambda index: {
                "id": kind.id(index),
                "object": "webhook",
                "url": url,
                "events": list(events) or ["booking"],
                "secret": kind.secret(index),
            },
        )["id"]
    )


@asynccontextmanager
async def virtual(receiver: Receiver, **settings: Any) -> AsyncIterator[Simulator]:
    """A simulator in virtual time with one webhook, for all events, that leads to `receiver`."""
    settings = dict[str, Any]({"account": QUIET, "deliver_to": {URL: receiver}} | settings)
    async with Simulator(clock=VirtualClock(), limits=None, **settings) as sim:
        subscribe(sim, "booking", "conversation")
        yield sim


def outcomes(sim: Simulator) -> list[str]:
    return [attempt.outcome for attempt in sim.deliveries]

"""A receiver on a loop whose time jumps."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import attrs

from harness.virtual_time import run_virtual
from oncehub_async._ground import WallClock
from oncehub_async.testing import make_event
from oncehub_async.webhooks import MemoryInbox, Receiver

from .conftest import SECRET, deliver

START = 1_790_000_000.0


@attrs.frozen
class LoopClock(WallClock):
    """The wall clock of a loop in virtual time."""

    def now(self) -> float:
        return START + asyncio.get_running_loop().time()


def receiver(**settings: Any) -> Receiver:
    inbox = settings.pop("inbox", None) or MemoryInbox(keep=10 * 86_400.0)
    return Receiver(signing_secret=SECRET, inbox=inbox, clock=LoopClock(), **settings)


def virtual(test: Callable[[], Awaitable[None]]) -> Callable[[], None]:
    """Run a test on a loop whose time jumps."""

    def run() -> None:
        async def main() -> None:
            await test()

        run_virtual(main())

    run.__name__, run.__doc__ = getattr(test, "__name__", ""), test.__doc__
    return run


def since_start() -> float:
    return asyncio.get_running_loop().time()


async def post(subject: Receiver, kind: str = "booking.scheduled", **how: Any) -> None:
    answer = await deliver(subject, make_event(kind, **how), at=subject.clock.now())
    assert answer.status == 200

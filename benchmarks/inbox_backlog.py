"""What a claim and a settlement cost beside what waits: `python -m benchmarks.inbox_backlog`.

A SQLite inbox of 1.5 KB events. Rounds of one claim of ten events and their settlement, as the
worker makes them, per second, beside: nothing; events that are due; events of which all of one
handler's work fails and is due in an hour; events that are held up behind one of their booking.
"""

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from oncehub_async.webhooks import Inbox, SQLiteInbox
from oncehub_async.webhooks._inbox import Outcome, State, StoredEvent

from .receiver_load import template

WAITING = (1_000, 10_000, 100_000, 300_000)
ROUNDS = 30
BODY = template()
DONE = Outcome(state=State.DONE)


async def put(
    inbox: Inbox, numbers: range, handlers: tuple[str, ...], subjects: int, name: str
) -> None:
    """Put events, a thousand at a time."""
    for start in range(numbers.start, numbers.stop, 1_000):
        await asyncio.gather(
            *(
                inbox.put(
                    StoredEvent(
                        id=f"{name}-{number}",
                        type="booking.scheduled",
                        subject=f"{name}-{number % subjects}",
                        creation_time=float(number),
                        received=0.0,
                        body=BODY,
                    ),
                    handlers,
                )
                for number in range(start, min(start + 1_000, numbers.stop))
            )
        )


async def fail(inbox: Inbox) -> None:
    """All of the handler `down` fails, and is due in an hour."""
    failed = Outcome(state=State.FAILED, due=3_600.0, error="the CRM is down")
    while claims := await inbox.claim(1_000, ("down",), 1.0):
        work = [work for claim in claims for work in claim.work]
        await asyncio.gather(*(inbox.settle(each, failed, 1.0) for each in work))


async def due(inbox: Inbox, many: int) -> None:
    """Nothing is held up; all waits for its turn."""
    await put(inbox, range(many), ("up",), many, "due")


async def failing(inbox: Inbox, many: int) -> None:
    """Each event's work of one handler has failed."""
    await put(inbox, range(many), ("down",), many, "failing")
    await fail(inbox)


async def held_up(inbox: Inbox, many: int) -> None:
    """Half of the bookings' first events have failed; the other half stands behind them."""
    await put(inbox, range(many // 2), ("down",), many // 2, "held")
    await fail(inbox)
    await put(inbox, range(many // 2, many), ("down",), many // 2, "held")


Fill = Callable[[Inbox, int], Awaitable[None]]
KINDS: dict[str, Fill] = {
    "due at once": due,
    "one handler fails for an hour": failing,
    "half held up behind a failed one": held_up,
}


async def rounds_a_second(fill: Fill, many: int) -> float:
    """Events a second that a healthy handler's claims and settlements take."""
    with tempfile.TemporaryDirectory() as folder:
        inbox = SQLiteInbox(Path(folder) / "inbox.db")
        await inbox.open()
        await fill(inbox, many)
        await put(inbox, range(ROUNDS * 10), ("up",), ROUNDS * 10, "healthy")
        began = time.perf_counter()
        for _ in range(ROUNDS):
            claims = await inbox.claim(10, ("down", "up"), 2.0)
            work = [work for claim in claims for work in claim.work]
            await asyncio.gather(*(inbox.settle(each, DONE, 2.0) for each in work))
        took = time.perf_counter() - began
        await inbox.close()
    return ROUNDS * 10 / took


def table() -> None:
    """Print a line for each kind of backlog."""
    print("events a second, claimed and settled, beside waiting events")
    print(f"{'':34}" + "".join(f"{many:>10,}" for many in WAITING))
    for name, fill in KINDS.items():
        figures = [asyncio.run(rounds_a_second(fill, many)) for many in WAITING]
        print(f"{name:34}" + "".join(f"{each:10,.0f}" for each in figures), flush=True)


if __name__ == "__main__":
    table()

"""How long an event takes from its acceptance to its handler, at 200 events a second."""

import asyncio
import statistics
import tempfile
import time
from pathlib import Path

from oncehub_async.testing import make_event, sign
from oncehub_async.webhooks import Context, Event, Receiver, SQLiteInbox

from .receiver_load import SECRET

RATE = 200
SECONDS = 20


async def measure(file: Path, seconds: int) -> list[float]:
    """Seconds for each event, through SQLite with synchronous=FULL."""
    waits: list[float] = []
    receiver = Receiver(signing_secret=SECRET, inbox=SQLiteInbox(file))

    @receiver.on("booking")
    async def handler(_event: Event, context: Context) -> None:
        # From when it was read, before the commit that makes it safe.
        waits.append(time.time() - context.received.timestamp())

    async def deliver(number: int) -> None:
        body = make_event("booking.scheduled", event_id=f"EVNT-{number}")
        await receiver.receive({"Oncehub-Signature": sign(body, SECRET)}, body)

    async with receiver:
        started = time.perf_counter()
        tasks = []
        for number in range(RATE * seconds):
            await asyncio.sleep(max(started + number / RATE - time.perf_counter(), 0.0))
            tasks.append(asyncio.create_task(deliver(number)))
        await asyncio.gather(*tasks)
        await receiver.idle()
    return waits


def main(seconds: int = SECONDS) -> None:
    """Print the quantiles."""
    with tempfile.TemporaryDirectory() as folder:
        waits = asyncio.run(measure(Path(folder, "inbox.db"), seconds))
    cuts = statistics.quantiles(waits, n=100)
    told = f"p50 {cuts[49] * 1e3:.1f} ms, p99 {cuts[98] * 1e3:.1f} ms of {len(waits):,}"
    print(f"{f'from acceptance to handler at {RATE} events a second':<60} {told}")


if __name__ == "__main__":
    main()

"""The receiver of `oncehub demo-webhooks`, in a process of its own, for it is killed."""

import asyncio
import os
import random
import sys
from pathlib import Path

from ..webhooks import Backoff, Context, Event, Receiver, SQLiteInbox, serve

VARIABLE = "ONCEHUB_SIGNING_SECRET"
INBOX, LOG = "inbox.db", "handled.txt"
FAILS = 0.2


async def run(folder: Path, port: int) -> None:
    """Receive, and write down when the handler begins and ends."""
    receiver = Receiver(
        signing_secret=os.environ[VARIABLE],
        inbox=SQLiteInbox(folder / INBOX),
        backoff=Backoff(attempts=50, first=0.2, longest=2.0),
    )
    chance = random.SystemRandom()
    log = os.open(folder / LOG, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)

    def note(word: str, event: Event) -> None:
        os.write(log, f"{word} {event.id} {os.getpid()}\n".encode())

    @receiver.on("*", name="handler")
    async def handler(event: Event, _context: Context) -> None:
        note("began", event)
        await asyncio.sleep(chance.random() * 0.05)
        if chance.random() < FAILS:
            note("failed", event)
            raise ConnectionError("as the services that handlers call do at times")
        note("ended", event)

    await serve(receiver, port=port, on_start=lambda url: print(url, flush=True))


if __name__ == "__main__":
    asyncio.run(run(Path(sys.argv[1]), int(sys.argv[2])))

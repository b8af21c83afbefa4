"""A receiver in a process of its own, to be killed: `... FOLDER PORT [FAILS [SECONDS]]`."""

import asyncio
import os
import random
import sys
from pathlib import Path

from .._ground import open_private
from ..webhooks import Backoff, Context, Event, Receiver, SQLiteInbox, serve

VARIABLE = "ONCEHUB_SIGNING_SECRET"
INBOX, LOG = "inbox.db", "handled.txt"
FAILS = 0.2


async def run(folder: Path, port: int, fails: float = FAILS, seconds: float = 0.05) -> None:
    """Receive, and write down when the handler begins and ends.

    It fails in `fails` of all attempts and takes up to so many seconds.
    """
    receiver = Receiver(
        signing_secret=os.environ[VARIABLE],
        inbox=SQLiteInbox(folder / INBOX),
        backoff=Backoff(attempts=100, first=0.1, longest=2.0),
    )
    chance = random.SystemRandom()
    log = open_private(folder / LOG, os.O_CREAT | os.O_APPEND | os.O_WRONLY)

    def note(word: str, event: Event) -> None:
        os.write(log, f"{word} {event.id} {os.getpid()}\n".encode())

    @receiver.on("*", name="handler")
    async def handler(event: Event, _context: Context) -> None:
        note("began", event)
        await asyncio.sleep(chance.random() * seconds)
        if chance.random() < fails:
            note("failed", event)
            raise ConnectionError("as the services that handlers call do at times")
        note("ended", event)

    await serve(receiver, port=port, on_start=lambda url: print(url, flush=True))


if __name__ == "__main__":
    asyncio.run(run(Path(sys.argv[1]), int(sys.argv[2]), *map(float, sys.argv[3:])))

"""A receiver in a process of its own, to be killed.

`... FOLDER PORT [FAILS [SECONDS [INBOX]]]`: its inbox is a file in the folder if none is named.
"""

import asyncio
import os
import random
import sys
from pathlib import Path

from .._ground import open_private
from ..webhooks import Backoff, Context, Event, Receiver, inbox_at, serve

VARIABLE = "ONCEHUB_SIGNING_SECRET"
INBOX, LOG = "inbox.db", "handled.txt"
FAILS = 0.2


async def run(
    folder: Path,
    port: int,
    fails: float | str = FAILS,
    seconds: float | str = 0.05,
    place: str | None = None,
) -> None:
    """Receive, and write down when the handler begins and ends.

    It fails in `fails` of all attempts and takes up to so many seconds.
    """
    fails, seconds = float(fails), float(seconds)
    inbox, _ = inbox_at(place or str(folder / INBOX), "inbox")
    receiver = Receiver(
        signing_secret=os.environ[VARIABLE],
        inbox=inbox,
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
    asyncio.run(run(Path(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:]))

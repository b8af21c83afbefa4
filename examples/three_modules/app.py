"""`python -m examples.three_modules.app`; it needs ONCEHUB_SIGNING_SECRET."""

import asyncio
import logging
import os
import time

from oncehub_async.webhooks import (
    CallNext,
    Context,
    Event,
    Inbox,
    Receiver,
    SQLiteInbox,
    serve,
)

from . import bookings, conversations
from .diary import Diary

logger = logging.getLogger(__name__)


def make_receiver(signing_secret: str, inbox: Inbox, diary: Diary) -> Receiver[Diary]:
    """The handlers of both modules, with a stopwatch around each and a note of failures."""
    receiver = Receiver(signing_secret=signing_secret, inbox=inbox, services=diary)
    receiver.include(bookings.router)
    receiver.include(conversations.router)

    @receiver.middleware
    async def stopwatch(event: Event, context: Context, call_next: CallNext) -> None:
        started = time.perf_counter()
        await call_next(event, context)
        logger.info("%s took %.3f s", context.handler, time.perf_counter() - started)

    @receiver.on_error
    async def note(error: Exception, _event: Event, context: Context) -> None:
        diary.failures.append(f"{context.handler}: {type(error).__name__}")

    return receiver


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    secret = os.environ["ONCEHUB_SIGNING_SECRET"]
    asyncio.run(serve(make_receiver(secret, SQLiteInbox("diary.db"), Diary())))

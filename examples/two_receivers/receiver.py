"""The same program on each host: `python -m examples.two_receivers.receiver`.

It needs ONCEHUB_SIGNING_SECRET and INBOX, the PostgreSQL database that all hosts share
(postgresql://user@host/database), and oncehub-async[postgres]. nginx.conf beside it is the proxy.

Either host may get a delivery; it is kept once. Of one booking only one event is handled at a time
on all hosts together, and what a host that died had begun is run again by the other.
"""

import asyncio
import logging
import os

from oncehub_async.webhooks import BookingEvent, Context, PostgresInbox, Receiver, serve

logger = logging.getLogger("bookings")


def make_receiver() -> Receiver:
    """The receiver with its handler."""
    receiver = Receiver(
        signing_secret=os.environ["ONCEHUB_SIGNING_SECRET"],
        inbox=PostgresInbox(os.environ["INBOX"]),
    )

    # A name that stays when the function moves: work waits under it in the database.
    @receiver.on("booking", name="bookings.tell")
    async def tell(event: BookingEvent, context: Context) -> None:
        logger.info("%s is %s, at attempt %d", event.data.id, event.data.status, context.attempt)

    return receiver


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    host, port = os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("PORT", "8080"))
    asyncio.run(serve(make_receiver(), host=host, port=port))

"""Keeps a CRM current with OnceHub's bookings: `python -m examples.crm_upsert`.

It needs ONCEHUB_SIGNING_SECRET and CRM_URL; events are kept in crm.db. The CRM is told with the
event's id as its idempotency key, so that an attempt that is repeated changes nothing twice.
"""

import asyncio
import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp

from oncehub_async import id_of
from oncehub_async.webhooks import BookingEvent, Context, GiveUp, Receiver, SQLiteInbox, serve


@asynccontextmanager
async def crm() -> AsyncIterator[aiohttp.ClientSession]:
    """A session for the CRM, open for as long as handlers run."""
    timeout = aiohttp.ClientTimeout(total=20)
    async with aiohttp.ClientSession(os.environ["CRM_URL"], timeout=timeout) as session:
        yield session


def make_receiver() -> Receiver:
    """The receiver with its handler."""
    receiver = Receiver(
        signing_secret=os.environ["ONCEHUB_SIGNING_SECRET"],
        inbox=SQLiteInbox(os.environ.get("INBOX", "crm.db")),
        services=crm,
    )

    @receiver.on("booking", name="crm.upsert", timeout=30)
    async def upsert(event: BookingEvent, context: Context) -> None:
        """Events of one booking come one after the other, in the order in which they happened."""
        session: aiohttp.ClientSession = context.services
        booking, form = event.data, event.data.form_submission
        meeting = {
            "status": booking.status,
            "starts": booking.starting_time.isoformat() if booking.starting_time else None,
            "owner": id_of(booking.owner),
            "email": form.email if form else None,
        }
        headers = {"Idempotency-Key": event.id}
        async with session.put(f"/meetings/{booking.id}", json=meeting, headers=headers) as answer:
            if answer.status == 422:
                raise GiveUp("the CRM will never take this one")
            answer.raise_for_status()  # anything else is tried again

    return receiver


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    asyncio.run(serve(make_receiver(), port=int(os.environ.get("PORT", "8080"))))

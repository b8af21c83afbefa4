"""A FastAPI service with OnceHub's webhooks beside its own routes.

`uvicorn examples.fastapi_service:app`; it needs ONCEHUB_SIGNING_SECRET, and keeps events in
service.db. OnceHub delivers to /webhooks/oncehub. A route, and no mount: a mount redirects a path
without a slash at its end, and to OnceHub a redirect is a failure.
"""

import os
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.routing import Route

from oncehub_async.webhooks import BookingEvent, Receiver, ReceiverApp, SQLiteInbox

receiver = Receiver(
    signing_secret=os.environ["ONCEHUB_SIGNING_SECRET"],
    inbox=SQLiteInbox(os.environ.get("INBOX", "service.db")),
)
bookings: dict[str, str | None] = {}


@receiver.on("booking")
async def remember(event: BookingEvent) -> None:
    """What is remembered under an id may be written twice."""
    bookings[event.data.id] = event.data.status


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    """The receiver runs for as long as the service does."""
    async with receiver:
        yield


app = FastAPI(lifespan=lifespan)
app.router.routes.append(Route("/webhooks/oncehub", ReceiverApp(receiver)))


@app.get("/bookings")
async def count() -> dict[str, int]:
    """How many bookings there are in each state."""
    return dict(Counter(str(status) for status in bookings.values()))


@app.get("/ready")
async def ready() -> dict[str, bool]:
    """Whether deliveries are accepted."""
    return {"ready": receiver.readiness().status == 200}

"""Receiving OnceHub's webhooks: verified, kept, and handed to coroutines, without losing one.

receiver = Receiver(signing_secret=..., inbox=SQLiteInbox("inbox.db"))

@receiver.on("booking.scheduled")
async def welcome(event: BookingEvent) -> None:
    print(event.data.subject)

async with receiver:
    answer = await receiver.receive(headers, body)
"""

from .aiohttp_handler import add_receiver, aiohttp_handler
from .answer import Answer
from .asgi import ReceiverApp
from .context import Context
from .errors import (
    EnvelopeError,
    EventDataError,
    GiveUp,
    InboxError,
    RetryLater,
    SecretsError,
    SignatureError,
    SignatureProblem,
    WebhookError,
)
from .event import BookingEvent, ConversationEvent, Event, construct_event, read_event
from .inbox import Inbox, MemoryInbox, SQLiteInbox
from .receiver import Receiver
from .router import Router
from .schedule import Backoff
from .serve import serve
from .signature import verify_signature
from .signing_secrets import secrets_of_account
from .wall_clock import WallClock

__all__ = [
    "Answer",
    "Backoff",
    "BookingEvent",
    "Context",
    "ConversationEvent",
    "EnvelopeError",
    "Event",
    "EventDataError",
    "GiveUp",
    "Inbox",
    "InboxError",
    "MemoryInbox",
    "Receiver",
    "ReceiverApp",
    "RetryLater",
    "Router",
    "SQLiteInbox",
    "SecretsError",
    "SignatureError",
    "SignatureProblem",
    "WallClock",
    "WebhookError",
    "add_receiver",
    "aiohttp_handler",
    "construct_event",
    "read_event",
    "secrets_of_account",
    "serve",
    "verify_signature",
]

"""Receiving OnceHub's webhooks: verified, kept, and handed to coroutines, without losing one.

receiver = Receiver(signing_secret=..., inbox=SQLiteInbox("inbox.db"))

@receiver.on("booking.scheduled")
async def welcome(event: BookingEvent) -> None:
    print(event.data.subject)

async with receiver:
    answer = await receiver.receive(headers, body)
"""

from .._ground import WallClock
from ._accepting.answers import DeliveryAnswer
from ._accepting.bodies import ArrivingBody, BodyRoom
from ._accepting.refusals import Refusal
from ._accepting.secret_file import read_secret_file, secrets_of_file
from ._accepting.signature import (
    MAX_SKEW,
    RETRY_WINDOW,
    SIGNATURE_HEADER,
    signature_header,
    verify_signature,
)
from ._accepting.signing_secrets import secrets_of_account
from ._catching_up.catch_up import CaughtUp, CaughtUpInbox, catch_up
from ._catching_up.known_bookings import BookingRecords
from ._catching_up.recreated_webhook import recreate_webhook
from ._catching_up.webhook_watch import LookHook, WebhookLook, WebhookWatch
from ._delivery_tracing import DeliverySpan, DeliveryTracing, RunSpan, StartedRun
from ._event import BookingEvent, ConversationEvent, Event, construct_event, read_event
from ._event_names import EventType, check_event_type
from ._handling.handler import Context
from ._handling.handling import Backoff
from ._handling.router import (
    CallNext,
    ErrorHandler,
    Middleware,
    NoSuchEventType,
    Registration,
    Router,
)
from ._inbox import Inbox, MemoryInbox, PostgresInbox, SQLiteInbox
from ._inbox.inbox_places import inbox_at, opened_inbox, shared_inbox
from ._inbox.interface import (
    AcceptingInbox,
    ClaimingInbox,
    InspectedInbox,
    OpenedInbox,
    TimekeepingInbox,
)
from ._inbox.records import (
    Claim,
    Deployment,
    KnownTime,
    Outcome,
    State,
    StoredEvent,
    Subscription,
    Work,
)
from ._inbox.selection import InboxEntry, InboxHandler, Selection
from ._observed import DeliveryHook, HandlerRun, ReceivedDelivery, RunHook
from ._receiver import Receiver
from ._serving.aiohttp_handler import add_receiver, aiohttp_handler
from ._serving.asgi import ReceiverApp
from ._serving.serve import serve, work
from ._webhook_errors import (
    CrashError,
    EnvelopeError,
    EventDataError,
    GiveUp,
    HandlerDecision,
    InboxError,
    RetryLater,
    SecretsError,
    SecretsNotShownError,
    SignatureError,
    SignatureProblem,
    WebhookError,
)

__all__ = [
    "MAX_SKEW",
    "RETRY_WINDOW",
    "SIGNATURE_HEADER",
    "AcceptingInbox",
    "ArrivingBody",
    "Backoff",
    "BodyRoom",
    "BookingEvent",
    "BookingRecords",
    "CallNext",
    "CaughtUp",
    "CaughtUpInbox",
    "Claim",
    "ClaimingInbox",
    "Context",
    "ConversationEvent",
    "CrashError",
    "DeliveryAnswer",
    "DeliveryHook",
    "DeliverySpan",
    "DeliveryTracing",
    "Deployment",
    "EnvelopeError",
    "ErrorHandler",
    "Event",
    "EventDataError",
    "EventType",
    "GiveUp",
    "HandlerDecision",
    "HandlerRun",
    "Inbox",
    "InboxEntry",
    "InboxError",
    "InboxHandler",
    "InspectedInbox",
    "KnownTime",
    "LookHook",
    "MemoryInbox",
    "Middleware",
    "NoSuchEventType",
    "OpenedInbox",
    "Outcome",
    "PostgresInbox",
    "ReceivedDelivery",
    "Receiver",
    "ReceiverApp",
    "Refusal",
    "Registration",
    "RetryLater",
    "Router",
    "RunHook",
    "RunSpan",
    "SQLiteInbox",
    "SecretsError",
    "SecretsNotShownError",
    "Selection",
    "SignatureError",
    "SignatureProblem",
    "StartedRun",
    "State",
    "StoredEvent",
    "Subscription",
    "TimekeepingInbox",
    "WallClock",
    "WebhookError",
    "WebhookLook",
    "WebhookWatch",
    "Work",
    "add_receiver",
    "aiohttp_handler",
    "catch_up",
    "check_event_type",
    "construct_event",
    "inbox_at",
    "opened_inbox",
    "read_event",
    "read_secret_file",
    "recreate_webhook",
    "secrets_of_account",
    "secrets_of_file",
    "serve",
    "shared_inbox",
    "signature_header",
    "verify_signature",
    "work",
]

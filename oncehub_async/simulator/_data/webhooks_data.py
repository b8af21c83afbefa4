"""Webhook subscriptions, and that something happened, for whoever wants to know."""

from collections.abc import Callable
from typing import Literal, get_args

import attrs

from .._account_settings import Account
from .ids import Ids
from .instants import with_milliseconds
from .kind import Body, Kind
from .seeded import key, letters
from .timeline import Timeline

EventType = Literal[
    "booking.scheduled",
    "booking.rescheduled",
    "booking.reassigned",
    "booking.canceled_then_rescheduled",
    "booking.canceled_reschedule_requested",
    "booking.canceled",
    "booking.completed",
    "booking.no_show",
    "conversation.reached_out",
    "conversation.started",
    "conversation.closed",
    "conversation.abandoned",
]
"""What an event's `type` can be."""
EVENT_TYPES: tuple[EventType, ...] = get_args(EventType)
EVENTS = frozenset({"booking", *EVENT_TYPES})
"""What a webhook can subscribe to: `booking` stands for all `booking.*`."""


class SimulatedWebhooks(Kind):
    """The account's webhooks. Each has a secret of its own, which never changes."""

    name, noun, object = "webhooks", "webhook", "webhook"

    def __init__(self, account: Account, timeline: Timeline) -> None:
        self.count = account.webhooks
        self.ids = Ids("WHK-", 10, account.seed)
        self._timeline = timeline
        self._key = key(account.seed, self.name)

    def created(self, index: int) -> int:
        return self._timeline.at(index)

    def secret(self, index: int) -> str:
        """The key with which deliveries to webhook `index` are signed."""
        return letters(self._key, index, 32, "0123456789abcdef")

    def make(self, index: int) -> Body:
        return {
            "object": self.object,
            "id": self.id(index),
            "api_version": "v2",
            "name": f"CRM {index + 1}",
            "url": f"https://crm.example.com/webhooks/{index + 1}",
            "events": ["booking"] if index % 2 else ["booking.scheduled", "booking.canceled"],
            "creation_time": with_milliseconds(self.created(index)),
            "secret": self.secret(index),
        }


@attrs.frozen
class AccountEvent:
    """Something happened at `now` (milliseconds since 1970) to a booking or a conversation."""

    type: EventType
    id: str
    now: int


class NothingThere(LookupError):
    """There is no booking or conversation, or no host, to which something could happen."""


Observer = Callable[[AccountEvent], None]

"""Where events are safe: an inbox in memory, in a SQLite file, in PostgreSQL."""

from .interface import Inbox, TimekeepingInbox, checked_inbox
from .memory import MemoryInbox
from .postgres_inbox import PostgresInbox
from .records import Claim, KnownTime, Outcome, State, StoredEvent, Subscription, Work
from .selection import InboxEntry, InboxHandler, Selection
from .sqlite_inbox import SQLiteInbox

__all__ = [
    "Claim",
    "Inbox",
    "InboxEntry",
    "InboxHandler",
    "KnownTime",
    "MemoryInbox",
    "Outcome",
    "PostgresInbox",
    "SQLiteInbox",
    "Selection",
    "State",
    "StoredEvent",
    "Subscription",
    "TimekeepingInbox",
    "Work",
    "checked_inbox",
]

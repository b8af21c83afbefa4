"""Where events are safe: the interface of an inbox, one in memory and one in a SQLite file."""

from .interface import Inbox, checked_inbox
from .memory import MemoryInbox
from .records import Claim, Outcome, State, StoredEvent, Subscription, Work
from .selection import InboxEntry, InboxHandler, Selection
from .sqlite_inbox import SQLiteInbox

__all__ = [
    "Claim",
    "Inbox",
    "InboxEntry",
    "InboxHandler",
    "MemoryInbox",
    "Outcome",
    "SQLiteInbox",
    "Selection",
    "State",
    "StoredEvent",
    "Subscription",
    "Work",
    "checked_inbox",
]

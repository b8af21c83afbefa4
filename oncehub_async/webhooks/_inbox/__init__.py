"""Where events are safe: the interface of an inbox, one in memory and one in a SQLite file."""

from .interface import Claim, Inbox, Outcome, State, StoredEvent, Work, checked_inbox
from .memory import MemoryInbox
from .sqlite_inbox import SQLiteInbox

__all__ = [
    "Claim",
    "Inbox",
    "MemoryInbox",
    "Outcome",
    "SQLiteInbox",
    "State",
    "StoredEvent",
    "Work",
    "checked_inbox",
]

"""An inbox in a SQLite file."""

from .inbox import SQLiteInbox

__all__ = ["SQLiteInbox"]

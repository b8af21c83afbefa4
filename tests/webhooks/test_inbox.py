"""Both inboxes keep the contract of `Inbox`."""

from collections.abc import Callable
from pathlib import Path

import pytest

from oncehub_async.testing import InboxContract, SharedInboxContract, TimekeepingInboxContract
from oncehub_async.webhooks import Inbox, MemoryInbox, SQLiteInbox
from oncehub_async.webhooks._inbox import sqlite_inbox


class TestMemoryInbox(InboxContract):
    """In memory; there it is one process's."""

    @pytest.fixture
    def make_inbox(self) -> Callable[[], Inbox]:
        inbox = MemoryInbox(keep=7 * 86_400.0)
        return lambda: inbox


class TestSQLiteInbox(SharedInboxContract, TimekeepingInboxContract):
    """In a file, several at once."""

    @pytest.fixture
    def make_inbox(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Inbox]:
        monkeypatch.setattr(sqlite_inbox, "_SECONDS_BETWEEN_ROLL_CALLS", 0.0)
        return lambda: SQLiteInbox(tmp_path / "inbox.db")

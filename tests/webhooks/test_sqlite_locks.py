"""Several users of one SQLite file: no one's locks are dropped."""

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from oncehub_async.webhooks import SQLiteInbox
from oncehub_async.webhooks.inbox import State
from oncehub_async.webhooks.inbox.sqlite import inbox as sqlite_inbox
from oncehub_async.webhooks.inbox.sqlite.inspection import opened
from oncehub_async.webhooks.inbox.sqlite.owner_lock import OwnerLock, is_alive

from .test_sqlite_inbox import DONE, event

TWO_INBOXES = """
import asyncio, os, signal, subprocess, sys
from oncehub_async.webhooks import SQLiteInbox
from tests.webhooks.test_sqlite_inbox import event

async def main():
    path = sys.argv[1]
    one, two = SQLiteInbox(path), SQLiteInbox(path)
    await one.open()
    await one.put(event(1), ("h",))
    await two.open()
    subprocess.run([sys.executable, "-m", "oncehub_async.cli", "inbox", "list", "-f", path],
                   check=True, capture_output=True)
    await one.put(event(2), ("h",))
    await two.put(event(3), ("h",))
    os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""


def test_what_two_inboxes_of_one_process_keep_outlives_a_look_and_a_kill(tmp_path: Path) -> None:
    """Opening the second one must not free the first one's locks: a look at the file from outside
    would then take the write-ahead log for its own, and remove it."""
    path = tmp_path / "inbox.db"
    process = subprocess.run(
        [sys.executable, "-c", TWO_INBOXES, str(path)], capture_output=True, timeout=60, check=False
    )
    assert process.returncode == -signal.SIGKILL, process.stderr.decode()
    with opened(path) as inbox:
        assert inbox.counts() == {State.PENDING: 3}


def test_an_owner_of_whom_nothing_can_be_learnt_is_alive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its lock file can't be opened: another user's, or too many files are open."""
    path = tmp_path / "inbox.db"
    lock = OwnerLock(path)
    lock.drop()
    for number in (errno.EACCES, errno.EMFILE):

        def refuse(*arguments: object, number: int = number) -> int:
            raise OSError(number, os.strerror(number))

        with monkeypatch.context() as patched:
            patched.setattr(os, "open", refuse)
            assert is_alive(path, lock.owner)
    assert not is_alive(path, lock.owner)


async def test_a_lock_file_that_a_cleaner_removed_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the next roll call; others then see again that its owner lives."""
    monkeypatch.setattr(sqlite_inbox, "_SECONDS_BETWEEN_ROLL_CALLS", 0.0)
    path = tmp_path / "inbox.db"
    inbox = SQLiteInbox(path)
    await inbox.open()
    await inbox.put(event(1), ("h",))
    (claim,) = await inbox.claim(1, ("h",), 99.0)
    (file,) = tmp_path.glob("*owner*")
    file.unlink()
    await inbox.claim(1, ("h",), 99.0)
    assert file.exists()
    other = SQLiteInbox(path)
    await other.open()
    assert await other.claim(1, ("h",), 99.0) == []
    await other.close()
    assert await inbox.settle(claim.work[0], DONE, 99.0)
    await inbox.close()
    assert [each.name for each in tmp_path.iterdir()] == ["inbox.db"]

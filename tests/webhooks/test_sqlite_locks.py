"""Several users of one SQLite file: no one's locks are dropped."""

import signal
import subprocess
import sys
from pathlib import Path

from oncehub_async.webhooks import opened_inbox
from oncehub_async.webhooks._inbox import State

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


async def test_what_two_inboxes_of_one_process_keep_outlives_a_look_and_a_kill(
    tmp_path: Path,
) -> None:
    """Opening the second one must not free the first one's locks: a look at the file from outside
    would then take the write-ahead log for its own, and remove it."""
    path = tmp_path / "inbox.db"
    process = subprocess.run(
        [sys.executable, "-c", TWO_INBOXES, str(path)], capture_output=True, timeout=60, check=False
    )
    assert process.returncode == -signal.SIGKILL, process.stderr.decode()
    async with opened_inbox(path) as inbox:
        assert await inbox.counts() == {State.PENDING: 3}

"""The inbox in a SQLite file: what its process, its disk and other programs can do to it."""

import asyncio
import os
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from oncehub_async import ClientStateError, ConfigurationError
from oncehub_async.webhooks import InboxError, SQLiteInbox
from oncehub_async.webhooks._inbox import Outcome, State, StoredEvent, sqlite_inbox

DONE = Outcome(state=State.DONE)


def event(number: int, size: int = 100) -> StoredEvent:
    return StoredEvent(
        id=f"E{number}",
        type="booking.scheduled",
        subject=f"B{number}",
        creation_time=float(number),
        received=float(number),
        body=b"x" * size,
    )


async def test_what_was_put_is_there_when_the_file_is_opened_again(tmp_path: Path) -> None:
    """Events, work and outcomes; nobody but the owner may read the file."""
    path = tmp_path / "inbox.db"
    first = SQLiteInbox(path)
    await first.open()
    for number in range(3):
        await first.put(event(number), ("h",))
    one, two, _ = await first.claim(10, ("h",), 99.0)
    await first.settle(one.work[0], DONE, 1.0)
    failed = Outcome(state=State.FAILED, due=500.0, error="it broke")
    await first.settle(two.work[0], failed, 1.0)
    await first.close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["inbox.db"]
    second = SQLiteInbox(path)
    await second.open()
    assert not await second.put(event(0), ("h",))
    (claim,) = await second.claim(10, ("h",), 99.0)
    assert (claim.event, claim.work[0].attempt) == (event(2), 2)  # it was running
    (claim,) = await second.claim(10, ("h",), 500.0)
    assert (claim.event, claim.work[0].attempt) == (event(1), 2)
    await second.close()


async def test_two_inboxes_on_one_file_never_hold_the_same_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both see what either put, and neither takes what the living other one holds."""
    monkeypatch.setattr(sqlite_inbox, "_SECONDS_BETWEEN_ROLL_CALLS", 0.0)
    one, two = SQLiteInbox(tmp_path / "inbox.db"), SQLiteInbox(tmp_path / "inbox.db")
    await one.open()
    await two.open()
    await asyncio.gather(*((one, two)[n % 2].put(event(n), ("h",)) for n in range(40)))
    assert not await two.put(event(0), ("h",))
    claimed = await asyncio.gather(*((one, two)[n % 2].claim(3, ("h",), 99.0) for n in range(20)))
    ids = [claim.event.id for claims in claimed for claim in claims]
    assert sorted(ids) == sorted(f"E{n}" for n in range(40))
    mine = next(claim for claims in claimed[::2] for claim in claims)
    assert not await two.settle(mine.work[0], DONE, 0.0)
    assert await one.settle(mine.work[0], DONE, 0.0)
    await one.close()
    left = sum(len(claims) for claims in claimed[::2]) - 1
    for _ in range(left):
        (claim,) = await two.claim(40, ("h",), 99.0)  # one by one: one of them may have killed it
        assert claim.work[0].attempt == 2
        assert await two.settle(claim.work[0], DONE, 99.0)
    assert await two.claim(40, ("h",), 99.0) == []
    await two.close()


async def test_nobody_releases_what_another_holds(tmp_path: Path) -> None:
    """One that lost its work, being taken for dead, must not take it from its new owner."""
    one, two = SQLiteInbox(tmp_path / "inbox.db"), SQLiteInbox(tmp_path / "inbox.db")
    await one.open()
    await two.open()
    await one.put(event(1), ("h",))
    (claim,) = await one.claim(1, ("h",), 99.0)
    await two.release(claim.work[0], began=True)
    assert await two.claim(1, ("h",), 99.0) == []
    assert await one.settle(claim.work[0], DONE, 99.0)
    await two.close()
    await one.close()


CLAIM_AND_HANG = """
import asyncio, sys
from oncehub_async.webhooks import SQLiteInbox

async def main():
    inbox = SQLiteInbox(sys.argv[1])
    await inbox.open()
    claims = await inbox.claim(2, ("h",), 99.0)
    print(len(claims), flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


async def test_work_of_a_killed_process_is_taken_up_at_once(tmp_path: Path) -> None:
    """Not that of a process that merely stalls: it is asked whether it lives, not for how long."""
    path = tmp_path / "inbox.db"
    inbox = SQLiteInbox(path)
    await inbox.open()
    await inbox.put(event(1), ("h",))
    await inbox.put(event(2), ("h",))
    await inbox.close()
    process = subprocess.Popen(
        [sys.executable, "-c", CLAIM_AND_HANG, str(path)], stdout=subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        assert await asyncio.to_thread(process.stdout.readline) == b"2\n"
        process.send_signal(signal.SIGSTOP)
        second = SQLiteInbox(path)
        await second.open()
        assert await second.claim(9, ("h",), 99.0) == []
        await second.close()
    finally:
        process.kill()
        process.communicate()
    third = SQLiteInbox(path)
    await third.open()
    for expected in ("E1", "E2"):
        (claim,) = await third.claim(9, ("h",), 99.0)
        assert (claim.event.id, claim.work[0].attempt, claim.alone) == (expected, 2, True)
        await third.settle(claim.work[0], DONE, 99.0)
    await third.close()
    assert [file.name for file in tmp_path.iterdir()] == ["inbox.db"]


async def test_a_locked_database_is_an_error_until_it_is_unlocked(tmp_path: Path) -> None:
    """The event loop goes on meanwhile."""
    path = tmp_path / "inbox.db"
    inbox = SQLiteInbox(path, busy_timeout=0.2)
    await inbox.open()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    putting = asyncio.ensure_future(inbox.put(event(1), ("h",)))
    turns = 0
    while not putting.done():
        await asyncio.sleep(0.005)
        turns += 1
    with pytest.raises(InboxError, match="locked"):
        await putting
    assert turns > 5
    with pytest.raises(InboxError, match="locked"):
        await inbox.claim(1, ("h",), 99.0)
    other.execute("ROLLBACK")
    assert await inbox.put(event(1), ("h",))
    other.close()
    await inbox.close()


FULL_DISK = """
import asyncio, resource, sys
from oncehub_async.webhooks import InboxError, SQLiteInbox
from tests.webhooks.test_sqlite_inbox import event

async def main():
    inbox = SQLiteInbox(sys.argv[1])
    await inbox.open()
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, resource.RLIM_INFINITY))
    kept, refused = set(), {}
    for number in range(120):
        try:
            assert await inbox.put(event(number, size=5_000), ("h",))
            kept.add(number)
        except InboxError as error:
            refused[number] = str(error)
    assert len(kept) > 20 and len(refused) > 20, (len(kept), len(refused))
    assert max(kept) < 119, "the disk was not full at the end"
    print(refused[119])
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    assert await inbox.put(event(119, size=5_000), ("h",)), "it did not recover"
    claims = await inbox.claim(10_000, ("h",), 1e9)
    assert {int(claim.event.id[1:]) for claim in claims} == kept | {119}
    await inbox.close()

asyncio.run(main())
"""


def test_a_full_disk_is_an_error_until_there_is_room(tmp_path: Path) -> None:
    """Nothing that was accepted before is lost, nothing that was refused is there."""
    told = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(tmp_path / "inbox.db")],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    assert told.stdout.count("\n") == 1
    assert "disk" in told.stdout


async def test_a_damaged_file_is_an_error_until_it_is_a_good_one_again(tmp_path: Path) -> None:
    """Also when a good one takes its place."""
    path = tmp_path / "inbox.db"
    inbox = SQLiteInbox(path)
    await inbox.open()
    for number in range(50):
        await inbox.put(event(number, size=3_000), ("h",))
    await inbox.close()
    good = path.read_bytes()
    inbox = SQLiteInbox(path)
    await inbox.open()
    path.write_bytes(good[:100] + os.urandom(len(good) - 100))
    with pytest.raises(InboxError):
        await inbox.put(event(100), ("h",))
    with pytest.raises(InboxError):
        await inbox.put(event(100), ("h",))
    for leftover in tmp_path.glob("inbox.db-[ws]*"):
        leftover.unlink()
    path.write_bytes(good)
    assert await inbox.put(event(100), ("h",))
    assert len(await inbox.claim(100, ("h",), 1e9)) == 51
    await inbox.close()


@pytest.mark.parametrize("instead", ["nothing", "another inbox"])
async def test_a_file_that_was_moved_is_an_error_until_it_is_back(
    tmp_path: Path, instead: str
) -> None:
    """A new one in its place would know nothing of what was accepted and done before."""
    path, elsewhere = tmp_path / "inbox.db", tmp_path / "elsewhere"
    elsewhere.mkdir()
    inbox = SQLiteInbox(path)
    await inbox.open()
    await inbox.put(event(1), ("h",))
    for file in tmp_path.glob("inbox.db*"):
        if "owner" not in file.name:
            file.rename(elsewhere / file.name)
    if instead == "another inbox":
        other = SQLiteInbox(path)
        await other.open()
        await other.close()
    for _ in range(2):
        with pytest.raises(InboxError, match="moved or replaced"):
            await inbox.put(event(1), ("h",))
        with pytest.raises(InboxError, match="moved or replaced"):
            await inbox.claim(1, ("h",), 99.0)
    assert path.exists() == (instead == "another inbox")
    for file in elsewhere.iterdir():
        file.replace(tmp_path / file.name)
    assert not await inbox.put(event(1), ("h",))
    assert await inbox.put(event(2), ("h",))
    await inbox.close()


async def test_files_that_are_no_inbox_are_refused(tmp_path: Path) -> None:
    """When it is opened, in a line that names the file; they stay as they are."""
    text, foreign = tmp_path / "notes.txt", tmp_path / "foreign.db"
    text.write_text(
        "not a database, but a text that is longer than a header of a hundred bytes" * 3
    )
    other = sqlite3.connect(foreign)
    other.execute("CREATE TABLE precious (x)")
    other.close()
    before = foreign.read_bytes()
    versioned, newer = tmp_path / "versioned.db", tmp_path / "newer.db"
    shutil.copy(foreign, versioned)
    inbox = SQLiteInbox(newer)
    await inbox.open()
    await inbox.close()
    for file, version in ((versioned, 1), (newer, 99)):
        other = sqlite3.connect(file)
        other.execute(f"PRAGMA user_version = {version}")
        other.close()
        with pytest.raises(ConfigurationError, match=file.name):
            await SQLiteInbox(file).open()
        file.unlink()
    with pytest.raises(InboxError, match="not a database"):
        await SQLiteInbox(text).open()
    with pytest.raises(ConfigurationError, match=r"foreign\.db"):
        await SQLiteInbox(foreign).open()
    connection = sqlite3.connect(foreign)
    assert [row[0] for row in connection.execute("SELECT name FROM sqlite_schema")] == ["precious"]
    connection.close()
    assert foreign.read_bytes() == before
    with pytest.raises(ConfigurationError, match="can't be made"):
        await SQLiteInbox(tmp_path / "no" / "folder" / "inbox.db").open()
    for path in ("", ":memory:"):
        with pytest.raises(ConfigurationError, match="MemoryInbox"):
            SQLiteInbox(path)
    assert {file.name for file in tmp_path.iterdir()} == {"notes.txt", "foreign.db"}


async def test_an_inbox_that_is_not_open_says_so(tmp_path: Path) -> None:
    """Before it is opened, and after it was closed; then it can be opened again."""
    inbox = SQLiteInbox(tmp_path / "inbox.db")
    with pytest.raises(ClientStateError, match="open the inbox first"):
        await inbox.put(event(1), ("h",))
    await inbox.open()
    with pytest.raises(ClientStateError, match="is open"):
        await inbox.open()
    await inbox.close()
    with pytest.raises(ClientStateError, match="open the inbox first"):
        await inbox.put(event(1), ("h",))
    await inbox.open()
    assert await inbox.put(event(1), ("h",))
    await inbox.close()


async def test_many_requests_share_a_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is asked for at the same time costs one write of the disk, not one each."""
    inbox = SQLiteInbox(tmp_path / "inbox.db")
    await inbox.open()
    commits = []
    writer = inbox._writer
    assert writer is not None
    commit = writer._commit

    def noting(batch: list[Any]) -> list[Any]:
        commits.append(len(batch))
        return commit(batch)

    monkeypatch.setattr(writer, "_commit", noting)
    await asyncio.gather(*(inbox.put(event(number), ("h",)) for number in range(200)))
    await inbox.close()
    assert commits == [200]


async def test_a_commit_is_durable(tmp_path: Path) -> None:
    """WAL and synchronous=FULL."""
    inbox = SQLiteInbox(tmp_path / "inbox.db")
    await inbox.open()
    pragmas = await inbox._asked(
        lambda db: [
            db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")
        ]
    )
    assert pragmas == ["wal", 2]
    await inbox.close()


async def test_what_another_process_wrote_is_news(tmp_path: Path) -> None:
    """Soon, instead of at the next look; what this one writes itself is none."""
    one, two = SQLiteInbox(tmp_path / "inbox.db"), SQLiteInbox(tmp_path / "inbox.db")
    await one.open()
    await two.open()
    news = asyncio.Event()
    one.on_news(news.set)
    await asyncio.wait_for(news.wait(), 10.0)  # that it was opened
    news.clear()
    await one.put(event(1), ("h",))
    await asyncio.sleep(0.2)
    assert not news.is_set()
    await two.put(event(2), ("h",))
    await asyncio.wait_for(news.wait(), 10.0)
    one.on_news(None)
    await asyncio.sleep(0.2)
    news.clear()
    await two.put(event(3), ("h",))
    await asyncio.sleep(0.2)
    assert not news.is_set()
    await one.close()
    await two.close()

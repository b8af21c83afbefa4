"""Who is alive is told by a lock that the kernel frees; a file that is missing tells nothing yet."""

import asyncio
import errno
import os
import secrets
import signal
import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest

from oncehub_async.webhooks import InboxError, SQLiteInbox
from oncehub_async.webhooks._inbox import owner_lock, sqlite_inbox, statements
from oncehub_async.webhooks._inbox.owner_lock import (
    MISSING,
    Life,
    OwnerLock,
    RollCall,
    life_of,
    lock_path,
)

from .test_sqlite_inbox import DONE, event


def test_a_forked_child_does_not_keep_its_parents_work_alive(tmp_path: Path) -> None:
    """A lock that children inherit would outlive its owner."""
    path = tmp_path / "inbox.db"
    lock = OwnerLock(path)
    runs, ran = os.pipe()
    ends, end = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(end)
        os.write(ran, b".")
        os.read(ends, 1)
        os._exit(0)
    try:
        assert os.read(runs, 1) == b"."
        assert life_of(path, lock.owner) is Life.ALIVE
        lock.drop()  # as the kernel does when the parent dies
        assert life_of(path, lock.owner) is Life.DEAD
    finally:
        os.close(end)
        os.waitpid(child, 0)
        for each in (runs, ran, ends):
            os.close(each)


async def test_what_dead_owners_left_is_swept_and_living_ones_stay(tmp_path: Path) -> None:
    """Also of one that held no work; a name taken during a sweep is another one."""
    path = tmp_path / "inbox.db"
    dead, living = OwnerLock(path), OwnerLock(path)
    dead.drop()
    inbox = SQLiteInbox(path)
    await inbox.open()
    assert not lock_path(path, dead.owner).exists()
    assert life_of(path, living.owner) is Life.ALIVE
    await inbox.close()
    living.release()
    assert [file.name for file in tmp_path.iterdir()] == ["inbox.db"]


def test_a_lock_whose_file_was_swept_is_taken_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between making the file and locking it, somebody else may take it for a dead one's."""
    path, lock, swept = tmp_path / "inbox.db", owner_lock._lock, list[str]()

    def after_a_sweep(descriptor: int) -> None:
        for file in tmp_path.glob("*owner*") if not swept else ():
            swept.append(file.name)
            file.unlink()
        lock(descriptor)

    monkeypatch.setattr(owner_lock, "_lock", after_a_sweep)
    mine = OwnerLock(path)
    assert len(swept) == 1
    assert life_of(path, mine.owner) is Life.ALIVE
    mine.release()


def test_an_owner_of_whom_nothing_can_be_learnt_is_not_dead(
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
            assert life_of(path, lock.owner) is Life.HIDDEN
    assert life_of(path, lock.owner) is Life.DEAD


def files(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


async def working(path: Path) -> tuple[SQLiteInbox, Any, Path]:
    """An inbox that holds work, the work, and its lock file."""
    inbox = SQLiteInbox(path, busy_timeout=0.2)
    await inbox.open()
    await inbox.put(event(1), ("h",))
    (claim,) = await inbox.claim(1, ("h",), 99.0)
    (file,) = path.parent.glob("*owner*")
    return inbox, claim.work[0], file


async def claimed(path: Path) -> int:
    """How much of the work another process gets."""
    other = SQLiteInbox(path, busy_timeout=20.0)
    await other.open()
    claims = await other.claim(9, ("h",), 99.0)
    for claim in claims:
        assert await other.settle(claim.work[0], DONE, 99.0)
    await other.close()
    return len(claims)


async def test_nobody_takes_the_work_of_one_whose_lock_file_was_removed(tmp_path: Path) -> None:
    """Not even before it has made the file again, which it does without anything to do."""
    path = tmp_path / "inbox.db"
    inbox, work, file = await working(path)
    file.unlink()
    assert not file.exists()
    assert await claimed(path) == 0
    async with asyncio.timeout(60):
        while not file.exists():
            await asyncio.sleep(0.05)
    assert life_of(path, file.name.rpartition("-")[2]) is Life.ALIVE
    assert await inbox.settle(work, DONE, 99.0)
    await inbox.close()
    assert files(tmp_path) == ["inbox.db"]


def test_who_is_missing_for_long_is_dead(tmp_path: Path) -> None:
    """Of one that died and whose file was removed nothing else is left; one that is back lives."""
    path = tmp_path / "inbox.db"
    lost, living = OwnerLock(path), OwnerLock(path)
    owners = [lost.owner, living.owner]
    roll = RollCall(path)
    lock_path(path, lost.owner).unlink()
    assert roll.dead(owners, 100.0) == []
    lost.renew()
    assert roll.dead(owners, 120.0) == []
    lock_path(path, lost.owner).unlink()
    assert roll.dead(owners, 140.0) == []
    assert roll.dead(owners, 140.0 + MISSING - 1) == []
    assert roll.dead(owners, 140.0 + MISSING) == [lost.owner]
    living.drop()
    assert roll.dead(owners, 141.0 + MISSING) == owners
    lost.drop()


def test_a_lock_file_that_is_made_again_is_never_seen_unlocked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever looked just then would take its owner for dead."""
    path, lock = tmp_path / "inbox.db", owner_lock._lock
    mine = OwnerLock(path)
    file = lock_path(path, mine.owner)
    file.unlink()
    seen: list[bool] = []

    def look_first(descriptor: int) -> None:
        seen.append(file.exists())
        lock(descriptor)

    monkeypatch.setattr(owner_lock, "_lock", look_first)
    mine.renew()
    assert seen == [False]
    monkeypatch.undo()
    assert life_of(path, mine.owner) is Life.ALIVE
    mine.release()
    assert files(tmp_path) == []


def test_a_fork_while_a_lock_file_is_made_again_hangs_nobody(tmp_path: Path) -> None:
    """The thread that does it is not in the child, and could never end there."""
    lock = OwnerLock(tmp_path / "inbox.db")
    with lock._changing:
        child = os.fork()
        if child == 0:
            os._exit(0)
    waited = 0.0
    while os.waitpid(child, os.WNOHANG) == (0, 0):
        time.sleep(0.05)
        waited += 0.05
        if waited > 30:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            pytest.fail("the child hangs")
    lock.release()


async def test_what_is_held_when_an_inbox_is_closed_is_given_back(tmp_path: Path) -> None:
    """In the database, so that nobody has to find out that it ended."""
    path = tmp_path / "inbox.db"
    inbox, _, _ = await working(path)
    await inbox.close()
    assert files(tmp_path) == ["inbox.db"]
    connection = sqlite3.connect(path)
    assert statements.owners(connection) == []
    connection.close()
    assert await claimed(path) == 1


async def test_what_can_not_be_given_back_is_taken_at_once(tmp_path: Path) -> None:
    """The unlocked file tells others; it goes once they have the work."""
    path = tmp_path / "inbox.db"
    inbox, _, file = await working(path)
    blocker = sqlite3.connect(path, isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    await inbox.close()
    blocker.execute("ROLLBACK")
    blocker.close()
    assert file.exists()
    assert await claimed(path) == 1
    assert files(tmp_path) == ["inbox.db"]


async def test_a_dead_owners_file_stays_until_its_work_was_given_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that is full just then must not hold up who takes over later."""
    path = tmp_path / "inbox.db"
    inbox, _, file = await working(path)
    lock: Any = inbox._lock
    lock.drop()  # as the kernel does when a process dies

    def full(*_: object) -> int:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(statements, "give_back_all", full)
        with pytest.raises(InboxError):
            await claimed(path)
    assert file.exists()
    monkeypatch.setattr(sqlite_inbox, "_SECONDS_BETWEEN_ROLL_CALLS", 0.0)
    other = SQLiteInbox(path)
    await other.open()
    assert len(await other.claim(9, ("h",), 99.0)) == 1
    assert not file.exists()
    await other.close()
    await inbox.close()


def test_a_lock_file_that_can_not_be_made_again_leaves_the_lock_that_there_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sweep in between, or a disk that refuses: the next look tries once more, and nothing leaks."""
    path, lock = tmp_path / "inbox.db", owner_lock._lock
    mine = OwnerLock(path)
    file = lock_path(path, mine.owner)
    file.unlink()
    before = mine._descriptor

    def swept(descriptor: int) -> None:
        for each in tmp_path.glob("*-new"):
            each.unlink()
        lock(descriptor)

    with monkeypatch.context() as patched:
        patched.setattr(owner_lock, "_lock", swept)
        mine.renew()
    assert (mine._descriptor, files(tmp_path)) == (before, [])

    def refused(self: Path, target: Path) -> Path:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(target))

    opened = len(os.listdir("/dev/fd"))
    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", refused)
        with pytest.raises(PermissionError):
            mine.renew()
    assert len(os.listdir("/dev/fd")) == opened
    assert mine._descriptor == before
    mine.renew()
    assert life_of(path, mine.owner) is Life.ALIVE
    mine.release()


def test_a_disk_without_locks_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An owner nobody could tell the end of would hold its work for ever."""

    def without(_descriptor: int) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    opened = len(os.listdir("/dev/fd"))
    monkeypatch.setattr(owner_lock, "_lock", without)
    with pytest.raises(OSError, match=os.strerror(errno.ENOLCK)):
        OwnerLock(tmp_path / "inbox.db")
    assert len(os.listdir("/dev/fd")) == opened


def test_a_name_that_somebody_holds_is_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two owners of one name would be one: the second takes another."""
    path, names = tmp_path / "inbox.db", iter(["one", "one", "two"])
    monkeypatch.setattr(secrets, "token_hex", lambda _bytes: next(names))
    first, second = OwnerLock(path), OwnerLock(path)
    assert (first.owner, second.owner) == ("one", "two")
    first.release()
    assert life_of(path, "two") is Life.ALIVE
    second.release()


def test_a_forked_child_lets_go_of_all_that_its_parent_holds(tmp_path: Path) -> None:
    """Also where one of them can't be let go of."""
    path = tmp_path / "inbox.db"
    locks = [OwnerLock(path) for _ in range(3)]
    assert locks[1]._descriptor is not None
    os.close(locks[1]._descriptor)
    owner_lock._drop_all()
    assert [life_of(path, each.owner) for each in locks] == [Life.DEAD] * 3

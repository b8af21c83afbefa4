"""Lock files that this process may not touch, or others may not."""

import errno
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from oncehub_async.webhooks import SQLiteInbox
from oncehub_async.webhooks._inbox.owner_lock import Life, OwnerLock, RollCall, life_of

from .test_sqlite_inbox import event


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES])
async def test_an_inbox_closes_though_its_lock_file_can_not_be_removed(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that became read-only: the lock goes, and what stays shows others that it has."""
    path = tmp_path / "inbox.db"
    inbox = SQLiteInbox(path)
    await inbox.open()
    await inbox.put(event(1), ("h",))
    await inbox.claim(1, ("h",), 99.0)
    lock: Any = inbox._lock

    def refuse(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patched:
        patched.setattr(Path, "unlink", refuse)
        await inbox.close()
    assert life_of(path, lock.owner) is Life.DEAD


def test_whoever_may_use_the_database_may_try_its_locks(tmp_path: Path) -> None:
    """Else a dead process of another user's would keep its work for ever."""
    path = tmp_path / "inbox.db"
    first = OwnerLock(path)
    assert mode(tmp_path) == 0o600  # there is no database yet; it is made for its owner alone
    first.release()
    path.touch()
    for wanted in (0o660, 0o600):
        path.chmod(wanted)
        lock = OwnerLock(path)
        assert mode(tmp_path) == wanted
        (file,) = tmp_path.glob("*-owner-*")
        file.unlink()
        lock.renew()
        assert mode(tmp_path) == wanted
        lock.release()


def mode(folder: Path) -> int:
    (file,) = folder.glob("*-owner-*")
    return stat.S_IMODE(file.stat().st_mode)


async def test_an_owner_of_whom_nothing_can_be_learnt_is_told_of_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It may live, so that nobody takes its work; how to end that is in the log."""
    path = tmp_path / "inbox.db"
    lock = OwnerLock(path)
    lock.drop()
    real = os.open

    def refuse(name: Any, *arguments: Any, **named: Any) -> int:
        if "-owner-" in str(name):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return real(name, *arguments, **named)

    roll = RollCall(path)
    with monkeypatch.context() as patched:
        patched.setattr(os, "open", refuse)
        for now in range(0, 300, 10):
            assert roll.dead([lock.owner], float(now)) == []
    (line,) = caplog.records
    assert f"inbox.db-owner-{lock.owner} can't be opened" in line.getMessage()
    (file,) = tmp_path.glob("*-owner-*")
    file.unlink()  # as the log says
    assert roll.dead([lock.owner], 1_000.0) == []
    assert roll.dead([lock.owner], 1_030.0) == [lock.owner]

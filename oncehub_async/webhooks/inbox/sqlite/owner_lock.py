"""How an inbox tells that the process which claimed work has died: by a lock that it holds.

Each open inbox holds a lock on a small file of its own beside the database for as long as it
lives. The kernel lets go of it when the process ends, however it ends; no time-out is involved,
so that a process which merely stalls keeps its work.
"""

import contextlib
import glob
import os
import secrets
import sys
import weakref
from pathlib import Path

if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


class OwnerLock:
    """The life of one open inbox; `owner` is its name in the database."""

    def __init__(self, database: Path) -> None:
        descriptor = None
        while descriptor is None:
            self.owner = secrets.token_hex(8)
            self._path = lock_path(database, self.owner)
            descriptor = _locked(self._path)
        self._descriptor: int | None = descriptor
        _held.add(self)

    def renew(self) -> None:
        """Make the file again if somebody, such as a cleaner of old files, removed it.

        Without it, others take this owner for dead.
        """
        if self._descriptor is None or _is_at(self._descriptor, self._path):
            return
        descriptor = _locked(self._path)
        if descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = descriptor

    def release(self) -> None:
        """End it; the file goes too."""
        self._path.unlink(missing_ok=True)
        self.drop()

    def drop(self) -> None:
        """Let go of the lock without touching the file."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)


def lock_path(database: Path, owner: str) -> Path:
    """The file that `owner` holds locked."""
    return database.with_name(f"{database.name}-owner-{owner}")


def is_alive(database: Path, owner: str) -> bool:
    """Whether the inbox called `owner` is still open. What a dead one left is removed."""
    path = lock_path(database, owner)
    try:
        descriptor = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return False
    except OSError:  # another user's, or too many open files: nothing shows that it is dead
        return True
    try:
        _lock(descriptor)
        # While it is locked here: a name that is free may be taken the moment after.
        with contextlib.suppress(PermissionError):  # Windows removes no open file
            path.unlink(missing_ok=True)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False


def sweep(database: Path) -> None:
    """Remove what dead owners left that held no work."""
    beginning = lock_path(database, "").name
    for path in database.parent.glob(f"{glob.escape(beginning)}*"):
        is_alive(database, path.name.removeprefix(beginning))


def _locked(path: Path) -> int | None:
    """A locked descriptor of a new file; None if a sweep came in between."""
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        _lock(descriptor)
        is_there = _is_at(descriptor, path)
    except (BlockingIOError, PermissionError):
        is_there = False
    except BaseException:  # a file system without locks
        os.close(descriptor)
        raise
    if not is_there:
        os.close(descriptor)
        return None
    return descriptor


def _is_at(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


_held: weakref.WeakSet[OwnerLock] = weakref.WeakSet()


def _drop_all() -> None:
    for each in list(_held):
        with contextlib.suppress(OSError):
            each.drop()


# A forked child would keep the lock alive beyond its parent's end. (flock belongs to the open
# file: closing the child's descriptor doesn't unlock the parent's.)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_drop_all)

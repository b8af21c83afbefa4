"""How an inbox tells that the process which claimed work has died: by a lock that it holds.

Each open inbox holds a lock on a small file of its own beside the database for as long as it
lives. The kernel lets go of it when the process ends, however it ends; no time-out is involved,
so that a process which merely stalls keeps its work.
"""

import contextlib
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
        self.owner = secrets.token_hex(8)
        self._path = lock_path(database, self.owner)
        self._descriptor: int | None = os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600)
        _lock(self._descriptor)
        _held.add(self)

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
    try:
        _lock(descriptor)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    path.unlink(missing_ok=True)
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

"""How an inbox tells that the process which claimed work has died: by a lock that it holds.

Each open inbox holds a lock on a small file of its own beside the database for as long as it
lives. The kernel lets go of it when the process ends, however it ends; no time-out is involved,
so that a process which merely stalls keeps its work.

A file that is not there shows nothing: a clean-up may have removed it. Its owner makes it again if
it lives; only after the time of many such looks is it taken for dead.
"""

import contextlib
import glob
import logging
import os
import secrets
import sys
import threading
import weakref
from collections.abc import Collection
from enum import Enum
from pathlib import Path

from ..._ground import open_private

if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

    def _share(descriptor: int, database: Path) -> None:
        """Files have no modes there."""
else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _share(descriptor: int, database: Path) -> None:
        """Let those try the lock who may use the database, as SQLite does with its other files."""
        with contextlib.suppress(OSError):  # there is no database yet, or the disk has no modes
            found = database.stat()
            os.fchmod(descriptor, found.st_mode & 0o666)
            if os.geteuid() == 0:
                os.fchown(descriptor, found.st_uid, found.st_gid)


logger = logging.getLogger("oncehub_async.webhooks")

SECONDS_BETWEEN_LOOKS = 2.0
"""How often a living owner looks whether its file is still there."""

MISSING = 30.0
"""Seconds for which a file has to be missing until its owner counts as dead."""


class OwnerLock:
    """The life of one open inbox; `owner` is its name in the database."""

    def __init__(self, database: Path) -> None:
        descriptor = None
        while descriptor is None:
            self.owner = secrets.token_hex(8)
            self._path = lock_path(database, self.owner)
            descriptor = _locked(self._path, database)
        self._database = database
        self._descriptor: int | None = descriptor
        self._changing = threading.Lock()
        _held.add(self)

    def renew(self) -> None:
        """Make the file again if somebody, such as a cleaner of old files, removed it."""
        with self._changing:
            if self._descriptor is None or _is_at(self._descriptor, self._path):
                return
            # Locked before it has its name: unlocked under it, it would be a dead owner's.
            unnamed = self._path.with_name(f"{self._path.name}-new")
            descriptor = _locked(unnamed, self._database)
            if descriptor is None:
                return
            try:
                unnamed.rename(self._path)
            except BaseException:
                os.close(descriptor)
                raise
            os.close(self._descriptor)
            self._descriptor = descriptor

    def release(self) -> None:
        """End it; the file goes too. For an owner that holds no work: nobody could tell its end."""
        with self._changing:
            try:
                # What can't be removed is swept some day, as a dead owner's.
                with contextlib.suppress(OSError):
                    self._path.unlink(missing_ok=True)
            finally:
                self._close()

    def drop(self) -> None:
        """Let go of the lock without touching the file, which shows others that it has ended."""
        with self._changing:
            self._close()

    def drop_in_child(self) -> None:
        """Let go of what a forked child has of the lock; the thread that was changing it, if one
        was, is not in the child."""
        self._close()

    def _close(self) -> None:
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)


class Life(Enum):
    """What an owner's file shows of it."""

    ALIVE = "alive"
    DEAD = "dead"
    MISSING = "missing"
    HIDDEN = "hidden"
    """The file can't be opened: another user's, or too many are open."""


class RollCall:
    """Finds out which owners have died, called again and again."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._missing_since: dict[str, float] = {}
        self._hidden: set[str] = set()

    def dead(self, owners: Collection[str], now: float) -> list[str]:
        """Those that have died; `now` in seconds of a clock that only goes on."""
        found = {owner: life_of(self._database, owner) for owner in owners}
        self._missing_since = {
            owner: self._missing_since.get(owner, now)
            for owner, life in found.items()
            if life is Life.MISSING
        }
        hidden = {owner for owner, life in found.items() if life is Life.HIDDEN}
        for owner in hidden - self._hidden:
            logger.warning(
                "work is held by a process of which nothing can be learnt, for %s can't be opened "
                "(another user's?): if it has ended, remove that file, and its work runs again in "
                "half a minute",
                lock_path(self._database, owner),
            )
        self._hidden = hidden
        return [
            owner
            for owner, life in found.items()
            if life is Life.DEAD or now - self._missing_since.get(owner, now) >= MISSING
        ]


def lock_path(database: Path, owner: str) -> Path:
    """The file that `owner` holds locked."""
    return database.with_name(f"{database.name}-owner-{owner}")


def life_of(database: Path, owner: str, *, bury: bool = False) -> Life:
    """Whether the inbox called `owner` is still open; with `bury`, a dead one's file is removed."""
    path = lock_path(database, owner)
    try:
        descriptor = open_private(path, os.O_RDWR)
    except FileNotFoundError:
        return Life.MISSING
    except OSError:
        return Life.HIDDEN
    try:
        _lock(descriptor)
        if bury:
            # While it is locked here: a name that is free may be taken the moment after.
            with contextlib.suppress(OSError):  # Windows removes no open file
                path.unlink(missing_ok=True)
    except OSError:
        return Life.ALIVE
    finally:
        os.close(descriptor)
    return Life.DEAD


def sweep(database: Path, holding: Collection[str]) -> None:
    """Remove what dead owners left, but of those that hold work: it tells that they are dead."""
    beginning = lock_path(database, "").name
    for path in database.parent.glob(f"{glob.escape(beginning)}*"):
        owner = path.name.removeprefix(beginning)
        if owner not in holding:
            life_of(database, owner, bury=True)


def _locked(path: Path, database: Path) -> int | None:
    """A locked descriptor of a new file; None if a sweep came in between."""
    descriptor = open_private(path, os.O_CREAT | os.O_RDWR)
    try:
        _lock(descriptor)
        _share(descriptor, database)
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
            each.drop_in_child()


# A forked child would keep the lock alive beyond its parent's end. (flock belongs to the open
# file: closing the child's descriptor doesn't unlock the parent's.)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_drop_all)

"""Opening files of ours: for nobody but who runs the program, and never through what lies in wait.

Whoever may write into a folder can put a link or a pipe where a file is expected; what is opened
here is a regular file, or nothing.
"""

import errno
import os
import stat
import sys
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

PRIVATE = 0o600
# Windows has no links and pipes of this kind, but makes lines' ends its own.
_SAFE = sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY"))


def sync_folder(folder: Path) -> None:
    """Make new names in a folder safe. Raises `OSError`."""
    # Windows has no such thing and needs none.
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def open_private(path: Path, flags: int) -> int:
    """A descriptor of a regular file, opened with `flags`, such as `os.O_RDWR | os.O_CREAT`.

    Raises `OSError`, also for a link or a pipe of that name.
    """
    descriptor = os.open(path, flags | _SAFE, PRIVATE)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "not a regular file", str(path))
    return descriptor


def open_anew(path: Path) -> BinaryIO:
    """A regular file to write a result into; what is in it goes. Raises `OSError`."""
    descriptor = open_private(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    file = os.fdopen(descriptor, "wb")
    if os.name == "posix":  # it may have been there, for others to read
        os.fchmod(descriptor, PRIVATE)
    return file


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


class FileLock:
    """Holds a file from `acquire` to `release`; the kernel lets go of it when the process ends.

    The file stays: who waits for it has it open.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def acquire(self) -> bool:
        """Take it, unless another holds it. Raises `OSError` where the file can't be made."""
        descriptor = open_private(self._path, os.O_RDWR | os.O_CREAT)
        try:
            _lock(descriptor)
        except (BlockingIOError, PermissionError):
            os.close(descriptor)
            return False
        except BaseException:
            os.close(descriptor)
            raise
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        """Let others have it. Does nothing where it isn't held."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.release()

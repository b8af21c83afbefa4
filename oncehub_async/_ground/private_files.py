"""Opening files of ours: for nobody but who runs the program, and never through what lies in wait.

Whoever may write into a folder can put a link or a pipe where a file is expected; what is opened
here is a regular file, or nothing.
"""

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

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

"""Files that appear under their final name only when they are complete."""

import asyncio
import contextlib
import hashlib
import io
import os
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, TypeVar, cast

from .._ground import PRIVATE, open_private, sync_folder

T = TypeVar("T")


LONGEST_END = 60.0
"""Seconds that a thread has to come to its end after it isn't waited for any more."""


async def in_thread(function: Callable[..., T], *arguments: Any) -> T:
    """Run in a thread, and to its end also when cancelled: half of it would be worse.

    But not for ever: after a minute a disk that hangs is left alone.
    """
    loop = asyncio.get_running_loop()
    running = loop.run_in_executor(None, _call, function, arguments)
    try:
        await asyncio.wait({running})
    except asyncio.CancelledError:
        await _until_done(running)
        raise
    return running.result()


def _call(function: Callable[..., T], arguments: tuple[Any, ...]) -> T:
    try:
        return function(*arguments)
    except StopIteration as error:
        # A future can't hold one, and before Python 3.13 would wait for good.
        raise RuntimeError("a thread ended with StopIteration") from error


async def _until_done(running: asyncio.Future[Any]) -> None:
    running.add_done_callback(_forget_outcome)
    deadline = time.monotonic() + LONGEST_END
    while not running.done() and (left := deadline - time.monotonic()) > 0:
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.wait({running}, timeout=left)


def _forget_outcome(running: asyncio.Future[Any]) -> None:
    """What it raised doesn't matter any more, and isn't reported as forgotten."""
    if not running.cancelled():
        running.exception()


PARTIAL = ".partial"
PREVIOUS = ".previous"


class HashingFile(io.RawIOBase):
    """A file that counts and hashes what is written to it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._hash = hashlib.sha256()
        self.size = 0

    @property
    def sha256(self) -> str:
        """Of all that was written, in hexadecimal."""
        return self._hash.hexdigest()

    def writable(self) -> bool:
        return True

    def write(self, text: object) -> int:
        view = memoryview(cast(bytes, text))
        self._file.write(view)
        self._hash.update(view)
        self.size += view.nbytes
        return view.nbytes

    def tell(self) -> int:
        return self.size

    def flush(self) -> None:
        if not self._file.closed:
            self._file.flush()


@contextmanager
def new_file(path: Path) -> Iterator[HashingFile]:
    """A file that gets its name, and is safe on disk, if nothing goes wrong; else it vanishes.

    Raises `OSError`.
    """
    partial = beside(path, PARTIAL)
    try:
        with open_anew(partial) as file:
            yield HashingFile(file)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except BaseException as error:
        partial.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.filename is None:
            error.filename = str(path)  # writing tells none
        raise
    sync_folder(path.parent)


def replace_file(path: Path, text: bytes) -> None:
    """Write a small file so that it is never seen half written."""
    with new_file(path) as file:
        file.write(text)


def set_aside(path: Path) -> None:
    """Give an older file another name, so that it isn't taken for what is being written."""
    if path.exists():
        previous = beside(path, PREVIOUS)
        path.replace(previous)
        if stat.S_ISREG(previous.lstat().st_mode):
            previous.chmod(PRIVATE)


_NEW = os.O_RDWR | os.O_CREAT | os.O_EXCL


def open_anew(path: Path) -> BinaryIO:
    """A new file in place of whatever has this name, never through a link or pipe.

    Raises `OSError`.
    """
    path.unlink(missing_ok=True)
    return os.fdopen(open_private(path, _NEW), "wb+")


def open_again(path: Path) -> BinaryIO:
    """A file of ours, for reading and writing, and for nobody else. Raises `OSError`."""
    descriptor = open_private(path, os.O_RDWR)
    file = os.fdopen(descriptor, "rb+")
    if os.name == "posix":
        os.fchmod(descriptor, PRIVATE)
    return file


def beside(path: Path, ending: str) -> Path:
    """A file with an ending to its name."""
    return path.with_name(path.name + ending)


def reason(error: OSError) -> str:
    """What is wrong with a file, without its path."""
    return error.strerror or type(error).__name__

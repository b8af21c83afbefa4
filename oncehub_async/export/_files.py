"""Files that appear under their final name only when they are complete."""

import asyncio
import hashlib
import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, TypeVar, cast

T = TypeVar("T")


async def in_thread(function: Callable[..., T], *arguments: Any) -> T:
    """Run in a thread, and to its end also when cancelled: half of it would be worse."""
    running = asyncio.get_running_loop().run_in_executor(None, function, *arguments)
    cancelled: asyncio.CancelledError | None = None
    while not running.done():
        try:
            await asyncio.shield(running)
        except asyncio.CancelledError as error:
            cancelled = error
        except BaseException:
            break
    if cancelled is not None:
        running.exception()  # what it raised doesn't matter any more
        raise cancelled
    return running.result()


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
        with partial.open("wb") as file:
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
        path.replace(beside(path, PREVIOUS))


def beside(path: Path, ending: str) -> Path:
    """A file with an ending to its name."""
    return path.with_name(path.name + ending)


def sync_folder(folder: Path) -> None:
    """Make new names in a folder safe."""
    # Windows has no such thing and needs none.
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def reason(error: OSError) -> str:
    """What is wrong with a file, without its path."""
    return error.strerror or type(error).__name__

"""Files that appear under their final name only when they are complete."""

import hashlib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from ..json_text import dump_json

PARTIAL = ".partial"
PREVIOUS = ".previous"


class JsonLinesFile:
    """One JSON object a line, in `NAME.partial` until `finish` gives it its name."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        self.bytes = 0
        self._hash = hashlib.sha256()
        self._partial = _beside(path, PARTIAL)
        self._file: BinaryIO = self._partial.open("wb")

    def write(self, objects: Iterable[Mapping[str, Any]]) -> None:
        """Add objects."""
        lines = [dump_json(each) + b"\n" for each in objects]
        text = b"".join(lines)
        self._file.write(text)
        self._hash.update(text)
        self.count += len(lines)
        self.bytes += len(text)

    @property
    def sha256(self) -> str:
        """Of all that was written."""
        return self._hash.hexdigest()

    def finish(self) -> None:
        """Everything is in: to the disk with it, and the final name on it."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._partial.replace(self.path)
        _beside(self.path, PREVIOUS).unlink(missing_ok=True)
        _sync_folder(self.path.parent)

    def abandon(self) -> None:
        """Leave what was written in the partial file."""
        self._file.close()


def replace_file(path: Path, text: bytes) -> None:
    """Write a small file so that it is never seen half written."""
    partial = _beside(path, PARTIAL)
    with partial.open("wb") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    _sync_folder(path.parent)


def set_aside(path: Path) -> None:
    """Give an older file another name, so that it isn't taken for what is being written."""
    if path.exists():
        path.replace(_beside(path, PREVIOUS))


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)


def _sync_folder(folder: Path) -> None:
    # A new name is safe only when its folder is. Windows has no such thing and needs none.
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

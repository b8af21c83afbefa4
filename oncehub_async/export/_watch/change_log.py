"""The files of a watch's changes.

`bookings.changes.jsonl` is the log, to which lines are added. An export to CSV or Parquet gets
`bookings.changes.csv` or `bookings.changes.parquet` as well, with the columns of its file and each
changed object once, as it is now: what it holds takes the place of what the file holds, by `id`.
"""

import contextlib
import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast

from ..._ground import MOST_VALUES, load_json, sync_folder
from .._files import new_file, open_again, open_anew
from .._formats import (
    LONGEST_LINE,
    BrokenFileError,
    Compression,
    Format,
    file_ending,
    open_writer,
    pieces_of,
)
from .._manifest import MANIFEST_NAME, Changes, ResourceEntry

REMEDY = "export anew with --overwrite (overwrite=True)"


class ChangeLog:
    """Lines that are only ever added, and safe on disk before anybody counts on them."""

    def __init__(self, path: Path, changes: Changes) -> None:
        self.path = path
        self._changes = changes
        self._end = 0
        self._count = 0
        self._hash = hashlib.sha256()

    def begin(self) -> None:
        """Make the file. Raises `BrokenFileError` where lines of somebody else are there."""
        if not os.path.lexists(self.path):
            open_anew(self.path).close()
        with open_again(self.path) as file:
            is_empty = not file.read(1)
        if not is_empty:
            raise BrokenFileError(
                f"{self.path.name} is there already, and {MANIFEST_NAME} doesn't know it; "
                "move it away"
            )
        sync_folder(self.path.parent)

    def open(self) -> Iterator[dict[str, Any]]:
        """All objects in the file; has to be read to the end.

        Lines that the manifest doesn't know yet, since a kill came between, are taken over; what
        follows the last whole one is cut off for good. Raises `BrokenFileError` where what the
        manifest knows of is missing, and `OSError`.
        """
        safe = self._changes.bytes
        try:
            with open_again(self.path) as file:
                for line in pieces_of(file):
                    data = change_in(line)
                    if data is None:
                        break
                    self._add(line)
                    if self._end == safe and self._hash.hexdigest() == self._changes.sha256:
                        safe = 0
                    yield data
                if safe:
                    raise BrokenFileError(f"{self.path.name} is cut short or damaged; {REMEDY}")
                file.truncate(self._end)
                # The manifest will vouch for what was taken over, too.
                os.fsync(file.fileno())
        except FileNotFoundError:
            raise BrokenFileError(f"{self.path.name} is not there any more; {REMEDY}") from None
        self._tell()

    def add(self, lines: Iterable[bytes]) -> None:
        """Add lines; they are safe on disk when this returns, or none of them is there.

        Raises `BrokenFileError` where older lines are gone, and `OSError`.
        """
        before = self._end, self._count, self._hash.copy()
        if self.path.stat().st_size < self._end:
            raise BrokenFileError(f"{self.path.name} is shorter than it was; {REMEDY}")
        try:
            with open_again(self.path) as file:
                file.truncate(self._end)
                file.seek(self._end)
                for line in lines:
                    file.write(line)
                    self._add(line)
                file.flush()
                os.fsync(file.fileno())
        except BaseException:
            self._end, self._count, self._hash = before
            with contextlib.suppress(OSError):
                os.truncate(self.path, self._end)
            raise
        self._tell()

    def _add(self, line: bytes) -> None:
        self._end += len(line)
        self._count += 1
        self._hash.update(line)

    def _tell(self) -> None:
        changes = self._changes
        changes.count, changes.bytes = self._count, self._end
        changes.sha256 = self._hash.hexdigest()


def lines_in(file: BinaryIO, changes: Changes) -> Iterator[bytes]:
    """The lines of a log that the manifest vouches for."""
    file.seek(0)
    left = changes.bytes
    while left > 0 and (line := file.readline(min(left, LONGEST_LINE + 1))):
        left -= len(line)
        yield line


def change_in(line: bytes) -> dict[str, Any] | None:
    """The object in a line; None where the line is cut off or holds something else."""
    if not line.endswith(b"\n"):
        return None
    try:
        data = load_json(line, MOST_VALUES)
    except ValueError:
        return None
    return data if isinstance(data, dict) and data.get("id") is not None else None


def write_changes_table(folder: Path, resource: str, entry: ResourceEntry) -> None:
    """Write the changes in the export's own format anew, as a whole or not at all.

    Of an export to JSON Lines nothing: its log is in that format.

    Raises `OSError`.
    """
    written_as, changes = Format(entry.format), entry.changes
    if written_as is Format.JSONL or changes is None:
        return
    compression = Compression(entry.compression)
    path = folder / f"{resource}.changes{file_ending(written_as, compression)}"
    with new_file(path) as file:
        writer = open_writer(cast(BinaryIO, file), resource, written_as, compression)
        writer.write(_latest(folder / changes.file, changes))
        writer.close()


def _latest(path: Path, changes: Changes) -> Iterator[dict[str, Any]]:
    """Each object's last line, in the order of the log."""
    last: dict[str, int] = {}
    start = 0
    with path.open("rb") as file:
        while start < changes.bytes and (line := file.readline()):
            last[str(load_json(line)["id"])] = start
            start += len(line)
        for start in sorted(last.values()):
            file.seek(start)
            yield load_json(file.readline())

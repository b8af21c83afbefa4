"""What an unfinished export of one resource has safely on disk.

A spool is a file to which pages are added as they come, each with its place in the list and a
checksum. A page is there as a whole or not at all: what a kill or a full disk has cut off at the
end is cut off for good when the spool is opened again. When the last page is in, the final file is
put together from it, in the list's order, so that nobody can see there how often and where the
export was interrupted.
"""

import os
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import attrs

from .._ground import MOST_VALUES, dump_json, load_json, sync_folder
from ..errors import OnceHubError
from ._files import open_again, open_anew
from ._formats import LONGEST_LINE

SPOOL_ENDING = ".spool"
_FORMAT = 1
_LONGEST = 2 * LONGEST_LINE
"""Bytes of a page: an answer's, whose numbers may be written at greater length."""


class SpoolError(Exception):
    """A file that is no spool of this export; the text says why."""


@attrs.frozen
class SpoolEntry:
    """One page in a spool: what it says about its place, and where it lies."""

    place: Mapping[str, Any]
    count: int
    start: int
    size: int


class Spool:
    """A spool file that is open for more."""

    def __init__(self, file: BinaryIO, path: Path, about: Mapping[str, Any]) -> None:
        self.path, self.about = path, about
        self.entries: list[SpoolEntry] = []
        self.count = 0
        """How many objects there are."""
        self._file = file
        self._end = 0

    @classmethod
    def begin(cls, path: Path, about: Mapping[str, Any]) -> "Spool":
        """A new spool in place of whatever was there. `about` says what is exported.

        Raises `OSError`.
        """
        spool = cls(open_anew(path), path, about)
        spool._write(_line({"spool": _FORMAT, "about": about}))
        sync_folder(path.parent)
        return spool

    @classmethod
    def reopen(cls, path: Path, about: Mapping[str, Any]) -> "Spool":
        """The spool of an interrupted export of the same, with all pages that are whole.

        Raises `SpoolError`, and `OSError`.
        """
        file = open_again(path)
        try:
            line = file.readline(_LONGEST)
            if not line.endswith(b"\n"):
                # Killed while it was begun: there is nothing in it.
                file.close()
                return cls.begin(path, about)
            _check(path, _parsed(line), about)
            spool = cls(file, path, about)
            spool._read_entries(file.tell())
        except BaseException:
            file.close()
            raise
        return spool

    @classmethod
    def look(cls, path: Path) -> "Spool":
        """A spool that is only read: its whole pages, whoever else writes into it.

        Raises `SpoolError`, and `OSError`.
        """
        file = path.open("rb")
        try:
            line = file.readline(_LONGEST)
            first = _parsed(line)
            about = first.get("about")
            if not line.endswith(b"\n"):
                first, about = {"spool": _FORMAT, "about": {}}, {}
            _check(path, first, about if isinstance(about, dict) else {})
            spool = cls(file, path, first["about"])
            for entry in spool._whole_entries(file.tell()):
                spool._append(entry)
        except BaseException:
            file.close()
            raise
        return spool

    def add(self, place: Mapping[str, Any], objects: Sequence[Mapping[str, Any]]) -> None:
        """Add a page; it is safe on disk when this returns. Raises `OSError`."""
        text = b"".join([dump_json(each) + b"\n" for each in objects])
        page: dict[str, Any] = {"place": place, "count": len(objects), "size": len(text)}
        header = _line({"page": page, "crc32": _checksum(page, text)})
        start = self._end + len(header)
        self._write(header + text)
        self._append(SpoolEntry(place, len(objects), start, len(text)))

    def text(self, entry: SpoolEntry) -> bytes:
        """The lines of a page, as they were written. Raises `SpoolError` and `OSError`."""
        self._file.seek(entry.start)
        text = self._file.read(entry.size)
        if len(text) < entry.size:
            raise SpoolError(f"{self.path.name} is shorter than it was")
        return text

    def objects(self, entry: SpoolEntry) -> list[dict[str, Any]]:
        """The objects of a page, as many as it tells. Raises `SpoolError` and `OSError`."""
        text = self.text(entry)
        lines = text.splitlines() if text.count(b"\n") == entry.count else []
        try:
            objects = [load_json(line, MOST_VALUES) for line in lines]
        except ValueError:
            objects = []
        if len(objects) != entry.count or not all(isinstance(each, dict) for each in objects):
            raise self.damaged("a page that doesn't hold what it tells")
        return objects

    def damaged(self, what: str) -> SpoolError:
        """That something is in it which no export writes, and what to do."""
        return SpoolError(f"{self.path.name} has {what}; delete it, and run the command again")

    @contextmanager
    def fitting(self) -> Iterator[None]:
        """Whatever goes wrong with pages that are put together: no export writes such pages.

        What they say may be anything, and so may be what goes wrong.
        """
        try:
            yield
        except (SpoolError, OnceHubError, OSError):
            raise
        except Exception as error:
            raise self.damaged("pages that don't fit together") from error

    def close(self) -> None:
        """Close the file; what is in it stays."""
        self._file.close()

    def _write(self, text: bytes) -> None:
        try:
            self._file.seek(self._end)
            self._file.write(text)
            self._file.flush()
            os.fsync(self._file.fileno())
        except BaseException:
            # Half a page may be there, or in the buffer: nothing may follow it.
            self._file.close()
            raise
        self._end += len(text)

    def _append(self, entry: SpoolEntry) -> None:
        self.entries.append(entry)
        self.count += entry.count

    def _read_entries(self, start: int) -> None:
        self._end = start
        for entry in self._whole_entries(start):
            self._append(entry)
            self._end = entry.start + entry.size
        self._file.truncate(self._end)

    def _whole_entries(self, start: int) -> Iterator[SpoolEntry]:
        self._file.seek(start)
        while line := self._file.readline(_LONGEST):
            header = _parsed(line)
            page = header.get("page")
            if not isinstance(page, dict):
                return
            start, size = self._file.tell(), page.get("size")
            # A size that is damaged may be anything.
            if type(size) is not int or not 0 <= size <= self._file_size() - start:
                return
            if size > _LONGEST:
                raise self.damaged("a page that no export writes")
            text = self._file.read(size)
            if _checksum(page, text) != header.get("crc32"):
                return
            yield self._entry(page, start, size)

    def _entry(self, page: Mapping[str, Any], start: int, size: int) -> SpoolEntry:
        """The checksum is right: whatever is wrong here was written like that."""
        place, count = page.get("place"), page.get("count")
        if not isinstance(place, dict) or type(count) is not int or count < 0:
            raise self.damaged("a page that no export writes")
        return SpoolEntry(place, count, start, size)

    def _file_size(self) -> int:
        return os.fstat(self._file.fileno()).st_size


def _checksum(page: Mapping[str, Any], text: bytes) -> int:
    """Of all that is kept of a page, its place included."""
    return zlib.crc32(text, zlib.crc32(_line(page)))


def _line(data: Mapping[str, Any]) -> bytes:
    return dump_json(data) + b"\n"


def _check(path: Path, first: Mapping[str, Any], about: Mapping[str, Any]) -> None:
    if first.get("spool") != _FORMAT:
        raise SpoolError(f"{path.name} is damaged, or not a spool of this version; delete it")
    if first.get("about") != about:
        raise SpoolError(f"{path.name} is of another export; delete it")


def _parsed(line: bytes) -> dict[str, Any]:
    """A header; there is nothing in one that is cut off or damaged."""
    try:
        data = load_json(line, MOST_VALUES) if line.endswith(b"\n") else None
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}

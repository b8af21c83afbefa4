"""Checks the changes that a watch has added to a resource against the manifest."""

import os
from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

import attrs

from ..._ground import time_text
from .._formats import Compression, Format, pieces_of, read_rows
from .._formats.exported_rows import moment
from .._manifest import MANIFEST_NAME, Changes, ResourceEntry
from .._watch import VERSION_TIMES, change_in, lines_in
from .exported_file import RepeatedIds


@attrs.define
class CheckedChanges:
    """What was found about a file of changes. Each line stands for itself."""

    problems: list[str] = attrs.Factory(list)
    notes: list[str] = attrs.Factory(list)
    """What lies behind the changes that the manifest vouches for, and what tells no time."""


@attrs.frozen
class Base:
    """The file to which changes were added, which is as the manifest says."""

    folder: Path
    entry: ResourceEntry
    latest: datetime | None
    """The latest time in it."""

    def versions(self, field: str | None) -> Iterator[str]:
        """Its objects, as far as they tell their versions apart."""
        kind = Format(self.entry.format), Compression(self.entry.compression)
        with (self.folder / str(self.entry.file)).open("rb") as file:
            for row in read_rows(file, *kind):
                time = row.created if field == "creation_time" else row.updated
                if field is not None and time is not None:
                    yield _version(row.id, time)


def check_changes(folder: Path, name: str, changes: Changes, base: Base | None) -> CheckedChanges:
    """Check a resource's changes; of a file that isn't right, there is no `base` to go by.

    Raises `OSError`.
    """
    found = CheckedChanges()
    path = folder / changes.file
    try:
        with path.open("rb") as file:
            reading = _Reading(name, path.name, changes, file, base, found)
            reading.check()
            if base is not None and not found.problems:
                reading.check_mark(base)
    except FileNotFoundError:
        found.problems.append(f"{path.name} is missing")
    return found


@attrs.define
class _Reading:
    resource: str
    file_name: str
    changes: Changes
    file: BinaryIO
    base: Base | None
    found: CheckedChanges
    latest: datetime | None = None

    def check(self) -> None:
        hashed, size, count, unreadable, timeless = sha256(), 0, 0, 0, 0
        seen = RepeatedIds()
        for version in self._versions_before():
            seen.add(version)
        for line in self._lines():
            hashed.update(line)
            size += len(line)
            count += 1
            change = change_in(line)
            if change is None:
                unreadable += 1
                continue
            time = self._time_of(change)
            if time is None:
                timeless += 1
            else:
                seen.add(_version(change["id"], time))
                self.latest = max(self.latest or time, time)
        problem, changes = self._problem, self.changes
        if size != changes.bytes:
            problem(f"has {size:,} bytes instead of {changes.bytes:,}")
        if hashed.hexdigest() != changes.sha256:
            problem("has another SHA-256")
        if count != changes.count:
            problem(f"holds {count:,} instead of {changes.count:,} changes")
        if unreadable:
            problem(f"has lines that are no objects with an id ({unreadable:,})")
        twice = seen.twice(chain(self._versions_before(), self._versions()))
        if twice:
            problem(f"holds a change more than once, such as of {min(twice).split()[0]}")
        if timeless and self._field is not None:
            self._note(f"holds objects that tell no {self._field} ({timeless:,})")
        self._look_behind()

    def check_mark(self, base: Base) -> None:
        """A mark is made of times that were seen, and what was seen is in one of the files."""
        mark = moment(self.changes.high_water_mark)
        known = [each for each in (base.latest, self.latest) if each is not None]
        if mark is not None and (not known or mark > max(known)):
            self._problem(f"holds nothing as late as its high_water_mark in {MANIFEST_NAME}")
        first = moment(base.entry.high_water_mark)
        if self._field and first is not None and (mark is None or mark < first):
            self._problem(f"has an earlier high_water_mark in {MANIFEST_NAME} than the export")

    @property
    def _field(self) -> str | None:
        return VERSION_TIMES.get(self.resource)

    def _time_of(self, change: dict[str, Any]) -> datetime | None:
        return None if self._field is None else moment(change.get(self._field))

    def _lines(self) -> Iterator[bytes]:
        return lines_in(self.file, self.changes)

    def _versions_before(self) -> Iterator[str]:
        """Those that the export has already."""
        if self.base is None or not self.changes.count:
            return iter(())
        return self.base.versions(self._field)

    def _versions(self) -> Iterator[str]:
        for change in filter(None, map(change_in, self._lines())):
            time = self._time_of(change)
            if time is not None:
                yield _version(change["id"], time)

    def _look_behind(self) -> None:
        """Tell what a kill has left: lines without a manifest that knows them, and half a line."""
        self.file.seek(self.changes.bytes)
        more = 0
        for line in pieces_of(self.file):
            if change_in(line) is None:
                rest = len(line) + os.fstat(self.file.fileno()).st_size - self.file.tell()
                self._note(f"ends with {rest:,} bytes that the next watch cuts off")
                break
            more += 1
        if more:
            self._note(f"goes on with changes that the next watch takes over ({more:,})")

    def _problem(self, text: str) -> None:
        self.found.problems.append(f"{self.file_name} {text}")

    def _note(self, text: str) -> None:
        self.found.notes.append(f"{self.file_name} {text}")


def _version(id: object, time: datetime) -> str:
    return f"{id} {time_text(time)}"

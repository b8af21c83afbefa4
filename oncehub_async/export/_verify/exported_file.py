"""Checks one resource's file against what the manifest says of it."""

from array import array
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

from ..._ground import LATEST, read_time
from .._earlier_export import ObjectTimes
from .._export_plan import RESOURCES, WALKED, ResourcePlan
from .._formats import BrokenFileError, Compression, Format, check, count_objects, read_rows
from .._formats.exported_rows import Row, moment
from .._manifest import MANIFEST_NAME, ResourceEntry

_BUCKETS = 256


class RepeatedIds:
    """Remembers ids by 8 bytes each, so that a million take 8 MB."""

    def __init__(self) -> None:
        self._buckets = [array("q") for _ in range(_BUCKETS)]

    def add(self, id: str) -> None:
        """Remember one more."""
        digest = hash(id)
        self._buckets[digest % _BUCKETS].append(digest)

    def twice(self, ids: Iterable[str]) -> frozenset[str]:
        """Which ids were added more than once. They are only looked through if any may have been:
        two ids can have the same 8 bytes."""
        suspects = {digest for bucket in self._buckets for digest in _repeated(bucket)}
        if not suspects:
            return frozenset()
        once: set[str] = set()
        found: set[str] = set()
        for each in ids:
            if hash(each) in suspects:
                (found if each in once else once).add(each)
        return frozenset(found)


def _repeated(bucket: "array[int]") -> Iterable[int]:
    digests: set[int] = set()
    for digest in bucket:
        if digest in digests:
            yield digest
        digests.add(digest)


_CHUNK = 1 << 20
_OBJECTS = {name: name.removesuffix("s") for name in RESOURCES}
_OBJECTS["sms_notifications"] = "notification"
"""What the vendor calls one of them in its field `object`."""


def check_file(folder: Path, name: str, entry: ResourceEntry, times: ObjectTimes) -> Iterator[str]:
    """What is wrong with it, a line for each; `times` is told of each object.

    Raises `InvalidParameterError` where what reads its format isn't installed, and `OSError`.
    """
    if not entry.available:
        return
    if not entry.complete:
        yield f"not complete: {entry.error or 'the manifest does not say why'}"
        return
    kind = Format(entry.format), Compression(entry.compression)
    check(*kind)
    path = folder / str(entry.file)
    try:
        with path.open("rb") as file:
            yield from _problems(file, name, entry, *kind, times)
    except FileNotFoundError:
        yield f"{path.name} is missing"


def _problems(
    file: BinaryIO,
    name: str,
    entry: ResourceEntry,
    format: Format,
    compression: Compression,
    times: ObjectTimes,
) -> Iterator[str]:
    size, digest = _size_and_hash(file)
    if size != entry.bytes:
        yield f"the file has {size:,} bytes instead of {entry.bytes:,}"
    if digest != entry.sha256:
        yield "its SHA-256 is another"
    try:
        file.seek(0)
        count = count_objects(file, name, format, compression)
        if count != entry.count:
            yield f"the file holds {count:,} objects instead of {entry.count:,}"
        yield from _problems_of_rows(file, name, format, compression, times)
        yield from _problems_of_times(entry, times)
        yield from _problems_of_bounds(name, entry, times)
    except BrokenFileError as broken:
        yield str(broken)


def _size_and_hash(file: BinaryIO) -> tuple[int, str]:
    hashed, size = sha256(), 0
    while chunk := file.read(_CHUNK):
        hashed.update(chunk)
        size += len(chunk)
    return size, hashed.hexdigest()


def _problems_of_rows(
    file: BinaryIO, name: str, format: Format, compression: Compression, times: ObjectTimes
) -> Iterator[str]:
    def rows() -> Iterator[Row]:
        file.seek(0)
        return read_rows(file, format, compression)

    seen, disorder, strangers = RepeatedIds(), 0, 0
    others = set(_OBJECTS.values()) - {_OBJECTS[name]}
    previous: datetime | None = None
    for row in rows():
        times.note_row(row)
        seen.add(row.id)
        strangers += row.object in others
        if row.created is not None:
            disorder += previous is not None and row.created > previous
            previous = row.created
    twice = seen.twice(row.id for row in rows())
    if twice:
        yield f"{_several(len(twice), 'object')} in it more than once, such as {min(twice)}"
    if strangers:
        yield f"{_several(strangers, 'object')} of another resource"
    if disorder and name in WALKED:
        yield f"{_several(disorder, 'object')} newer than the one before"


def _several(count: int, noun: str) -> str:
    return f"1 {noun} is" if count == 1 else f"{count:,} {noun}s are"


def _problems_of_times(entry: ResourceEntry, times: ObjectTimes) -> Iterator[str]:
    for name, found in (
        ("oldest_creation_time", times.oldest),
        ("newest_creation_time", times.newest),
    ):
        if moment(getattr(entry, name)) != found:
            yield f"its {name} is not the one in {MANIFEST_NAME}"
    started = read_time(entry.started) or LATEST
    mark = moment(entry.high_water_mark)
    if mark is not None and mark > min(times.latest_update or started, started):
        yield f"the high_water_mark in {MANIFEST_NAME} is later than anything in it"


def _problems_of_bounds(name: str, entry: ResourceEntry, times: ObjectTimes) -> Iterator[str]:
    arguments: Mapping[str, Any] = ResourcePlan.from_readable(name, entry.arguments).arguments
    after, before = arguments.get("creation_time_gt"), arguments.get("creation_time_lt")
    too_old = after is not None and times.oldest is not None and times.oldest < after
    too_new = before is not None and times.newest is not None and times.newest > before
    if too_old or too_new:
        yield f"it holds objects beyond the creation times to which {MANIFEST_NAME} limits it"

"""Checks the files of an export against its manifest, without asking the service."""

from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from itertools import product, starmap
from pathlib import Path
from typing import BinaryIO

import attrs

from ..errors import InvalidParameterError
from .files import PARTIAL, PREVIOUS
from .formats import (
    BrokenFileError,
    Compression,
    Format,
    check,
    count_objects,
    file_ending,
    read_rows,
)
from .formats.rows import Row, moment
from .manifest import MANIFEST_NAME, Manifest, ManifestError, ResourceEntry, read_manifest
from .plan import RESOURCES, WALKED
from .seen import Seen
from .spool import ENDING as SPOOL
from .sweep import Times

_CHUNK = 1 << 20
_ENDINGS = tuple(starmap(file_ending, product(Format, Compression)))


@attrs.define
class ResourceCheck:
    """What was found about one resource. Each line stands for itself."""

    count: int = 0
    """Objects, by the manifest."""
    available: bool = True
    problems: list[str] = attrs.Factory(list)
    """Why it isn't what the manifest says, or not complete."""


@attrs.define
class Verification:
    """What was found about an export."""

    resources: dict[str, ResourceCheck] = attrs.Factory(dict)
    problems: list[str] = attrs.Factory(list)
    """What is wrong with the folder as a whole."""
    notes: list[str] = attrs.Factory(list)
    """What else lies in the folder, and does no harm."""

    @property
    def good(self) -> bool:
        """Whether everything is there, and as the manifest says."""
        return not self.problems and not any(each.problems for each in self.resources.values())


def verify_export(folder: Path) -> Verification:
    """Check an export's files against its manifest.

    Every resource has to be complete, and its file has to have the size, the SHA-256 and the
    number of objects that the manifest tells. In every format, no object may be there twice, the
    newest come first (bookings, contacts and text messages), and the oldest and newest times and
    the high-water mark have to be those of the manifest. The files are read several times, and
    take little memory.

    Raises `InvalidParameterError` where there is no such folder, or where what reads a format
    isn't installed, and `OSError`.
    """
    if not folder.is_dir():
        raise InvalidParameterError("folder", f"{folder} is not a folder")
    result = Verification()
    try:
        manifest = read_manifest(folder)
    except ManifestError as problem:
        result.problems.append(str(problem))
        return result
    if manifest is None:
        result.problems.append(f"there is no {MANIFEST_NAME}, so that nothing is known about it")
        return result
    for name, entry in manifest.resources.items():
        result.resources[name] = ResourceCheck(
            entry.count, entry.available, list(_problems(folder, name, entry))
        )
    if manifest.complete and not manifest.is_finished:
        result.problems.append("the export was killed at its very end; run its command once more")
    _look_around(folder, manifest, result)
    return result


def _problems(folder: Path, name: str, entry: ResourceEntry) -> Iterator[str]:
    if not entry.available:
        return
    if not entry.complete:
        yield f"not complete: {entry.error or 'the manifest does not say why'}"
        return
    kind = _kind(name, entry)
    if kind is None or not isinstance(entry.file, str):
        yield f"{MANIFEST_NAME} tells of it what this version does not know"
        return
    check(*kind)
    # A manifest may come from anywhere; it is no reason to read other folders.
    path = folder / Path(entry.file).name
    try:
        with path.open("rb") as file:
            yield from _problems_of(file, name, entry, *kind)
    except FileNotFoundError:
        yield f"{path.name} is missing"


def _kind(name: str, entry: ResourceEntry) -> tuple[Format, Compression] | None:
    try:
        return (Format(entry.format), Compression(entry.compression)) if name in RESOURCES else None
    except ValueError:
        return None


def _problems_of(
    file: BinaryIO, name: str, entry: ResourceEntry, format: Format, compression: Compression
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
        yield from _problems_of_rows(file, name, entry, format, compression)
    except BrokenFileError as broken:
        yield str(broken)


def _size_and_hash(file: BinaryIO) -> tuple[int, str]:
    hashed, size = sha256(), 0
    while chunk := file.read(_CHUNK):
        hashed.update(chunk)
        size += len(chunk)
    return size, hashed.hexdigest()


def _problems_of_rows(
    file: BinaryIO, name: str, entry: ResourceEntry, format: Format, compression: Compression
) -> Iterator[str]:
    def rows() -> Iterator[Row]:
        file.seek(0)
        return read_rows(file, format, compression)

    times, seen, disorder = Times(), Seen(), 0
    previous: datetime | None = None
    for row in rows():
        times.note_row(row)
        seen.add(row.id)
        if row.created is not None:
            disorder += previous is not None and row.created > previous
            previous = row.created
    twice = seen.twice(row.id for row in rows())
    if twice:
        yield f"{_several(len(twice), 'object')} in it more than once, such as {min(twice)}"
    if disorder and name in WALKED:
        yield f"{_several(disorder, 'object')} newer than the one before"
    yield from _problems_of_times(entry, times)


def _several(count: int, noun: str) -> str:
    return f"1 {noun} is" if count == 1 else f"{count:,} {noun}s are"


def _problems_of_times(entry: ResourceEntry, times: Times) -> Iterator[str]:
    started = moment(entry.started)
    if started is None:
        yield f"{MANIFEST_NAME} does not say when it was started"
        return
    for name, found in (
        ("oldest_creation_time", times.oldest),
        ("newest_creation_time", times.newest),
    ):
        if moment(getattr(entry, name)) != found:
            yield f"its {name} is not the one in {MANIFEST_NAME}"
    mark = moment(entry.high_water_mark)
    latest = min(times.latest_update or started, started)
    if mark is not None and mark > latest:
        yield f"the high_water_mark in {MANIFEST_NAME} is later than anything in it"


def _look_around(folder: Path, manifest: Manifest, result: Verification) -> None:
    """Tell of files that the manifest doesn't know."""
    known = {MANIFEST_NAME}
    for entry in manifest.resources.values():
        known |= {entry.file or "", entry.spool or "", entry.changes.file if entry.changes else ""}
    for path in sorted(folder.iterdir()):
        if path.name not in known:
            _tell_of(path, result)


def _tell_of(path: Path, result: Verification) -> None:
    name, dot, ending = path.name.partition(".")
    if name in RESOURCES and dot + ending in _ENDINGS:
        result.problems.append(f"{path.name} is not in {MANIFEST_NAME}: nothing vouches for it")
    elif path.name.endswith(PARTIAL):
        result.notes.append(f"{path.name} is a file that a killed export didn't finish")
    elif path.name.endswith(SPOOL):
        result.notes.append(f"{path.name} is what a killed export had fetched")
    elif path.name.endswith(PREVIOUS):
        result.notes.append(f"{path.name} is the file of an older export")
    else:
        result.notes.append(f"{path.name} is not of the export")

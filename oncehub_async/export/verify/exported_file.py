"""Checks one resource's file against what the manifest says of it."""

from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from ..formats import BrokenFileError, Compression, Format, check, count_objects, read_rows
from ..formats.rows import Row, moment
from ..manifest import MANIFEST_NAME, ResourceEntry
from ..plan import RESOURCES, WALKED
from ..times import Times
from .seen import Seen

_CHUNK = 1 << 20


def check_file(folder: Path, name: str, entry: ResourceEntry, times: Times) -> Iterator[str]:
    """What is wrong with it, a line for each; `times` is told of each object.

    Raises `InvalidParameterError` where what reads its format isn't installed, and `OSError`.
    """
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
            yield from _problems(file, name, entry, *kind, times)
    except FileNotFoundError:
        yield f"{path.name} is missing"


def _kind(name: str, entry: ResourceEntry) -> tuple[Format, Compression] | None:
    try:
        return (Format(entry.format), Compression(entry.compression)) if name in RESOURCES else None
    except ValueError:
        return None


def _problems(
    file: BinaryIO,
    name: str,
    entry: ResourceEntry,
    format: Format,
    compression: Compression,
    times: Times,
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
    except BrokenFileError as broken:
        yield str(broken)


def _size_and_hash(file: BinaryIO) -> tuple[int, str]:
    hashed, size = sha256(), 0
    while chunk := file.read(_CHUNK):
        hashed.update(chunk)
        size += len(chunk)
    return size, hashed.hexdigest()


def _problems_of_rows(
    file: BinaryIO, name: str, format: Format, compression: Compression, times: Times
) -> Iterator[str]:
    def rows() -> Iterator[Row]:
        file.seek(0)
        return read_rows(file, format, compression)

    seen, disorder = Seen(), 0
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
    if entry.high_water_mark is not None and (mark is None or mark > latest):
        yield f"the high_water_mark in {MANIFEST_NAME} is no time, or is later than anything in it"

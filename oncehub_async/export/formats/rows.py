"""What every format tells of each object: its id and its times."""

import csv
import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, BinaryIO

import attrs

from ...json_text import load_json
from .choices import Compression, Format
from .compressed import read_from
from .csv_cells import plain_text
from .reading import BrokenFileError, broken_by

_TIMES = ("creation_time", "last_updated_time")
_COLUMNS = ("id", *_TIMES, "object")
_LONGEST_CELL = 2**31 - 1


@attrs.frozen
class Row:
    """An object, as a file or the service has it."""

    id: str
    created: datetime | None
    """None where it hasn't a readable time."""
    updated: datetime | None
    object: str | None = None
    """What it is, by its field `object`."""


def row_of(data: Mapping[str, Any]) -> Row:
    """What an object's data tells."""
    created, updated = (moment(data.get(name)) for name in _TIMES)
    kind = data.get("object")
    return Row(str(data.get("id")), created, updated, kind if isinstance(kind, str) else None)


def read_rows(file: BinaryIO, format: Format, compression: Compression) -> Iterator[Row]:
    """The objects in a file (open for reading, at its start). Raises `BrokenFileError`."""
    if format is Format.PARQUET:
        from .parquet_file import read_columns

        yield from map(row_of, read_columns(file, _COLUMNS))
        return
    with read_from(file, compression) as text, broken_by(ValueError, csv.Error):
        yield from map(row_of, _cells(text) if format is Format.CSV else map(_object, text))


def _object(line: bytes) -> Mapping[str, Any]:
    data = load_json(line)
    if not isinstance(data, dict):
        raise BrokenFileError("the file is damaged")
    return data


def _cells(text: BinaryIO) -> Iterator[Mapping[str, str]]:
    lines = io.TextIOWrapper(text, encoding="utf-8-sig", newline="")
    try:
        with _cells_of_any_length():
            for row in csv.DictReader(lines):
                yield {name: plain_text(row[name]) for name in _COLUMNS if row.get(name)}
    finally:
        lines.detach()


@contextmanager
def _cells_of_any_length() -> Iterator[None]:
    before = csv.field_size_limit(_LONGEST_CELL)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def moment(value: object) -> datetime | None:
    """A time as a file or the service has it, in UTC if it names no zone; None if it is none."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if not isinstance(value, datetime):
        return None
    return value if value.tzinfo is not None else value.replace(tzinfo=UTC)

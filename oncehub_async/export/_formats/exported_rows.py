"""Reads exported files back: each object's id and times, or a few of its fields."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, BinaryIO

import attrs

from ..._ground import in_utc, read_time, time_text
from . import json_lines
from .choices import Compression, Format
from .compressed import read_from
from .csv_format import read_cells

_TIMES = ("creation_time", "last_updated_time")
_COLUMNS = ("id", *_TIMES, "object")


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
    return map(row_of, read_objects(file, format, compression, _COLUMNS))


def read_objects(
    file: BinaryIO, format: Format, compression: Compression, fields: Sequence[str]
) -> Iterator[Mapping[str, Any]]:
    """The objects of a file (open for reading, at its start) with at least these text fields.

    Of JSON Lines the objects come whole; of CSV and Parquet nothing but the fields, as far as the
    file has them, times in Parquet in the notation that this package writes. Raises
    `BrokenFileError`.
    """
    if format is Format.PARQUET:
        from .parquet_format import read_columns

        for row in read_columns(file, fields):
            yield {name: _as_text(value) for name, value in row.items()}
        return
    with read_from(file, compression) as text:
        if format is Format.JSONL:
            yield from json_lines.read_lines(text)
        else:
            yield from read_cells(text, fields)


def _as_text(value: Any) -> Any:
    return time_text(value) if isinstance(value, datetime) else value


def moment(value: object) -> datetime | None:
    """A time as a file or the service has it, in UTC if it names no zone; None if it is none."""
    return in_utc(value) if isinstance(value, datetime) else read_time(value)

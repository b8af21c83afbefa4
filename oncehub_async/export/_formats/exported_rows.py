"""Reads exported files back: each object's id and times, or a few of its fields."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, BinaryIO

import attrs

from ..._ground import in_utc, load_json, read_time, time_text
from .choices import Compression, Format
from .compressed import BrokenFileError, broken_by, read_from
from .csv_format import plain_text

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
        from .parquet_format import read_columns

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
    return in_utc(value) if isinstance(value, datetime) else read_time(value)


# Whole conversations fit into cells; Python's csv stops at 128 KB otherwise.
_LARGEST_CELL = 1 << 30


def read_objects(
    file: BinaryIO, format: Format, compression: Compression, fields: Sequence[str]
) -> Iterator[Mapping[str, Any]]:
    """The objects of a file (open for reading, at its start) with at least these text fields.

    Of JSON Lines the objects come whole; of CSV and Parquet nothing but the fields, times in
    Parquet in the notation that this package writes. Raises `BrokenFileError`.
    """
    match format:
        case Format.JSONL:
            yield from _from_json_lines(file, compression)
        case Format.CSV:
            yield from _from_csv(file, compression, fields)
        case Format.PARQUET:
            yield from _from_parquet(file, fields)


def _from_json_lines(file: BinaryIO, compression: Compression) -> Iterator[Mapping[str, Any]]:
    with read_from(file, compression) as text:
        for number, line in enumerate(text, start=1):
            try:
                data = load_json(line)
            except ValueError:
                data = None
            if not isinstance(data, dict):
                raise BrokenFileError(f"line {number} is not a JSON object")
            yield data


def _from_csv(
    file: BinaryIO, compression: Compression, fields: Sequence[str]
) -> Iterator[Mapping[str, Any]]:
    csv.field_size_limit(max(csv.field_size_limit(), _LARGEST_CELL))
    with read_from(file, compression) as text, broken_by(csv.Error, KeyError, UnicodeDecodeError):
        lines = io.TextIOWrapper(text, encoding="utf-8-sig", newline="")
        try:
            for row in csv.DictReader(lines, strict=True):
                yield {name: plain_text(row[name] or "") or None for name in fields}
        finally:
            lines.detach()


def _from_parquet(file: BinaryIO, fields: Sequence[str]) -> Iterator[Mapping[str, Any]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    with broken_by(pa.ArrowException, OSError):
        parquet = pq.ParquetFile(file, page_checksum_verification=True)
        for group in range(parquet.num_row_groups):
            for row in parquet.read_row_group(group, columns=list(fields)).to_pylist():
                yield {name: _as_text(row[name]) for name in fields}


def _as_text(value: Any) -> Any:
    return time_text(value) if isinstance(value, datetime) else value

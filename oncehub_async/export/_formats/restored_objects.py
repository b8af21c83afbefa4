"""Objects as the files of any format have them, each with what its row is made of there.

docs/export-formats.md tells the rules: an object is what its columns say, overlaid with its
unknown fields. An empty text in CSV can't be told from none.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, BinaryIO

from ..._ground import MOST_VALUES, load_json, time_text
from . import csv_format as csv_lines
from . import json_lines
from .choices import Compression, Format
from .compressed import BrokenFileError, lines_of, read_from
from .fields import UNKNOWN_FIELDS, Field, FieldKind, fields_of

_JSON = frozenset(
    {
        *(FieldKind.TEXTS, FieldKind.OBJECTS, FieldKind.EXPANDED, FieldKind.ANY_JSON),
        *(FieldKind.NUMBER, FieldKind.INTEGER, FieldKind.BOOLEAN),
    }
)
"""What a cell of CSV holds as JSON."""
_JSON_IN_PARQUET = frozenset({FieldKind.EXPANDED, FieldKind.ANY_JSON})


def read_whole(
    file: BinaryIO, resource: str, format: Format, compression: Compression
) -> Iterator[tuple[Any, dict[str, Any]]]:
    """The rows of a file (open for reading, at its start), and their objects.

    A row is a line, or what Parquet's columns hold. Raises `BrokenFileError`.
    """
    if format is Format.PARQUET:
        from .parquet_format import read_all_columns

        fields = fields_of(resource)
        for row in read_all_columns(file, resource):
            yield row, _from_parquet_row(row, fields)
        return
    with read_from(file, compression) as text:
        if format is Format.CSV:
            yield from _from_csv(text, resource)
            return
        for number, line in enumerate(lines_of(text), start=1):
            yield line, _object_in(line, f"line {number}")


def _object_in(text: bytes | str, where: str) -> dict[str, Any]:
    try:
        data = load_json(text, MOST_VALUES)
    except ValueError:
        data = None
    if not isinstance(data, dict):
        raise BrokenFileError(f"{where} is not a JSON object")
    return data


def _from_csv(text: BinaryIO, resource: str) -> Iterator[tuple[bytes, dict[str, Any]]]:
    fields = fields_of(resource)
    for row, cells in csv_lines.read_rows_whole(text):
        try:
            data = _nested(cells, fields, "")
            rest = load_json(cells.get(UNKNOWN_FIELDS) or "{}", MOST_VALUES)
        except ValueError:
            raise BrokenFileError("a cell holds no JSON where it should") from None
        yield row, _overlaid(data, rest)


def _nested(
    cells: Mapping[str, str | None], fields: Sequence[Field], prefix: str
) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for field in fields:
        if field.kind is FieldKind.OBJECT:
            inner = _nested(cells, field.fields, f"{prefix}{field.name}.")
            if inner:
                data[field.source] = inner
        elif cell := cells.get(prefix + field.name):
            is_json = field.kind in _JSON
            data[field.source] = load_json(cell, MOST_VALUES) if is_json else cell
    return data


def _from_parquet_row(row: Mapping[str, Any], fields: Sequence[Field]) -> dict[str, Any]:
    try:
        return _from_parquet(row, fields)
    except BrokenFileError:
        raise
    except ValueError:
        raise BrokenFileError("a column holds no JSON where it should") from None


def _from_parquet(row: Mapping[str, Any], fields: Sequence[Field]) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for field in fields:
        value = row.get(field.name)
        if value is None:
            continue
        if field.kind is FieldKind.OBJECT:
            value = _from_parquet(value, field.fields)
        elif field.kind is FieldKind.OBJECTS:
            value = [_from_parquet(each, field.fields) for each in value]
        elif field.kind in _JSON_IN_PARQUET:
            value = load_json(value, MOST_VALUES)
        elif field.kind is FieldKind.TIME:
            value = time_text(value)
        data[field.source] = value
    rest = row.get(UNKNOWN_FIELDS)
    return _overlaid(data, _object_in(rest, "a row's unknown fields") if rest else {})


def _overlaid(data: dict[str, Any], rest: Mapping[str, Any]) -> dict[str, Any]:
    for name, value in rest.items():
        below = data.get(name)
        if isinstance(value, dict) and isinstance(below, dict):
            value = _overlaid(below, value)
        data[name] = value
    return data


def first_row(resource: str, format: Format) -> bytes:
    """What comes before the first row."""
    return csv_lines.first_line(resource) if format is Format.CSV else b""


def row_for(data: Mapping[str, Any], resource: str, format: Format) -> Any:
    """The row of another object."""
    if format is Format.PARQUET:
        from .parquet_format import record

        return record(data, resource)
    return csv_lines.line(data, resource) if format is Format.CSV else json_lines.line(data)

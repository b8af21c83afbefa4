"""Reads files back by the rules of `docs/export-formats.md`, and by nothing else of the package."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO, StringIO
from typing import Any

import pyarrow.parquet as pq

from oncehub_async._ground import dump_json, load_json, read_time
from oncehub_async.export._formats import Format, plain_text
from oncehub_async.export._formats.fields import UNKNOWN_FIELDS, Field, FieldKind, fields_of

# The second of two columns.
_SECOND = (FieldKind.EXPANDED, FieldKind.ANY_JSON)
_JSON = (
    FieldKind.TEXTS,
    FieldKind.OBJECTS,
    FieldKind.EXPANDED,
    FieldKind.NUMBER,
    FieldKind.INTEGER,
    FieldKind.BOOLEAN,
)


def restored(file: bytes, resource: str, format: Format) -> list[dict[str, Any]]:
    """The objects in a file, as far as the format tells."""
    fields = fields_of(resource)
    if format is Format.CSV:
        return [_from_csv(cells, fields) for cells in csv_rows(file)]
    return [_from_parquet(row, fields) for row in pq.read_table(BytesIO(file)).to_pylist()]


def csv_rows(file: bytes, delimiter: str = ",") -> Iterator[dict[str, str]]:
    """The rows as a CSV reader gives them."""
    return csv.DictReader(StringIO(file.decode("utf-8-sig"), newline=""), delimiter=delimiter)


def _from_csv(cells: Mapping[str, str], fields: Sequence[Field]) -> dict[str, Any]:
    assert None not in cells  # a row longer than the header
    data = _nested(cells, fields, "")
    return _overlaid(data, load_json(cells[UNKNOWN_FIELDS] or "{}"))


def _nested(cells: Mapping[str, str], fields: Sequence[Field], prefix: str) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for field in fields:
        if field.kind is FieldKind.OBJECT:
            inner = _nested(cells, field.fields, f"{prefix}{field.name}.")
            if inner:
                data[field.name] = inner
        elif cell := cells[prefix + field.name]:
            data[field.source] = load_json(cell) if field.kind in _JSON else plain_text(cell)
    return data


def _from_parquet(row: Mapping[str, Any], fields: Sequence[Field]) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for field in fields:
        value = row[field.name]
        if value is None:
            continue
        match field.kind:
            case FieldKind.OBJECT:
                value = _from_parquet(value, field.fields)
            case FieldKind.OBJECTS:
                value = [_from_parquet(each, field.fields) for each in value]
            case FieldKind.EXPANDED | FieldKind.ANY_JSON:
                value = load_json(value)
            case FieldKind.TIME:
                value = value.isoformat()
        data[field.source] = value
    return _overlaid(data, load_json(row.get(UNKNOWN_FIELDS) or "{}"))


def _overlaid(data: dict[str, Any], rest: Mapping[str, Any]) -> dict[str, Any]:
    for name, value in rest.items():
        below = data.get(name)
        if isinstance(value, dict) and isinstance(below, dict):
            value = _overlaid(below, value)
        data[name] = value
    return data


def comparable(data: Mapping[str, Any], resource: str, format: Format) -> dict[str, Any]:
    """An object without what the format is documented not to tell."""
    return _comparable(data, fields_of(resource), format)


def _comparable(data: Mapping[str, Any], fields: Sequence[Field], format: Format) -> dict[str, Any]:
    known = {field.source: field for field in fields if field.kind not in _SECOND}
    result = {}
    for name, value in data.items():
        field = known.get(name)
        if field is not None:
            value = _told(value, field, format)
            if value is None:
                continue
        result[name] = value
    return result


def _told(value: Any, field: Field, format: Format) -> Any:
    if format is Format.CSV:
        return _told_by_csv(value, field)
    match field.kind:
        case FieldKind.OBJECT if isinstance(value, dict):
            return _comparable(value, field.fields, format)
        case FieldKind.OBJECTS if isinstance(value, list):
            if all(isinstance(each, dict) for each in value):
                return [_comparable(each, field.fields, format) for each in value]
        case FieldKind.TIME if isinstance(value, str):
            return _same_instant(value)
    return value


def _told_by_csv(value: Any, field: Field) -> Any:
    if field.kind is FieldKind.OBJECT and isinstance(value, dict):
        return _comparable(value, field.fields, Format.CSV) or None
    if field.kind in (FieldKind.TEXT, FieldKind.ID):
        return None if value == "" else value
    return value


def _same_instant(text: str) -> str:
    time = read_time(text)
    return text if time is None or "1234567" in text else time.isoformat()


def canonical(value: Any) -> str:
    """JSON in which 30 and 30.0 are the same, and true and 1 are not."""
    return dump_json(_whole(value), sort=True).decode()


def _whole(value: Any) -> Any:
    match value:
        case float() if value.is_integer():
            return int(value)
        case list():
            return [_whole(each) for each in value]
        case dict():
            return {name: _whole(each) for name, each in value.items()}
    return value

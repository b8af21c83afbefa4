"""The columns of Parquet files, and objects as their rows."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import pyarrow as pa

from .fields import UNKNOWN_FIELDS, Field, Kind, fields_of
from .fitting import FITS, Fit, Misfit, encodable, instant, json_text, row

_TYPES: Mapping[Kind, pa.DataType] = {
    Kind.TEXT: pa.string(),
    Kind.INTEGER: pa.int64(),
    Kind.NUMBER: pa.float64(),
    Kind.BOOLEAN: pa.bool_(),
    Kind.TIME: pa.timestamp("us", "UTC"),
    Kind.TEXTS: pa.list_(pa.string()),
    Kind.ID: pa.string(),
    Kind.EXPANDED: pa.string(),
    Kind.ANY_TEXT: pa.string(),
    Kind.ANY_JSON: pa.string(),
}


@cache
def schema(resource: str) -> pa.Schema:
    """The columns of a resource's files, whatever is in them."""
    return pa.schema(_columns(fields_of(resource)))


def record(data: Mapping[str, Any], resource: str) -> dict[str, Any]:
    """An object as a row."""
    return _record(data, fields_of(resource))


def _record(data: Mapping[str, Any], fields: Sequence[Field]) -> dict[str, Any]:
    cells = row(data, fields, _FITS)
    if UNKNOWN_FIELDS in cells:
        cells[UNKNOWN_FIELDS] = json_text(cells[UNKNOWN_FIELDS])
    return cells


def _columns(fields: Sequence[Field]) -> list[pa.Field]:
    columns = [pa.field(field.name, _type(field)) for field in fields]
    return [*columns, pa.field(UNKNOWN_FIELDS, pa.string())]


def _type(field: Field) -> pa.DataType:
    if field.kind is Kind.OBJECT:
        # What is unknown inside it stands in the object's own column of unknown fields.
        return pa.struct([pa.field(each.name, _type(each)) for each in field.fields])
    if field.kind is Kind.OBJECTS:
        return pa.list_(pa.struct(_columns(field.fields)))
    return _TYPES[field.kind]


def _objects(value: Any, field: Field) -> list[dict[str, Any]]:
    if type(value) is not list or not all(isinstance(each, dict) for each in value):
        raise Misfit
    return [_record(each, field.fields) for each in value]


def _expanded(value: Any, _field: Field) -> str | None:
    return json_text(value) if isinstance(value, dict) else None


def _any_text(value: Any, _field: Field) -> str:
    return encodable(value) if type(value) is str else json_text(value)


_FITS: Mapping[Kind, Fit] = {
    **FITS,
    Kind.TIME: instant,
    Kind.OBJECTS: _objects,
    Kind.EXPANDED: _expanded,
    Kind.ANY_TEXT: _any_text,
    Kind.ANY_JSON: lambda value, _field: json_text(value),
}

"""Sorts an object's values into its fields, and keeps what fits none of them.

Nothing is lost, and nothing that the service sends can make an export fail: an object is what its
columns say, overlaid with its unknown fields.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from ..._ground import dump_json, has_finer_digits, read_time
from .fields import UNKNOWN_FIELDS, Field, FieldKind

_INT64 = range(-(2**63), 2**63)
_EXACT_IN_FLOAT = range(-(2**53), 2**53 + 1)
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


class UnfittingValue(Exception):
    """A value that its field can't hold exactly. `nearest` is what it holds instead, or None."""

    def __init__(self, nearest: Any = None) -> None:
        super().__init__()
        self.nearest = nearest


Fit = Callable[[Any, Field], Any]
"""What a field holds for a value that isn't null. Raises `UnfittingValue`."""


def row(
    data: Mapping[str, Any], fields: Sequence[Field], fits: Mapping[FieldKind, Fit]
) -> dict[str, Any]:
    """An object's values by their fields' names; what is null or missing is not in it."""
    cells, rest = split(data, fields, fits)
    if rest:
        cells[UNKNOWN_FIELDS] = rest
    return cells


def split(
    data: Mapping[str, Any], fields: Sequence[Field], fits: Mapping[FieldKind, Fit]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """An object's values by their fields' names, and the data that is left over."""
    cells: dict[str, Any] = {}
    known = {field.source for field in fields}
    rest = {name: value for name, value in data.items() if name not in known}
    for field in fields:
        value = data.get(field.source)
        if value is None:
            continue
        if field.kind is FieldKind.OBJECT and isinstance(value, dict):
            cells[field.name], inner = split(value, field.fields, fits)
            if inner:
                rest[field.source] = inner
            continue
        try:
            cell = fits[field.kind](value, field)
        except UnfittingValue as misfit:
            rest[field.source], cell = value, misfit.nearest
        if cell is not None:
            cells[field.name] = cell
    return cells, rest


def _text(value: Any, _field: Field) -> str:
    if type(value) is not str:
        raise UnfittingValue
    whole = encodable(value)
    if whole is not value:
        raise UnfittingValue(whole)
    return value


def _integer(value: Any, _field: Field) -> int:
    # JSON does not tell 30 from 30.0.
    if type(value) is float and value.is_integer():
        value = int(value)
    if type(value) is not int or value not in _INT64:
        raise UnfittingValue
    return value


def _number(value: Any, _field: Field) -> float:
    if type(value) is not float and (type(value) is not int or value not in _EXACT_IN_FLOAT):
        raise UnfittingValue
    return value


def _boolean(value: Any, _field: Field) -> bool:
    if type(value) is not bool:
        raise UnfittingValue
    return value


def _texts(value: Any, _field: Field) -> list[str | None]:
    if type(value) is not list or not all(each is None or type(each) is str for each in value):
        raise UnfittingValue
    whole = [each and encodable(each) for each in value]
    if whole != value:
        raise UnfittingValue(whole)
    return whole


def _id(value: Any, _field: Field) -> str | None:
    if isinstance(value, dict):
        # All of it is in the column beside this one.
        named = value.get("id")
        return encodable(named) if type(named) is str else None
    return _text(value, _field)


def _expanded(value: Any, _field: Field) -> Mapping[str, Any] | None:
    return value if isinstance(value, dict) else None


def _misfit(_value: Any, _field: Field) -> Any:
    raise UnfittingValue


def instant(value: Any, _field: Field) -> datetime:
    """A time in UTC, which times without a zone are in. Raises `UnfittingValue`."""
    time = read_time(value)
    if time is None:
        raise UnfittingValue
    if has_finer_digits(value):
        raise UnfittingValue(time)
    return time


def encodable(text: str) -> str:
    """The text itself if it can be UTF-8; if not, with its halves of surrogate pairs replaced."""
    if text.isascii() or _LONE_SURROGATE.search(text) is None:
        return text
    return _LONE_SURROGATE.sub("\ufffd", text)


def json_text(value: Any) -> str:
    """A value as JSON."""
    return dump_json(value).decode()


FITS: Mapping[FieldKind, Fit] = {
    FieldKind.TEXT: _text,
    FieldKind.INTEGER: _integer,
    FieldKind.NUMBER: _number,
    FieldKind.BOOLEAN: _boolean,
    FieldKind.TEXTS: _texts,
    FieldKind.ID: _id,
    FieldKind.EXPANDED: _expanded,
    FieldKind.OBJECT: _misfit,  # objects were split before
}
"""What is the same in every format; each adds what it has of times and of arrays of objects."""

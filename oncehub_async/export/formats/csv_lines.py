"""Objects as lines of CSV, under a header that is the same for every export of a resource."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, BinaryIO

from .csv_cells import cell
from .fields import UNKNOWN_FIELDS, Field, Kind, fields_of
from .fitting import FITS, Fit, Misfit, encodable, instant, row
from .reading import BrokenFileError

_END = "\r\n"
# Spreadsheets take a file without it for one in their country's old character set.
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def _time(value: Any, field: Field) -> Any:
    if type(value) is not str or encodable(value) is not value:
        raise Misfit
    try:
        instant(value, field)
    except Misfit as misfit:
        if misfit.nearest is None:
            raise
    return value


def _array(value: Any, _field: Field) -> Any:
    if type(value) is not list:
        raise Misfit
    return value


_FITS: Mapping[Kind, Fit] = {**FITS, Kind.TIME: _time, Kind.OBJECTS: _array}


@cache
def header(resource: str) -> tuple[str, ...]:
    """The names of the columns, nested ones with dots."""
    return (*_names(fields_of(resource)), UNKNOWN_FIELDS)


def first_line(resource: str) -> bytes:
    """What a file begins with."""
    return _BYTE_ORDER_MARK + (",".join(header(resource)) + _END).encode()


def line(data: Mapping[str, Any], resource: str) -> bytes:
    """The line of an object."""
    fields = fields_of(resource)
    cells = row(data, fields, _FITS)
    values = (*_values(cells, fields), cells.get(UNKNOWN_FIELDS))
    return (",".join(map(cell, values)) + _END).encode()


def count_lines(text: BinaryIO, resource: str) -> int:
    """How many objects there are in a file. Raises `BrokenFileError`."""
    if text.readline() != first_line(resource):
        raise BrokenFileError(f"the first line is not the header of a CSV file of {resource}")
    columns = len(header(resource))
    count, commas, inside = 0, 0, False
    for number, part in enumerate(text, start=2):
        pieces = part.split(b'"')
        commas += sum(piece.count(b",") for piece in pieces[inside::2])
        inside ^= len(pieces) % 2 == 0
        if inside:
            continue
        if commas != columns - 1 or not part.endswith(_END.encode()):
            raise BrokenFileError(f"line {number} does not end a row of {columns} columns")
        count, commas = count + 1, 0
    if inside:
        raise BrokenFileError("the file ends within quotes")
    return count


def _names(fields: Sequence[Field], prefix: str = "") -> Iterator[str]:
    for field in fields:
        if field.kind is Kind.OBJECT:
            yield from _names(field.fields, f"{prefix}{field.name}.")
        else:
            yield prefix + field.name


def _values(cells: Mapping[str, Any], fields: Sequence[Field]) -> Iterator[Any]:
    for field in fields:
        if field.kind is Kind.OBJECT:
            yield from _values(cells.get(field.name) or {}, field.fields)
        else:
            yield cells.get(field.name)

"""CSV: objects as lines, under a header that is the same for every export of a resource.

Quoting is RFC 4180's; texts are made harmless by `harmless_text`.
Source: https://www.rfc-editor.org/rfc/rfc4180
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, BinaryIO

from ..._ground import PIECE, OutsideQuotes, harmless_text, plain_text
from .compressed import LONGEST_LINE, BrokenFileError, broken_by
from .fields import UNKNOWN_FIELDS, Field, FieldKind, fields_of
from .fitting import FITS, Fit, UnfittingValue, encodable, instant, json_text, row

_TO_BE_QUOTED = re.compile(r"""[",;\t\r\n]|\A\s|\s\Z|\A\Z""")
# Most texts need nothing of all that.
_ORDINARY = re.compile(r'\w[^",;\t\r\n]*(?<!\s)\Z')


def cell(value: Any) -> str:
    """A cell. Null gives nothing, an empty text a pair of quotes."""
    if value is None:
        return ""
    if type(value) is str:
        if _ORDINARY.match(value):
            return value
        return quoted(harmless_text(value))
    text = json_text(value)
    # A semicolon in JSON is always inside a text, where it can be written so as well.
    return text if type(value) in (bool, int, float) else quoted(text.replace(";", "\\u003b"))


def quoted(text: str) -> str:
    """The text, in quotes where a reader needs them."""
    if _TO_BE_QUOTED.search(text) is None:
        return text
    return '"' + text.replace('"', '""') + '"'


_END = "\r\n"
_MOST_COLUMNS = 10_000
# Spreadsheets take a file without it for one in their country's old character set.
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def _time(value: Any, field: Field) -> Any:
    if type(value) is not str or encodable(value) is not value:
        raise UnfittingValue
    try:
        instant(value, field)
    except UnfittingValue as misfit:
        if misfit.nearest is None:
            raise
    return value


def _array(value: Any, _field: Field) -> Any:
    if type(value) is not list:
        raise UnfittingValue
    return value


_FITS: Mapping[FieldKind, Fit] = {**FITS, FieldKind.TIME: _time, FieldKind.OBJECTS: _array}


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


# One cell and what ends it; a quote inside quotes is doubled.
# Nothing is tried twice: a text of quotation marks alone would take gigabytes for all its endings.
_CELL = re.compile(r'(?:"([^"]*+(?:""[^"]*+)*+)"|([^",]*+))(,|\Z)')
_ROW = re.compile(rb'[^"\n]*+(?:"[^"]*+"[^"\n]*+)*+\n')
_LARGEST_STEP = 1 << 24


def read_cells(text: BinaryIO, names: Sequence[str]) -> Iterator[dict[str, str | None]]:
    """Some columns of the objects in a file, as far as it has them. Raises `BrokenFileError`.

    Python's own reader stops at 128 KB in a cell, and how long one may be is a setting of the
    whole process, which isn't ours to change.
    """
    with broken_by(UnicodeDecodeError):
        rows = _rows_in(text)
        columns = _columns_of(rows)
        chosen = [(name, columns.index(name)) for name in names if name in columns]
        for number, (_, row) in enumerate(rows, start=1):
            cells = _checked(row, number, columns)
            yield {name: _text_of(cells[place]) for name, place in chosen}


def read_rows_whole(text: BinaryIO) -> Iterator[tuple[bytes, dict[str, str | None]]]:
    """The rows of a file as they stand there, and their cells by column.

    Raises `BrokenFileError`.
    """
    with broken_by(UnicodeDecodeError):
        rows = _rows_in(text)
        columns = _columns_of(rows)
        for number, (_, row) in enumerate(rows, start=1):
            yield (
                row,
                dict(zip(columns, map(_text_of, _checked(row, number, columns)), strict=True)),
            )


def _columns_of(rows: Iterator[tuple[int, bytes]]) -> list[str]:
    """What the first row says. Raises `BrokenFileError`."""
    _, first = next(rows, (1, b""))
    if _columns_in(first, _MOST_COLUMNS) > _MOST_COLUMNS:
        raise BrokenFileError("the first row has more columns than any export")
    return _cells_in(first)


def _checked(row: bytes, number: int, columns: Sequence[str]) -> list[str]:
    # Looked for before a cell is made of each: a row may be nothing but commas.
    cells = _cells_in(row) if _columns_in(row, len(columns)) <= len(columns) else []
    if len(cells) != len(columns):
        raise BrokenFileError(f"row {number} has not the {len(columns)} columns of others")
    return cells


def _text_of(cell: str) -> str | None:
    return plain_text(cell) or None


def count_lines(text: BinaryIO, resource: str) -> int:
    """How many objects there are in a file. Raises `BrokenFileError`."""
    rows = _rows_in(text)
    if next(rows, (1, b""))[1] != first_line(resource):
        raise BrokenFileError(f"the first line is not the header of a CSV file of {resource}")
    columns, count = len(header(resource)), 0
    for number, each in rows:
        count += 1
        if _columns_in(each, columns) != columns or not each.endswith(_END.encode()):
            raise BrokenFileError(f"line {number} does not end a row of {columns} columns")
    return count


def _columns_in(row: bytes, most: int) -> int:
    """How many columns a row has; not counted on where there are more than `most`."""
    if len(row) <= PIECE:
        return b"".join(row.split(b'"')[::2]).count(b",") + 1
    commas = OutsideQuotes(b",", with_escapes=False)
    for start in range(0, len(row), PIECE):
        if commas.add(row[start : start + PIECE]) >= most:
            break
    return commas.count + 1


def _rows_in(text: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Rows with their ends, and the number of the line that ends each.

    A row goes on over as many lines as its quotes do.
    """
    waiting, number = bytearray(), 0
    while more := text.read(min(max(PIECE, len(waiting)), _LARGEST_STEP)):
        waiting += more
        start = 0
        while found := _ROW.match(waiting, start):
            row = found[0]
            number, start = number + row.count(b"\n"), found.end()
            yield number, bytes(row)
        del found, waiting[:start]
        if len(waiting) > LONGEST_LINE:
            raise BrokenFileError("a row is longer than any object can be")
    if waiting.count(b'"') % 2:
        raise BrokenFileError("the file ends within quotes")
    if waiting:
        yield number + 1, bytes(waiting)


def _cells_in(row: bytes) -> list[str]:
    text = row.decode("utf-8-sig").removesuffix("\n").removesuffix("\r")
    if '"' not in text:
        return text.split(",")
    cells, at, separator = [], 0, ","
    while separator:
        found = _CELL.match(text, at)
        if found is None:
            raise BrokenFileError("a row has quotes where none can be")
        in_quotes, plain, separator = found.groups()
        cells.append(plain if in_quotes is None else in_quotes.replace('""', '"'))
        at = found.end()
    return cells


def _names(fields: Sequence[Field], prefix: str = "") -> Iterator[str]:
    for field in fields:
        if field.kind is FieldKind.OBJECT:
            yield from _names(field.fields, f"{prefix}{field.name}.")
        else:
            yield prefix + field.name


def _values(cells: Mapping[str, Any], fields: Sequence[Field]) -> Iterator[Any]:
    for field in fields:
        if field.kind is FieldKind.OBJECT:
            yield from _values(cells.get(field.name) or {}, field.fields)
        else:
            yield cells.get(field.name)

"""A column of links for a CSV file of guests."""

import csv
import io
import sys
from collections.abc import Iterator, Mapping, Sequence

from .._ground import checks
from ..errors import InvalidParameterError
from ..web import BookingLink, ClassicLink
from . import COMPLETE, FAILED
from ._output import note, say_document

Row = dict[str, str]
COLUMN = "link"


def say_links(
    link: BookingLink | ClassicLink, source: str, columns: Sequence[str], merge_tags: bool
) -> int:
    """Print the table with a link in each row. A row whose link can't be made is told beside it."""
    names, rows = _table(source)
    wanted = _wanted(columns, names, link)
    _say_row([*names, COLUMN])
    failed = 0
    for number, row in enumerate(rows, start=2):
        text = ""
        try:
            own = _of_guest(link, row, wanted)
            text = own.for_mail_merge() if merge_tags else str(own)
            for each in own.notes:
                note(f"oncehub: row {number}: {each}")
        except InvalidParameterError as error:
            failed += 1
            note(f"oncehub: row {number} has no link: {error}")
        _say_row([*(row.get(name, "") for name in names), text])
    if failed:
        note(f"oncehub: {failed} rows have no link")
    return FAILED if failed else COMPLETE


def _say_row(cells: Sequence[str]) -> None:
    row = io.StringIO()
    csv.writer(row, lineterminator="").writerow(cells)
    say_document(row.getvalue())


def _of_guest(
    link: BookingLink | ClassicLink, row: Row, wanted: Mapping[str, Sequence[str]]
) -> BookingLink | ClassicLink:
    form: dict[str, object] = {
        parameter: " ".join(filter(None, (row.get(name, "").strip() for name in names)))
        for parameter, names in wanted.items()
    }
    fields = {parameter: parameter for parameter in wanted}
    return type(link).from_form(link, form, fields=fields)


def _wanted(
    columns: Sequence[str], names: Sequence[str], link: BookingLink | ClassicLink
) -> dict[str, list[str]]:
    """Which columns each parameter is made of."""
    wanted: dict[str, list[str]] = {}
    for name, parameter in _pairs(columns, names) or _same_names(names, link):
        wanted.setdefault(parameter, []).append(name)
    if not wanted:
        raise InvalidParameterError(
            "--guests-csv",
            f"has no column named as a parameter (it has {', '.join(names)}); say which is which: "
            f'--column "{names[0]}=name"',
        )
    return wanted


def _pairs(columns: Sequence[str], names: Sequence[str]) -> list[tuple[str, str]]:
    pairs = []
    for column in columns:
        name, equals, parameter = column.rpartition("=")
        if not equals or not name or not parameter:
            raise InvalidParameterError("--column", 'expected COLUMN=PARAMETER, as "Mail=email"')
        if name not in names:
            raise InvalidParameterError("--column", f"is not there; there are {', '.join(names)}")
        pairs.append((name, parameter))
    return pairs


def _same_names(names: Sequence[str], link: BookingLink | ClassicLink) -> list[tuple[str, str]]:
    known = ((name, link.documented_name(name.strip())) for name in names)
    return [
        (name, parameter)
        for name, parameter in known
        if parameter is not None and parameter not in link.settings
    ]


def _table(source: str) -> tuple[list[str], Iterator[Row]]:
    if source == "-":
        raw = sys.stdin.buffer.read()
    else:
        try:
            raw = checks.local_path(source, "--guests-csv").read_bytes()
        except OSError as error:
            raise InvalidParameterError("--guests-csv", f"{source}: {error.strerror}") from None
    try:
        # Spreadsheets put a byte order mark there.
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidParameterError("--guests-csv", "is not in UTF-8; save it as such") from None
    first = text.partition("\n")[0]
    reader = csv.DictReader(
        io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count), restval=""
    )
    names = list(reader.fieldnames or ())
    if not names:
        raise InvalidParameterError("--guests-csv", "is empty; expected names of columns and rows")
    return names, _rows(reader)


def _rows(reader: "csv.DictReader[str]") -> Iterator[Row]:
    try:
        yield from reader
    except csv.Error as error:
        raise InvalidParameterError("--guests-csv", f"is no CSV: {error}") from None

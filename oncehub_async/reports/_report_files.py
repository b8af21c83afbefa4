"""Reports as data: CSV, JSON and Parquet."""

import csv
import importlib
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .._ground import dump_json, harmless_text, open_anew
from ..errors import InvalidParameterError
from ._report_cells import plain
from ._report_model import Report, ReportTable, Shows


def table_of_report(report: Report, name: str | None = None) -> ReportTable:
    """The table of that name, or the first one. Raises `InvalidParameterError`."""
    if name is None:
        return report.tables[0]
    for table in report.tables:
        if table.name == name:
            return table
    names = ", ".join(each.name for each in report.tables)
    raise InvalidParameterError("table", f"there is none called '{name}' in it; it has: {names}")


def report_csv(report: Report, table: str | None = None) -> str:
    """A table of a report as CSV, with a line of names; empty cells are what isn't known.

    Shares are numbers from 0 to 1, times ISO 8601. Before what a spreadsheet could take for a
    formula there is an apostrophe, as in exports. Raises `InvalidParameterError`.
    """
    chosen = table_of_report(report, table)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([column.name for column in chosen.columns])
    writer.writerows(map(_csv_cell, row) for row in chosen.rows)
    return text.getvalue()


def _csv_cell(value: Any) -> Any:
    written = "" if value is None else plain(value)
    return harmless_text(written) if isinstance(value, str) else written


def report_json(report: Report) -> bytes:
    """The whole report as JSON."""
    data = {
        "report": report.name,
        "title": report.title,
        "about": report.about,
        "complete": report.incomplete is None,
        "incomplete": report.incomplete,
        "notes": list(report.notes),
        "tables": {table.name: _rows(table) for table in report.tables},
    }
    return dump_json(data, indent=True)


def _rows(table: ReportTable) -> list[dict[str, Any]]:
    names = [column.name for column in table.columns]
    return [dict(zip(names, map(plain, row), strict=True)) for row in table.rows]


def write_report_parquet(report: Report, path: Path, table: str | None = None) -> None:
    """A table of a report as a Parquet file.

    Raises `InvalidParameterError`, also where the extra "parquet" isn't installed, and `OSError`.
    """
    chosen = table_of_report(report, table)
    try:
        arrow = importlib.import_module("pyarrow")
        parquet = importlib.import_module("pyarrow.parquet")
    except ModuleNotFoundError:
        raise InvalidParameterError(
            "format", "Parquet needs more packages: pip install 'oncehub-async[parquet]'"
        ) from None
    types = {
        Shows.TEXT: arrow.string(),
        Shows.COUNT: arrow.int64(),
        Shows.NUMBER: arrow.float64(),
        Shows.SHARE: arrow.float64(),
        Shows.HOURS: arrow.float64(),
        Shows.TIME: arrow.timestamp("us", tz="UTC"),
        Shows.DAY: arrow.date32(),
        Shows.YES_NO: arrow.bool_(),
    }
    columns = list(zip(*chosen.rows, strict=True)) or [() for _ in chosen.columns]
    arrays = {
        column.name: arrow.array(_in_parquet(values, column.shows), types[column.shows])
        for column, values in zip(chosen.columns, columns, strict=True)
    }
    with open_anew(path) as file:
        parquet.write_table(arrow.table(arrays), file)


def _in_parquet(values: Sequence[Any], shows: Shows) -> Sequence[Any]:
    """Arrow takes no integer for a fraction that it can't be exactly."""
    if shows is not Shows.NUMBER:
        return values
    return [None if each is None else float(each) for each in values]

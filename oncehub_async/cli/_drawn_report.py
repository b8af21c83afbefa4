"""A report's table as it stands on a terminal: with bars, and narrower where there is no room."""

from typing import Any

from ..reports import ReportTable, bar, longest_bar, shown
from ._terminal_table import fits

_BAR, _SHORT_BAR = 20, 10
"""The longest bar, in characters."""

Drawn = tuple[list[str], list[list[str | int]]]


def narrowed(table: ReportTable) -> tuple[Drawn, list[str]] | None:
    """What there is room for on a narrow terminal, and the titles of the columns that were left
    out; None where there isn't room even for that."""
    if table.is_matrix:
        turned = _turned(drawn(table))
        return (turned, []) if fits(*turned) else None
    for first in sorted({each.minor for each in table.columns} - {0}) or (0,):
        keeps = [not 0 < each.minor <= first for each in table.columns]
        for longest in (_SHORT_BAR, 0):
            narrow = drawn(table.with_columns(keeps), longest)
            if fits(*narrow):
                return narrow, [
                    each.title for each, kept in zip(table.columns, keeps, strict=True) if not kept
                ]
    return None


def _turned(whole: Drawn) -> Drawn:
    """Columns for rows."""
    (_, *titles), rows = whole
    counts = (row[1:] for row in rows)
    columns: list[list[str | int]] = [list(each) for each in zip(titles, *counts, strict=True)]
    return ["", *(str(row[0]) for row in rows)], columns


def drawn(table: ReportTable, longest: int = _BAR) -> Drawn:
    """Columns and cells; a bar beside the column that a chart would show."""
    found = longest_bar(table) if longest else None
    titles = [column.title for column in table.columns]
    if found is not None and len(table.rows) > 1:
        titles.insert(found[0] + 1, "")
    rows: list[list[str | int]] = []
    for row in table.rows:
        cells = [
            _cell(value, shown(value, column))
            for value, column in zip(row, table.columns, strict=True)
        ]
        if found is not None and len(table.rows) > 1:
            cells.insert(found[0] + 1, bar(row[found[0]] or 0, found[1], longest))
        rows.append(cells)
    return titles, rows


def _cell(value: Any, text: str) -> str | int:
    return value if isinstance(value, int) and not isinstance(value, bool) else text

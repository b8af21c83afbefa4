"""How the cells of a report read for people, and what programs get of them."""

from datetime import date, datetime
from typing import Any

from .._ground import date_text, text_in_minutes, time_text
from ._report_model import ReportColumn, ReportTable, Shows

LONGEST = 300
"""Of what people are shown of a text, in characters; what is cut ends in "…"."""
BAR = 20
"""The longest bar in a text, in characters."""


def shown(value: Any, column: ReportColumn) -> str:
    """A cell for people, at most `LONGEST` long; nothing where there is nothing."""
    text = _whole(value, column)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _whole(value: Any, column: ReportColumn) -> str:
    if value is None:
        return ""
    if column.shows is Shows.SHARE:
        return f"{value:.0%}"
    if column.shows is Shows.HOURS:
        return f"{value:,.2f}"
    if column.shows is Shows.COUNT:
        return f"{value:,}" if isinstance(value, int) else str(value)
    if column.shows is Shows.NUMBER:
        return f"{value:,.2f}".removesuffix(".00")
    if column.shows is Shows.YES_NO:
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return text_in_minutes(value)
    return date_text(value) if isinstance(value, date) else str(value)


def plain(value: Any) -> Any:
    """A cell for JSON: numbers as they are, times as ISO 8601."""
    if isinstance(value, datetime):
        return time_text(value)
    return date_text(value) if isinstance(value, date) else value


def longest_bar(table: ReportTable) -> tuple[int, float] | None:
    """The column that a chart shows, and its greatest value; nothing where no chart helps."""
    for number, column in enumerate(table.columns):
        if column.bars and table.rows:
            most = max(row[number] or 0 for row in table.rows)
            return (number, float(most)) if most else None
    return None


def bar(value: float, most: float, longest: int = BAR) -> str:
    """A bar of blocks, as long as the value says; `longest` characters at most."""
    eighths = round(8 * longest * value / most)
    return "█" * (eighths // 8) + ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8]

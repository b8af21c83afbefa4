"""What a report is made of: tables of typed columns."""

from collections.abc import Sequence
from enum import Enum
from itertools import compress
from typing import Any

import attrs


class Shows(Enum):
    """What a column of a report holds."""

    TEXT = "text"
    COUNT = "count"
    NUMBER = "number"
    """Which may be a fraction, such as an amount."""
    SHARE = "share"
    """From 0 to 1; nothing where there is nothing to divide by."""
    HOURS = "hours"
    TIME = "time"
    DAY = "day"
    YES_NO = "yes or no"


@attrs.frozen
class ReportColumn:
    """A column of a report."""

    name: str
    """For programs."""
    title: str
    shows: Shows = Shows.COUNT
    bars: bool = False
    """Whether it is what a chart shows."""
    minor: int = 0
    """When it is left out where there is no room for all: 1 first, then 2; 0 never."""


@attrs.frozen
class ReportTable:
    """A table of a report."""

    name: str
    title: str
    columns: tuple[ReportColumn, ...]
    rows: Sequence[tuple[Any, ...]]
    is_matrix: bool = False
    """Whether its columns after the first are all counts of the same kind: shades show them."""

    def with_columns(self, keeps: Sequence[bool]) -> "ReportTable":
        """The same with those of its columns that are kept."""
        return attrs.evolve(
            self,
            columns=tuple(compress(self.columns, keeps)),
            rows=[tuple(compress(row, keeps)) for row in self.rows],
        )


@attrs.frozen
class Report:
    """A report on a synced database."""

    name: str
    title: str
    about: str
    """Which bookings, of which time, in which time zone."""
    tables: tuple[ReportTable, ...]
    notes: tuple[str, ...] = ()
    incomplete: str | None = None
    """Why what it counts is not all there is; nothing where it is."""

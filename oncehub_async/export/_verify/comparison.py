"""What a page of the account says about the same part of a file. Pure rules."""

from collections import deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import attrs

from ..._ground import MAX_LIMIT
from .._formats.exported_rows import Row

# Of the rows that follow a place, more than fit on a page: some may have been deleted since.
_ROWS = 4 * MAX_LIMIT
_WAYS_BACK = 3
# What decides whether an object is in the list and never changes; other filters can begin to
# match later.
_LASTING = frozenset(
    {"creation_time_gt", "creation_time_lt", "expand", "recipient", "recipient_type"}
)
TOP = -1


@attrs.define
class FileSection:
    """The rows of a file that follow a place in it."""

    before: tuple[Row, ...] = ()
    """The rows just before; none at the top."""
    older_than: datetime | None = None
    """Where the place is a time: only rows older than that count."""
    rows: list[Row] = attrs.Factory(list)
    at_end: bool = False
    """Whether no more rows follow."""

    def take(self, row: Row) -> None:
        """Add the next row, if it counts."""
        if self.older_than is None or (row.created is not None and row.created < self.older_than):
            self.rows.append(row)


def stretches_of(
    rows: Iterable[Row], places: Collection[int], newest: datetime | None
) -> list[FileSection]:
    """The stretches that follow the rows with these numbers, or the `TOP`.

    With `newest`, the time before which the file begins, places are times.
    """
    growing = [FileSection(older_than=newest)] if TOP in places else []
    found = list(growing)
    recent: deque[Row] = deque(maxlen=_WAYS_BACK)
    for number, row in enumerate(rows):
        for stretch in growing:
            stretch.take(row)
        growing = [each for each in growing if len(each.rows) < _ROWS]
        recent.append(row)
        if number in places and (newest is None or row.created is not None):
            growing.append(FileSection(tuple(recent), None if newest is None else row.created))
            found.append(growing[-1])
    for stretch in growing:
        stretch.at_end = True
    return found


@attrs.define
class Comparison:
    """What was found where a file was compared with the account, as ids of objects."""

    same: set[str] = attrs.Factory(set)
    """In both."""
    missing: set[str] = attrs.Factory(set)
    """In none of the export's files, though they were there when it started."""
    new: set[str] = attrs.Factory(set)
    """In none of them: created since then, or matching the filters since then."""
    gone: set[str] = attrs.Factory(set)
    """No longer in the account's list: deleted since, or not matching the filters any more."""
    changed: set[str] = attrs.Factory(set)
    """Of those in both, what was updated since it was read the last time."""
    lost: int = 0
    """Places that the account no longer knows, where nothing could be compared."""

    def note(
        self,
        stretch: FileSection,
        page: Sequence[Row],
        *,
        is_last: bool,
        started: datetime,
        arguments: Mapping[str, Any],
        changes: Mapping[str, Row | None],
    ) -> None:
        """Compare a stretch with the page that follows the same place in the account.

        `is_last` tells whether the list ends with the page, `started` when the export started,
        and `arguments` are its filters. `changes` are the states that a watch has added since, as
        far as they concern one of the two; None for what was deleted.
        """
        there = {row.id: number for number, row in enumerate(stretch.rows)}
        is_filtered = not _LASTING.issuperset(arguments)
        above, reached = not stretch.before, -1
        for row in page:
            number = there.get(row.id)
            if number is not None:
                above, reached = False, max(reached, number)
            if number is not None or row.id in changes:
                self.same.add(row.id)
                held = changes[row.id] if row.id in changes else stretch.rows[there[row.id]]
                if held is None or row.updated != held.updated:
                    self.changed.add(row.id)
            elif _is_within(row, stretch):
                is_new = _is_new(row, started, is_filtered=is_filtered, above=above)
                (self.new if is_new else self.missing).add(row.id)
        on_page = {row.id for row in page}
        self.gone.update(
            row.id
            for number, row in enumerate(stretch.rows)
            if row.id not in on_page
            and changes.get(row.id, row) is not None
            and (is_last or number < reached or _is_newer(row, page))
        )


def _is_within(row: Row, stretch: FileSection) -> bool:
    """Whether a stretch reaches to where an object is."""
    if stretch.older_than is not None and row.created is None:
        return False
    if stretch.at_end or row.created is None or stretch.rows[-1].created is None:
        return True
    return row.created > stretch.rows[-1].created


def _is_newer(row: Row, page: Sequence[Row]) -> bool:
    """Whether an object would have to be on a page, by its time."""
    last = page[-1].created if page else None
    return row.created is not None and last is not None and row.created > last


def _is_new(row: Row, started: datetime, *, is_filtered: bool, above: bool) -> bool:
    """Whether an object isn't in a file because it came, or began to match, too late.

    `above` tells whether it stands before all that the file has. Where nothing tells, it is new.
    """
    if row.created is None:
        return above or (is_filtered and (row.updated is None or row.updated >= started))
    if row.created >= started:
        return True
    return is_filtered and (row.updated is None or row.updated >= started)

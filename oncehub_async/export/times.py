"""The times that a manifest tells of a resource's objects."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import attrs

from .formats.rows import Row, row_of


@attrs.define
class Times:
    """Gathered page by page, or object by object."""

    oldest: datetime | None = None
    newest: datetime | None = None
    latest_update: datetime | None = None
    high_water_mark: datetime | None = None
    """The latest update on the first page. Whatever had changed until then is on that page or was
    there to be seen when the later ones were read. This holds whatever our own clock shows."""
    _pages: int = 0

    def note(self, objects: Sequence[Mapping[str, Any]]) -> None:
        """Take a page into account; they come in the order in which they were read."""
        latest_update: datetime | None = None
        for each in objects:
            row = row_of(each)
            self.note_row(row)
            latest = row.updated or row.created
            if latest is not None:
                latest_update = max(latest_update or latest, latest)
        if not self._pages:
            self.high_water_mark = latest_update
        self._pages += 1

    def note_row(self, row: Row) -> None:
        """Take an object into account."""
        if row.created is not None:
            self.oldest = min(self.oldest or row.created, row.created)
            self.newest = max(self.newest or row.created, row.created)
        latest = row.updated or row.created
        if latest is not None:
            self.latest_update = max(self.latest_update or latest, latest)

"""What an earlier export in the same folder tells of an account: how much there is, since when."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import attrs

from ._export_plan import ExportPlan
from ._formats.exported_rows import Row, moment, row_of
from ._manifest import Manifest, ResourceEntry


@attrs.frozen
class EarlierExport:
    """What there was, by resource."""

    counts: Mapping[str, int]
    """Objects, where the same was exported."""
    beginnings: Mapping[str, datetime]
    """When the oldest was created."""


def earlier_export(there: Manifest | None, plan: ExportPlan) -> EarlierExport:
    """What a folder's manifest tells of what is to be exported.

    Where it is one of an export that was interrupted, that is what the one before it told.
    """
    counts, beginnings = {}, {}
    for resource in plan.resources:
        entry = None if there is None else there.resources.get(resource.name)
        if entry is None:
            continue
        count = entry.count if entry.complete else entry.earlier_count
        if count is not None and entry.arguments == resource.readable_arguments():
            counts[resource.name] = count
        began = moment(_beginning(entry))
        if began is not None:
            beginnings[resource.name] = began
    return EarlierExport(counts, beginnings)


def _beginning(entry: ResourceEntry) -> str | None:
    tells = entry.complete and "creation_time_gt" not in entry.arguments
    return entry.oldest_creation_time if tells else entry.began


@attrs.define
class ObjectTimes:
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

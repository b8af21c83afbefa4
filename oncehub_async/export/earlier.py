"""What an earlier export in the same folder tells of an account: how much there is, since when."""

from collections.abc import Mapping
from datetime import datetime

import attrs

from .formats.rows import moment
from .manifest import Manifest, ResourceEntry
from .plan import ExportPlan


@attrs.frozen
class Earlier:
    """What there was, by resource."""

    counts: Mapping[str, int]
    """Objects, where the same was exported."""
    beginnings: Mapping[str, datetime]
    """When the oldest was created."""


def earlier_export(there: Manifest | None, plan: ExportPlan) -> Earlier:
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
    return Earlier(counts, beginnings)


def _beginning(entry: ResourceEntry) -> str | None:
    tells = entry.complete and "creation_time_gt" not in entry.arguments
    return entry.oldest_creation_time if tells else entry.began

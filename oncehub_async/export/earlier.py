"""What an earlier export in the same folder tells of an account: how much there is, since when."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import attrs

from ..errors import InvalidParameterError
from .manifest import ManifestError, read_manifest
from .plan import ExportPlan, parse_time


@attrs.frozen
class Earlier:
    """What there was, by resource."""

    counts: Mapping[str, int]
    """Objects, where the same was exported."""
    beginnings: Mapping[str, datetime]
    """When the oldest was created."""


def earlier_export(out: Path, plan: ExportPlan) -> Earlier:
    """What the folder's manifest tells of what is to be exported; nothing where there is none."""
    try:
        manifest = read_manifest(out)
    except ManifestError:
        manifest = None
    counts, beginnings = {}, {}
    for resource in plan.resources:
        entry = None if manifest is None else manifest.resources.get(resource.name)
        if entry is None or not entry.complete:
            continue
        if entry.arguments == resource.readable_arguments():
            counts[resource.name] = entry.count
        oldest = _time(entry.oldest_creation_time)
        if oldest is not None and "creation_time_gt" not in entry.arguments:
            beginnings[resource.name] = oldest
    return Earlier(counts, beginnings)


def _time(text: str | None) -> datetime | None:
    try:
        return None if text is None else parse_time(text, "oldest_creation_time")
    except InvalidParameterError:
        return None

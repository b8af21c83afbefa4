"""Reads a manifest, strictly: it may be damaged, or come from anywhere.

The rules say what any export can have written. They don't compare times of our own clock, such as
`started` and `finished`: clocks are set back.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from cattrs import Converter
from cattrs.errors import ForbiddenExtraKeysError

from .._ground import MOST_VALUES, checks, dump_json, load_json, read_zoned_time
from ..errors import InvalidParameterError, OnceHubError
from ._export_plan import RESOURCES, ResourcePlan
from ._formats import Compression, Format, file_ending
from ._manifest import CHANGES_ENDING, FORMAT, MANIFEST_NAME, Changes, Manifest, ResourceEntry
from ._spool import SPOOL_ENDING

_SHA256 = re.compile("[0-9a-f]{64}")


def flaws(manifest: Manifest) -> Iterator[str]:
    """The places of what no export writes, such as `resources.bookings.file`."""
    if not _is_time(manifest.started):
        yield "started"
    if not _is_time_or_none(manifest.finished):
        yield "finished"
    if not manifest.resources or not manifest.resources.keys() <= set(RESOURCES):
        yield "resources"
        return
    for name, entry in manifest.resources.items():
        for field, is_fine in _of_entry(name, entry):
            if not is_fine:
                yield f"resources.{name}.{field}"


def _of_entry(name: str, entry: ResourceEntry) -> Iterator[tuple[str, bool]]:
    kind = _kind(entry)
    if kind is None:
        yield "format", False
        return
    is_settled = entry.complete or not entry.available
    oldest, newest = map(read_zoned_time, (entry.oldest_creation_time, entry.newest_creation_time))
    yield "available", entry.available or not entry.complete
    # What is in a manifest may come from anywhere: no path leads out of the folder.
    yield "file", entry.file == (name + file_ending(*kind) if entry.complete else None)
    yield "spool", entry.spool in ((None,) if is_settled else (None, name + SPOOL_ENDING))
    yield "error", entry.error is None or not is_settled
    yield "arguments", _are_arguments(name, entry.arguments)
    yield "count", entry.count >= 0
    yield "pages", entry.pages >= 0
    yield "bytes", entry.bytes >= 0
    yield "sha256", _is_hash(entry.sha256, needed=entry.complete)
    yield "oldest_creation_time", _is_time_or_none(entry.oldest_creation_time)
    yield "newest_creation_time", _is_time_or_none(entry.newest_creation_time)
    yield (
        "newest_creation_time",
        oldest is newest is None
        or (oldest is not None and newest is not None and oldest <= newest),
    )
    yield "high_water_mark", _is_time_or_none(entry.high_water_mark)
    yield "started", _is_time(entry.started)
    yield "finished", (_is_time if entry.complete else _is_time_or_none)(entry.finished)
    yield "earlier_count", entry.earlier_count is None or entry.earlier_count >= 0
    yield "began", _is_time_or_none(entry.began)
    yield "changes", entry.changes is None or entry.complete
    if entry.changes is not None:
        for field, is_fine in _of_changes(name, entry.changes):
            yield f"changes.{field}", is_fine


def _of_changes(name: str, changes: Changes) -> Iterator[tuple[str, bool]]:
    yield "file", changes.file == name + CHANGES_ENDING
    yield "count", changes.count >= 0
    yield "bytes", changes.bytes >= 0
    yield "sha256", _is_hash(changes.sha256, needed=changes.bytes > 0)
    yield "high_water_mark", _is_time_or_none(changes.high_water_mark)
    yield "rounds", changes.rounds >= 0
    yield (
        "last_round",
        _is_time(changes.last_round) if changes.rounds else changes.last_round is None,
    )


def _kind(entry: ResourceEntry) -> tuple[Format, Compression] | None:
    try:
        return Format(entry.format), Compression(entry.compression)
    except ValueError:
        return None


def _are_arguments(name: str, arguments: Mapping[str, str]) -> bool:
    """Whether they are written as an export writes them, which names the zone of each time."""
    try:
        plan = ResourcePlan.from_readable(name, arguments)
        return plan.readable_arguments() == arguments
    except InvalidParameterError:
        return False


def _is_hash(text: str | None, *, needed: bool) -> bool:
    return not needed if text is None else _SHA256.fullmatch(text) is not None


def _is_time_or_none(text: str | None) -> bool:
    return text is None or _is_time(text)


def _is_time(text: str | None) -> bool:
    return read_zoned_time(text) is not None


T = TypeVar("T")


class ManifestError(OnceHubError, ValueError):
    """A manifest that can't be read; the text says why."""


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest in a folder, None where there is none.

    It is well-formed: its files lie in the folder under the names that an export gives them, its
    times have a zone, its arguments are those of the resource. Whether it is true is for
    `verify_export` to find out. Raises `ManifestError`.
    """
    folder = checks.local_path(folder, "folder")
    try:
        data = load_json((folder / MANIFEST_NAME).read_bytes(), MOST_VALUES)
        version = data["format"]
        manifest = _structured(data) if version == FORMAT else None
    except FileNotFoundError:
        return None
    except (OSError, ValueError, LookupError, TypeError, AttributeError, ForbiddenExtraKeysError):
        raise ManifestError(f"{MANIFEST_NAME} can't be read") from None
    if manifest is None:
        raise ManifestError(f"{MANIFEST_NAME} is of another version (format {version})")
    flaw = next(flaws(manifest), None)
    if flaw is None and _text(manifest.as_dict()) != _text(data):
        flaw = "complete" if data.get("complete") is not manifest.is_finished else "what is missing"
    if flaw is not None:
        raise ManifestError(f"{MANIFEST_NAME} is damaged; no export writes such a thing: {flaw}")
    return manifest


def _structured(data: dict[str, Any]) -> Manifest:
    kept = {name: value for name, value in data.items() if name not in ("format", "complete")}
    return _converter().structure(kept, Manifest)


def _text(data: dict[str, Any]) -> bytes:
    """Tells 1 from true."""
    return dump_json(data, sort=True)


@cache
def _converter() -> Converter:
    """Takes no value for another, and nothing that it doesn't know."""
    converter = Converter(forbid_extra_keys=True, detailed_validation=False)
    for kind in (str, int, bool):
        converter.register_structure_hook(kind, _exactly)
    return converter


def _exactly(value: T, kind: type[T]) -> T:
    if type(value) is not kind:
        raise TypeError(kind)
    return value

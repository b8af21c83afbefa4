"""Checks the files of an export against its manifest, without asking the service."""

from itertools import product
from pathlib import Path

import attrs

from ..._ground import checks
from ...errors import InvalidParameterError
from .._earlier_export import ObjectTimes
from .._export_plan import RESOURCES
from .._files import PARTIAL, PREVIOUS
from .._formats import ENDINGS
from .._manifest import CHANGES_ENDING, MANIFEST_NAME, TABLE_ENDINGS, Manifest, ResourceEntry
from .._manifest_reader import ManifestError, read_manifest
from .._spool import SPOOL_ENDING as SPOOL
from .changes import Base, check_changes
from .exported_file import check_file


@attrs.define
class ResourceCheck:
    """What was found about one resource. Each line stands for itself."""

    count: int = 0
    """Objects, by the manifest."""
    changes: int | None = None
    """Changes that were added since, by the manifest; None if it wasn't watched."""
    available: bool = True
    problems: list[str] = attrs.Factory(list)
    """Why it isn't what the manifest says, or not complete."""


@attrs.define
class Verification:
    """What was found about an export."""

    resources: dict[str, ResourceCheck] = attrs.Factory(dict)
    problems: list[str] = attrs.Factory(list)
    """What is wrong with the folder as a whole."""
    notes: list[str] = attrs.Factory(list)
    """What else lies in the folder, and does no harm."""

    @property
    def good(self) -> bool:
        """Whether everything is there, and as the manifest says."""
        return not self.problems and not any(each.problems for each in self.resources.values())


# Made anew from the log, which is checked.
_TABLES = tuple(name + ending for name, ending in product(RESOURCES, TABLE_ENDINGS))
_ENDINGS = (*ENDINGS, CHANGES_ENDING)


def verify_export(folder: Path) -> Verification:
    """Check an export's files against its manifest.

    Every resource has to be complete, and its file has to have the size, the SHA-256 and the
    number of objects that the manifest tells. In every format, no object may be there twice, the
    newest come first (bookings, contacts and text messages), and the oldest and newest times and
    the high-water mark have to be those of the manifest. So have the size, the SHA-256 and the
    number of the changes that a watch has added, none of which may be there twice, nor in the
    file already. The files are read several times, and take little memory.

    Raises `InvalidParameterError` where there is no such folder, or where what reads a format
    isn't installed, and `OSError`.
    """
    folder = checks.local_path(folder, "folder")
    if not folder.is_dir():
        raise InvalidParameterError("folder", f"{folder} is not a folder")
    result = Verification()
    try:
        manifest = read_manifest(folder)
    except ManifestError as problem:
        result.problems.append(str(problem))
        return result
    if manifest is None:
        result.problems.append(f"there is no {MANIFEST_NAME}, so that nothing is known about it")
        return result
    for name, entry in manifest.resources.items():
        result.resources[name] = _checked(folder, name, entry, result.notes)
    if manifest.complete and not manifest.is_finished:
        result.problems.append("the export was killed at its very end; run its command once more")
    _look_around(folder, manifest, result)
    return result


def _checked(folder: Path, name: str, entry: ResourceEntry, notes: list[str]) -> ResourceCheck:
    times = ObjectTimes()
    found = ResourceCheck(entry.count, available=entry.available)
    found.problems += check_file(folder, name, entry, times)
    if entry.changes is not None:
        found.changes = entry.changes.count
        base = None if found.problems else Base(folder, entry, times.latest_update)
        changes = check_changes(folder, name, entry.changes, base)
        found.problems += changes.problems
        notes += changes.notes
    return found


def _look_around(folder: Path, manifest: Manifest, result: Verification) -> None:
    """Tell of files that the manifest doesn't know."""
    known = {MANIFEST_NAME}
    for entry in manifest.resources.values():
        known |= {entry.file or "", entry.spool or "", entry.changes.file if entry.changes else ""}
    for path in sorted(folder.iterdir()):
        if path.name not in known and path.name not in _TABLES:
            _tell_of(path, result)


def _tell_of(path: Path, result: Verification) -> None:
    name, dot, ending = path.name.partition(".")
    is_ours = name in RESOURCES and dot + ending in _ENDINGS
    if is_ours and dot + ending == CHANGES_ENDING and not path.stat().st_size:
        result.notes.append(f"{path.name} is empty: a watch was killed when it began")
    elif is_ours:
        result.problems.append(f"{path.name} is not in {MANIFEST_NAME}: nothing vouches for it")
    elif path.name.endswith(PARTIAL):
        result.notes.append(f"{path.name} is a file that a killed export didn't finish")
    elif path.name.endswith(SPOOL):
        result.notes.append(f"{path.name} is what a killed export had fetched")
    elif path.name.endswith(PREVIOUS):
        result.notes.append(f"{path.name} is the file of an older export")
    else:
        result.notes.append(f"{path.name} is not of the export")

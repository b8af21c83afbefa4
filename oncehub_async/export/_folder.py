"""What a folder holds already, of which account, and what an export may do about it."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from .._client import Resources
from ..errors import DeletedObjectError, InvalidParameterError, InvalidResponseError, NotFoundError
from ._files import set_aside
from ._manifest import CHANGES_ENDING, MANIFEST_NAME, TABLE_ENDINGS, Manifest, ResourceEntry
from ._manifest_reader import ManifestError, read_manifest
from ._spool import SPOOL_ENDING

SOME = 3
"""How many objects to ask for at most: one may have been removed for good."""
_CAN_BE_GOT = frozenset({"bookings", "contacts"})


async def is_in_account(oncehub: Resources, resource: str, ids: Iterable[str]) -> bool | None:
    """Whether one of these objects is known there; None where that can't be asked.

    What can't be an id, since a file may be damaged, is passed over.

    Raises any `RequestError` but of the objects themselves.
    """
    asked = False
    for each in ids if resource in _CAN_BE_GOT else ():
        try:
            await getattr(oncehub, resource).get(each)
        except (DeletedObjectError, InvalidResponseError):
            return True  # what it is now doesn't matter
        except InvalidParameterError:
            continue
        except NotFoundError:
            asked = True
        else:
            return True
    return False if asked else None


_ANOTHER = "choose another folder, or add --overwrite (overwrite=True)"


@contextmanager
def locked(out: Path) -> Iterator[None]:
    """Make the folder if it isn't there, and keep other exports out of it.

    Raises `InvalidParameterError` and `OSError`.
    """
    try:
        out.mkdir(mode=0o700, parents=True, exist_ok=True)
    except FileExistsError:
        raise InvalidParameterError("out", f"{out} is a file, not a folder") from None
    try:
        import fcntl
    except ImportError:  # Windows, where nothing keeps two exports apart
        yield
        return
    descriptor = os.open(out, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InvalidParameterError(
                "out",
                f"another export writes into {out}; wait for it, or choose another folder",
            ) from None
        yield
    finally:
        os.close(descriptor)


def manifest_in(out: Path, *, overwrite: bool) -> Manifest | None:
    """What the folder's manifest says; nothing where it may be overwritten and can't be read.

    Raises `InvalidParameterError`.
    """
    try:
        return read_manifest(out)
    except ManifestError as problem:
        if not overwrite:
            raise InvalidParameterError("out", f"in {out}, {problem}; {_ANOTHER}") from None
        return None


def prepare(
    out: Path,
    there: Manifest | None,
    wanted: Manifest,
    file_names: dict[str, str],
    *,
    overwrite: bool,
    may_be_finished: bool = False,
) -> Manifest:
    """The manifest to go on with: of an unfinished export of the same, or the new one.

    `there` is the one that the folder has. With `may_be_finished`, a complete export of the same
    is fine as well.

    Raises `InvalidParameterError` where the folder holds something else.
    """
    if there is not None and _goes_on(there, wanted, overwrite):
        there.finished = None
        for name, entry in wanted.resources.items():
            begun = there.resources[name]
            if not begun.complete or not _is_there(out, begun):
                entry.started, entry.spool = begun.started, begun.spool
                there.resources[name] = entry
        return there
    files = [out / name for name in file_names.values()]
    files += [out / (name + CHANGES_ENDING) for name in file_names]
    if not overwrite:
        if there is not None and not is_added(there, wanted):
            if may_be_finished and there.is_finished and _is_same(there, wanted):
                return there
            raise InvalidParameterError("out", _refusal(out, there, wanted))
        kept = {} if there is None else there.resources
        for path in files:
            if path.exists() and path.name.partition(".")[0] not in kept:
                raise InvalidParameterError("out", f"{path} is there already; {_ANOTHER}")
    if there is not None and not overwrite:
        there.resources |= {
            name: entry for name, entry in wanted.resources.items() if name not in there.resources
        }
        there.finished, there.overwrite = None, False
        return there
    for name in file_names:
        (out / (name + SPOOL_ENDING)).unlink(missing_ok=True)
    for path in files:
        set_aside(path)
    for name in file_names:
        older = there.resources.get(name) if there is not None else None
        if older is not None and older.file is not None:
            # In another format its file has another name.
            set_aside(out / older.file)
            for ending in TABLE_ENDINGS if older.changes is not None else ():
                set_aside(out / (name + ending))
    if there is not None:
        wanted.resources = there.resources | wanted.resources
    return wanted


def is_added(there: Manifest, wanted: Manifest) -> bool:
    """Whether the folder holds a complete export to which resources are to be added."""
    known = [name for name in wanted.resources if name in there.resources]
    return (
        there.is_finished
        and len(known) < len(wanted.resources)
        and all(there.resources[name].is_same_export(wanted.resources[name]) for name in known)
    )


def _is_there(out: Path, entry: ResourceEntry) -> bool:
    path = out / str(entry.file)
    return path.exists() and path.stat().st_size == entry.bytes


def _goes_on(there: Manifest, wanted: Manifest, overwrite: bool) -> bool:
    """Whether the folder holds an unfinished export of the same."""
    if there.is_finished or there.overwrite is not overwrite:
        return False
    return _is_same(there, wanted)


def _is_same(there: Manifest, wanted: Manifest) -> bool:
    return all(
        name in there.resources and there.resources[name].is_same_export(entry)
        for name, entry in wanted.resources.items()
    )


def _refusal(out: Path, there: Manifest, wanted: Manifest) -> str:
    if there.is_finished and not _is_same(there, wanted):
        return (
            f"{out} holds a complete export already, of something else or in another format; "
            f"{_ANOTHER}"
        )
    if there.is_finished:
        return (
            f"{out} holds a complete export already; bring it up to date with --once (or keep it "
            f"so with --watch), {_ANOTHER}"
        )
    if _is_same(there, wanted):
        return (
            f"{out} holds an unfinished export that was begun with --overwrite; go on with it by "
            "adding --overwrite (overwrite=True) again, or choose another folder"
        )
    return (
        f"{out} holds an unfinished export of something else, or in another format; repeat its "
        f"command to go on with it (see {MANIFEST_NAME}), {_ANOTHER}"
    )

"""An export with other objects in the place of some, as of people who are to be forgotten.

The new file is complete on the disk before the manifest vouches for it, and takes the old one's
name after that. Killed in between, the next call finds by the manifest which of the two counts.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from hashlib import sha256
from itertools import product
from pathlib import Path
from typing import Any, BinaryIO, cast

from .._ground import dump_json, sync_folder
from ..errors import InvalidParameterError
from ._files import PARTIAL, PREVIOUS, HashingFile, beside, new_file, open_anew
from ._folder import locked
from ._formats import ENDINGS, BrokenFileError, Compression, Format, file_ending, pieces_of
from ._formats.restored_objects import read_whole
from ._formats.rewriting import Treat, count_treated, rewrite
from ._manifest import (
    CHANGES_ENDING,
    MANIFEST_NAME,
    TABLE_ENDINGS,
    Changes,
    Manifest,
    ResourceEntry,
)
from ._manifest_reader import read_manifest
from ._rewritten_spool import (
    ERASING,
    rewrite_spool,
    spool_arguments,
    spool_objects,
    treated_arguments,
)
from ._watch import change_in, write_changes_table

_LAST = ("bookings", "contacts")
"""They tell whose a text message is: killed before they are done, the next call still knows."""
_KINDS = {file_ending(*kind): kind for kind in product(Format, reversed(Compression))}


def exported_objects(folder: Path) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """All objects in a folder, changes and what is unfinished too: file, resource, object.

    Raises `InvalidParameterError` where there is no export, `ManifestError`, `BrokenFileError`,
    `OSError`.
    """
    manifest = _manifest_of(folder)
    for name, entry in manifest.resources.items():
        for path, objects in _parts(folder, name, entry):
            for data in objects():
                yield path.name, name, data


def rewrite_export(folder: Path, treat: Treat, *, apply: bool) -> dict[str, int]:
    """Put what `treat` gives in the place of a folder's objects; how many changed, by file.

    Filters in the manifest are treated like fields of an object; what goes there is counted, too.
    Without `apply` nothing is changed. The folder is locked meanwhile, so that no export or watch
    writes into it. An unfinished export is treated as well, and goes on afterwards.

    Raises as `exported_objects` does, also where another has the folder.
    """
    _manifest_of(folder)
    if not apply:
        counts: dict[str, int] = {}
        for name, entry in _in_order(_manifest_of(folder)):
            if _filters_change(folder, name, entry, treat):
                counts[MANIFEST_NAME] = counts.get(MANIFEST_NAME, 0) + 1
            for path, objects in _parts(folder, name, entry):
                if count := sum(treat(name, data) is not data for data in objects()):
                    counts[path.name] = count
        return counts
    with locked(folder):
        return _Rewriting(folder, treat).run()


def _manifest_of(folder: Path) -> Manifest:
    manifest = read_manifest(folder)
    if manifest is None:
        raise InvalidParameterError("export", f"{folder} holds no export")
    return manifest


def _in_order(manifest: Manifest) -> list[tuple[str, ResourceEntry]]:
    names = [name for name in manifest.resources if name not in _LAST]
    names += [name for name in _LAST if name in manifest.resources]
    return [(name, manifest.resources[name]) for name in names]


def _filters_change(folder: Path, name: str, entry: ResourceEntry, treat: Treat) -> bool:
    """Whether the filters of the manifest do, or those that a kill has left in the spool."""
    told = [entry.arguments]
    if entry.spool is not None and (folder / entry.spool).exists():
        told.append(spool_arguments(folder / entry.spool))
    return any(treated_arguments(name, each, treat) != each for each in told)


Objects = Callable[[], Iterator[Mapping[str, Any]]]


def _parts(folder: Path, name: str, entry: ResourceEntry) -> Iterator[tuple[Path, Objects]]:
    """The files in which a resource's objects are, and how each is read."""
    if entry.complete and entry.file is not None:
        path = folder / entry.file
        written_as = Format(entry.format), Compression(entry.compression)
        yield path, partial(_objects_of, path, name, *written_as)
    if entry.changes is not None:
        log = folder / entry.changes.file
        yield log, partial(_changes_of, log)
    if entry.spool is not None and (folder / entry.spool).exists():
        yield folder / entry.spool, partial(spool_objects, folder / entry.spool)
    for path, format_before, compression in _set_aside(folder, name):
        yield path, partial(_objects_of, path, name, format_before, compression)


def _objects_of(
    path: Path, name: str, format: Format, compression: Compression
) -> Iterator[Mapping[str, Any]]:
    with _told(path), path.open("rb") as file:
        for _, data in read_whole(file, name, format, compression):
            yield data


def _changes_of(path: Path) -> Iterator[Mapping[str, Any]]:
    return (data for _, data in _lines_of(path))


def _set_aside(folder: Path, name: str) -> Iterator[tuple[Path, Format, Compression]]:
    """What an unfinished `--overwrite` keeps of the export before it."""
    for ending in (*ENDINGS, CHANGES_ENDING, *TABLE_ENDINGS):
        path = folder / f"{name}{ending}{PREVIOUS}"
        if path.is_file():
            written_as, compression = _KINDS[ending.removeprefix(".changes")]
            yield path, written_as, compression


def _lines_of(path: Path) -> Iterator[tuple[bytes, Mapping[str, Any]]]:
    """The whole lines of a log of changes; what a kill has cut off isn't one."""
    with path.open("rb") as file:
        for line in pieces_of(file):
            data = change_in(line)
            if data is None:
                return
            yield line, data


class _Rewriting:
    def __init__(self, folder: Path, treat: Treat) -> None:
        self._folder, self._treat = folder, treat
        self._manifest = _manifest_of(folder)
        self._counts: dict[str, int] = {}

    def run(self) -> dict[str, int]:
        for name, entry in _in_order(self._manifest):
            self._recover(entry)
            self._drop_partial(name)
            self._rewrite_filters(name, entry)
            if entry.complete and entry.file is not None:
                self._rewrite_file(name, entry)
            if entry.changes is not None:
                self._rewrite_log(name, entry.changes)
                write_changes_table(self._folder, name, entry)
            if entry.spool is not None and (self._folder / entry.spool).exists():
                count = rewrite_spool(self._folder / entry.spool, name, self._treat)
                self._note(entry.spool, count)
            for path, format_before, compression in list(_set_aside(self._folder, name)):
                self._rewrite_previous(path, name, format_before, compression)
        return self._counts

    def _note(self, file: str, count: int) -> None:
        if count:
            self._counts[file] = count

    def _recover(self, entry: ResourceEntry) -> None:
        """Finish what a kill has interrupted."""
        vouched = [(entry.file, entry.bytes, entry.sha256)] if entry.complete else []
        if entry.changes is not None:
            vouched.append((entry.changes.file, entry.changes.bytes, entry.changes.sha256))
        for file, size, digest in vouched:
            path = self._folder / str(file)
            rewritten = beside(path, ERASING)
            if rewritten.exists():
                if not _is(path, size, digest) and _is(rewritten, size, digest):
                    rewritten.replace(path)
                rewritten.unlink(missing_ok=True)
                sync_folder(self._folder)

    def _drop_partial(self, name: str) -> None:
        for ending in (*ENDINGS, CHANGES_ENDING, *TABLE_ENDINGS):
            (self._folder / f"{name}{ending}{PARTIAL}").unlink(missing_ok=True)

    def _rewrite_filters(self, name: str, entry: ResourceEntry) -> None:
        if _filters_change(self._folder, name, entry, self._treat):
            entry.arguments = treated_arguments(name, entry.arguments, self._treat)
            self._manifest.write(self._folder)
            self._note(MANIFEST_NAME, self._counts.get(MANIFEST_NAME, 0) + 1)

    def _rewrite_file(self, name: str, entry: ResourceEntry) -> None:
        path = self._folder / str(entry.file)
        kind = Format(entry.format), Compression(entry.compression)
        _check(path, entry.bytes, entry.sha256)
        with _told(path), path.open("rb") as source:
            count = count_treated(source, name, *kind, self._treat)
            if not count:
                return
            source.seek(0)
            with open_anew(beside(path, ERASING)) as raw:
                target = HashingFile(raw)
                rewrite(source, cast(BinaryIO, target), name, *kind, self._treat)
                raw.flush()
                os.fsync(raw.fileno())
        entry.bytes, entry.sha256 = target.size, target.sha256
        self._put(path)
        self._note(path.name, count)

    def _rewrite_log(self, name: str, changes: Changes) -> None:
        path, read, count = self._folder / changes.file, 0, 0
        _check(path, changes.bytes, changes.sha256)
        if not any(self._treat(name, data) is not data for _, data in _lines_of(path)):
            return
        with open_anew(beside(path, ERASING)) as raw:
            target = HashingFile(raw)
            vouched = target.size, target.sha256
            for line, data in _lines_of(path):
                treated = self._treat(name, data)
                count += treated is not data
                target.write(line if treated is data else dump_json(treated) + b"\n")
                read += len(line)
                if read == changes.bytes:
                    vouched = target.size, target.sha256
            raw.flush()
            os.fsync(raw.fileno())
        if changes.bytes:
            changes.bytes, changes.sha256 = vouched
        self._put(path)
        self._note(path.name, count)

    def _rewrite_previous(
        self, path: Path, name: str, format: Format, compression: Compression
    ) -> None:
        with _told(path), path.open("rb") as source:
            count = count_treated(source, name, format, compression, self._treat)
            if count:
                source.seek(0)
                with new_file(path) as target:
                    rewrite(source, cast(BinaryIO, target), name, format, compression, self._treat)
        self._note(path.name, count)

    def _put(self, path: Path) -> None:
        sync_folder(self._folder)
        self._manifest.write(self._folder)
        beside(path, ERASING).replace(path)
        sync_folder(self._folder)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Says which file is broken."""
    try:
        yield
    except BrokenFileError as error:
        raise BrokenFileError(f"{path.name}: {error}") from None


def _is(path: Path, size: int, digest: str | None) -> bool:
    """Whether a file begins with so many bytes that have this SHA-256."""
    try:
        with path.open("rb") as file:
            hashed, left = sha256(), size
            while left > 0 and (piece := file.read(min(left, 1 << 20))):
                hashed.update(piece)
                left -= len(piece)
    except FileNotFoundError:
        return False
    return not left and (digest is None or hashed.hexdigest() == digest)


def _check(path: Path, size: int, digest: str | None) -> None:
    # Otherwise the manifest would vouch for what is damaged.
    if not _is(path, size, digest):
        raise BrokenFileError(
            f"{path.name} is not what its manifest says; oncehub verify {path.parent} tells more"
        )

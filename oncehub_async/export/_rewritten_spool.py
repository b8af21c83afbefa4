"""What an unfinished export has fetched so far, with other objects in the place of some."""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from operator import is_not
from pathlib import Path
from typing import Any

from .._ground import sync_folder
from ._files import beside
from ._formats import BrokenFileError
from ._formats.rewriting import Treat
from ._spool import Spool, SpoolError

ERASING = ".erasing"
_NOBODY = "erased@example.invalid"
"""So that it is still an export of those with one address, and of nobody else."""


def spool_objects(path: Path) -> Iterator[Mapping[str, Any]]:
    """The objects of a spool. Raises `BrokenFileError` and `OSError`."""
    with _told(), closing(Spool.look(path)) as spool:
        for entry in spool.entries:
            yield from spool.objects(entry)


def spool_arguments(path: Path) -> Mapping[str, str]:
    """The filters that a spool tells. Raises `BrokenFileError` and `OSError`."""
    with _told(), closing(Spool.look(path)) as spool:
        return spool.about.get("arguments") or {}


def rewrite_spool(path: Path, resource: str, treat: Treat) -> int:
    """Put what `treat` gives in the place of its objects and filters; how many objects changed.

    Killed in between, it is as it was. Raises `BrokenFileError` and `OSError`.
    """
    rewritten = beside(path, ERASING)
    with _told(), closing(Spool.look(path)) as spool:
        about = {**spool.about}
        if about.get("arguments"):
            about["arguments"] = treated_arguments(resource, about["arguments"], treat)
        changed = about != spool.about
        count = _rewrite_pages(spool, rewritten, about, resource, treat)
    if count or changed:
        rewritten.replace(path)
    rewritten.unlink(missing_ok=True)
    sync_folder(path.parent)
    return count


def _rewrite_pages(
    spool: Spool, rewritten: Path, about: Mapping[str, Any], resource: str, treat: Treat
) -> int:
    count = 0
    with closing(Spool.begin(rewritten, about)) as target:
        for entry in spool.entries:
            objects = spool.objects(entry)
            treated = [treat(resource, each) for each in objects]
            count += sum(map(is_not, objects, treated))
            target.add(entry.place, treated)
    return count


def treated_arguments(resource: str, arguments: Mapping[str, str], treat: Treat) -> dict[str, str]:
    """Filters as they may be told on: an address that was looked for is one as well."""
    return {
        name: text if treat(resource, {name: text}).get(name) == text else _NOBODY
        for name, text in arguments.items()
    }


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except SpoolError as error:
        raise BrokenFileError(str(error)) from None

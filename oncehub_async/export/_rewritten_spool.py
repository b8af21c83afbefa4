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


def spool_objects(path: Path) -> Iterator[Mapping[str, Any]]:
    """The objects of a spool. Raises `BrokenFileError` and `OSError`."""
    with _told(), closing(Spool.look(path)) as spool:
        for entry in spool.entries:
            yield from spool.objects(entry)


def rewrite_spool(path: Path, resource: str, treat: Treat) -> int:
    """Put what `treat` gives in the place of its objects; how many changed.

    Killed in between, it is as it was. Raises `BrokenFileError` and `OSError`.
    """
    count = 0
    rewritten = beside(path, ERASING)
    with (
        _told(),
        closing(Spool.look(path)) as spool,
        closing(Spool.begin(rewritten, spool.about)) as target,
    ):
        for entry in spool.entries:
            objects = spool.objects(entry)
            treated = [treat(resource, each) for each in objects]
            count += sum(map(is_not, objects, treated))
            target.add(entry.place, treated)
    if count:
        rewritten.replace(path)
    rewritten.unlink(missing_ok=True)
    sync_folder(path.parent)
    return count


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except SpoolError as error:
        raise BrokenFileError(str(error)) from None

"""Puts the final file of a resource together from its spool."""

from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO, cast

import attrs

from ..walk import Order
from .files import new_file
from .formats import Compression, Format, open_writer
from .place import placement_of
from .spool import Entry, Spool, SpoolError


@attrs.frozen
class FinishedFile:
    """What a final file holds."""

    name: str
    count: int
    bytes: int
    sha256: str


def assemble(
    spool: Spool, path: Path, resource: str, format: Format, compression: Compression
) -> FinishedFile:
    """Write all of a spool's objects to a file, newest first. Raises `OSError`."""
    count = 0
    with new_file(path) as file:
        writer = open_writer(cast(BinaryIO, file), resource, format, compression)
        for entry in in_order(spool.entries):
            writer.write(spool.objects(entry))
            count += entry.count
        writer.close()
        if count != spool.count:
            raise SpoolError(f"{spool.path.name} has a page whose place isn't known; delete it")
    return FinishedFile(path.name, count, file.size, file.sha256)


def in_order(entries: Iterable[Entry]) -> Iterable[Entry]:
    """A spool's pages in the order of the list."""
    order: Order[Entry] = Order()
    for entry in entries:
        order.add(placement_of(entry.place), entry)
    return order.from_the_top()

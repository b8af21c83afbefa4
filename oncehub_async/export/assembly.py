"""Puts the final file of a resource together from its spool."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, BinaryIO, cast

import attrs

from ..walk import Addition, Side
from ..walk.order import Order
from .files import new_file
from .formats import Compression, Format, open_writer
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
        order.add(addition_of(entry.place), entry)
    return order.get(0, ())


def place_of(addition: Addition, **more: Any) -> dict[str, Any]:
    """What a spool keeps of a page's place."""
    return {
        "stretch": addition.stretch,
        "side": str(addition.side),
        "joins": addition.joins,
        "ends": addition.ends,
        **more,
    }


def addition_of(place: Mapping[str, Any], count: int = 0) -> Addition:
    """The place that a spool has kept."""
    return Addition(place["stretch"], Side(place["side"]), 0, count, place["joins"], place["ends"])

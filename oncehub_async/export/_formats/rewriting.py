"""A file with other objects in the place of some: what isn't changed stays as it is."""

from collections.abc import Callable, Mapping
from typing import Any, BinaryIO

from .choices import Compression, Format
from .compressed import write_to
from .restored_objects import first_row, read_whole, row_for

Treat = Callable[[str, Mapping[str, Any]], Mapping[str, Any]]
"""Gives for a resource's object the same one, or what is to be in its place."""


def count_treated(
    file: BinaryIO, resource: str, format: Format, compression: Compression, treat: Treat
) -> int:
    """In the place of how many objects there is to be another. Raises `BrokenFileError`."""
    objects = read_whole(file, resource, format, compression)
    return sum(treat(resource, data) is not data for _, data in objects)


def rewrite(
    source: BinaryIO,
    target: BinaryIO,
    resource: str,
    format: Format,
    compression: Compression,
    treat: Treat,
) -> None:
    """Write what a file holds into another one. Raises `BrokenFileError`."""
    write, close = _writing(target, resource, format, compression)
    for row, data in read_whole(source, resource, format, compression):
        treated = treat(resource, data)
        write(row if treated is data else row_for(treated, resource, format))
    close()


def _writing(
    target: BinaryIO, resource: str, format: Format, compression: Compression
) -> tuple[Callable[[Any], None], Callable[[], None]]:
    if format is Format.PARQUET:
        from .parquet_format import ParquetWriter

        writer = ParquetWriter(target, resource, compression)
        return writer.write_record, writer.close
    stream = write_to(target, compression)
    stream.write(first_row(resource, format))
    return stream.write, stream.close

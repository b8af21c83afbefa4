"""Writes a resource's objects into a file of any format, and counts them there."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, BinaryIO, Protocol

from . import csv_format as csv_lines
from . import json_lines
from .choices import Compression, Format
from .compressed import Stream, read_from, write_to


class FormatWriter(Protocol):
    """Puts objects into a file. How they are parted into calls shows nowhere in it."""

    def write(self, objects: Iterable[Mapping[str, Any]]) -> None:
        """Add objects, JSON data as the service sent it."""

    def close(self) -> None:
        """That was all: write what is still to be written. The file stays open."""


def open_writer(
    file: BinaryIO, resource: str, format: Format, compression: Compression = Compression.NONE
) -> FormatWriter:
    """Begin a file (open for writing, at its start) of a resource's objects.

    A writer that is dropped without `close` leaves a file that `count_objects` refuses, unless it
    is one of lines that is not compressed.
    """
    match format:
        case Format.JSONL:
            return _LineWriter(write_to(file, compression), json_lines.line)
        case Format.CSV:
            stream = write_to(file, compression)
            stream.write(csv_lines.first_line(resource))
            return _LineWriter(stream, lambda data: csv_lines.line(data, resource))
        case Format.PARQUET:
            from .parquet_format import ParquetWriter

            return ParquetWriter(file, resource, compression)


def count_objects(
    file: BinaryIO, resource: str, format: Format, compression: Compression = Compression.NONE
) -> int:
    """How many objects there are in a file (open for reading, at its start), read to its end.

    Raises `BrokenFileError`.
    """
    if format is Format.PARQUET:
        from .parquet_format import count_rows

        return count_rows(file, resource)
    with read_from(file, compression) as text:
        if format is Format.CSV:
            return csv_lines.count_lines(text, resource)
        return json_lines.count_lines(text)


class _LineWriter:
    def __init__(self, stream: Stream, line: Callable[[Mapping[str, Any]], bytes]) -> None:
        self._stream, self._line = stream, line

    def write(self, objects: Iterable[Mapping[str, Any]]) -> None:
        for each in objects:
            self._stream.write(self._line(each))

    def close(self) -> None:
        self._stream.close()

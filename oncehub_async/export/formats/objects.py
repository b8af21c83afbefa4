"""Reads exported files back, as far as a few fields go."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, BinaryIO

from ...json_text import load_json
from ...models.converter import time_text
from .choices import Compression, Format
from .compressed import read_from
from .csv_cells import plain_text
from .reading import BrokenFileError, broken_by

# Whole conversations fit into cells; Python's csv stops at 128 KB otherwise.
_LARGEST_CELL = 1 << 30


def read_objects(
    file: BinaryIO, format: Format, compression: Compression, fields: Sequence[str]
) -> Iterator[Mapping[str, Any]]:
    """The objects of a file (open for reading, at its start) with at least these text fields.

    Of JSON Lines the objects come whole; of CSV and Parquet nothing but the fields, times in
    Parquet in the notation that this package writes. Raises `BrokenFileError`.
    """
    match format:
        case Format.JSONL:
            yield from _from_json_lines(file, compression)
        case Format.CSV:
            yield from _from_csv(file, compression, fields)
        case Format.PARQUET:
            yield from _from_parquet(file, fields)


def _from_json_lines(file: BinaryIO, compression: Compression) -> Iterator[Mapping[str, Any]]:
    with read_from(file, compression) as text:
        for number, line in enumerate(text, start=1):
            try:
                data = load_json(line)
            except ValueError:
                data = None
            if not isinstance(data, dict):
                raise BrokenFileError(f"line {number} is not a JSON object")
            yield data


def _from_csv(
    file: BinaryIO, compression: Compression, fields: Sequence[str]
) -> Iterator[Mapping[str, Any]]:
    csv.field_size_limit(max(csv.field_size_limit(), _LARGEST_CELL))
    with read_from(file, compression) as text, broken_by(csv.Error, KeyError, UnicodeDecodeError):
        lines = io.TextIOWrapper(text, encoding="utf-8-sig", newline="")
        try:
            for row in csv.DictReader(lines, strict=True):
                yield {name: plain_text(row[name] or "") or None for name in fields}
        finally:
            lines.detach()


def _from_parquet(file: BinaryIO, fields: Sequence[str]) -> Iterator[Mapping[str, Any]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    with broken_by(pa.ArrowException, OSError):
        parquet = pq.ParquetFile(file, page_checksum_verification=True)
        for group in range(parquet.num_row_groups):
            for row in parquet.read_row_group(group, columns=list(fields)).to_pylist():
                yield {name: _as_text(row[name]) for name in fields}


def _as_text(value: Any) -> Any:
    return time_text(value) if isinstance(value, datetime) else value

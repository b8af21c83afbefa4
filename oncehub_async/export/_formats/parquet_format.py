"""Parquet: objects as rows, in row groups that depend on nothing but the objects."""

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from .choices import Compression
from .compressed import BrokenFileError
from .fields import UNKNOWN_FIELDS, Field, FieldKind, fields_of
from .fitting import FITS, Fit, UnfittingValue, encodable, instant, json_text, row
from .parquet_process import read_apart, rows_of

_TYPES: Mapping[FieldKind, pa.DataType] = {
    FieldKind.TEXT: pa.string(),
    FieldKind.INTEGER: pa.int64(),
    FieldKind.NUMBER: pa.float64(),
    FieldKind.BOOLEAN: pa.bool_(),
    FieldKind.TIME: pa.timestamp("us", "UTC"),
    FieldKind.TEXTS: pa.list_(pa.string()),
    FieldKind.ID: pa.string(),
    FieldKind.EXPANDED: pa.string(),
    FieldKind.ANY_TEXT: pa.string(),
    FieldKind.ANY_JSON: pa.string(),
}


@cache
def schema(resource: str) -> pa.Schema:
    """The columns of a resource's files, whatever is in them."""
    return pa.schema(_columns(fields_of(resource)))


def record(data: Mapping[str, Any], resource: str) -> dict[str, Any]:
    """An object as a row."""
    return _record(data, fields_of(resource))


def _record(data: Mapping[str, Any], fields: Sequence[Field]) -> dict[str, Any]:
    cells = row(data, fields, _FITS)
    if UNKNOWN_FIELDS in cells:
        cells[UNKNOWN_FIELDS] = json_text(cells[UNKNOWN_FIELDS])
    return cells


def _columns(fields: Sequence[Field]) -> list[pa.Field]:
    columns = [pa.field(field.name, _type(field)) for field in fields]
    return [*columns, pa.field(UNKNOWN_FIELDS, pa.string())]


def _type(field: Field) -> pa.DataType:
    if field.kind is FieldKind.OBJECT:
        # What is unknown inside it stands in the object's own column of unknown fields.
        return pa.struct([pa.field(each.name, _type(each)) for each in field.fields])
    if field.kind is FieldKind.OBJECTS:
        return pa.list_(pa.struct(_columns(field.fields)))
    return _TYPES[field.kind]


def _objects(value: Any, field: Field) -> list[dict[str, Any]]:
    if type(value) is not list or not all(isinstance(each, dict) for each in value):
        raise UnfittingValue
    return [_record(each, field.fields) for each in value]


def _expanded(value: Any, _field: Field) -> str | None:
    return json_text(value) if isinstance(value, dict) else None


def _any_text(value: Any, _field: Field) -> str:
    return encodable(value) if type(value) is str else json_text(value)


_FITS: Mapping[FieldKind, Fit] = {
    **FITS,
    FieldKind.TIME: instant,
    FieldKind.OBJECTS: _objects,
    FieldKind.EXPANDED: _expanded,
    FieldKind.ANY_TEXT: _any_text,
    FieldKind.ANY_JSON: lambda value, _field: json_text(value),
}


# Rows become Arrow's in batches and leave memory in row groups, which end by count, or earlier by
# size where texts are long.
_BATCH_ROWS = 100
_GROUP_ROWS = 10_000
_GROUP_BYTES = 8 << 20


class ParquetWriter:
    """Writes a Parquet file."""

    def __init__(self, file: BinaryIO, resource: str, compression: Compression) -> None:
        self._sink = _Sink(file)
        self._resource, self._schema = resource, schema(resource)
        self._writer = pq.ParquetWriter(
            self._sink, self._schema, compression=str(compression), write_page_checksum=True
        )
        self._rows: list[dict[str, Any]] = []
        self._batches: list[pa.RecordBatch] = []
        self._bytes = 0

    def write(self, objects: Iterable[Mapping[str, Any]]) -> None:
        for each in objects:
            self.write_record(record(each, self._resource))

    def write_record(self, row: Mapping[str, Any]) -> None:
        """Add what is a row already."""
        self._rows.append(dict(row))
        if len(self._rows) == _BATCH_ROWS:
            self._end_batch()
            if len(self._batches) * _BATCH_ROWS == _GROUP_ROWS or self._bytes >= _GROUP_BYTES:
                self._end_group()

    def close(self) -> None:
        self._end_batch()
        self._end_group()
        self._writer.close()
        self._sink.check()

    def __del__(self) -> None:
        # pyarrow closes what is dropped, and so makes an unfinished file look like a finished one.
        self._sink.cut()

    def _end_batch(self) -> None:
        if self._rows:
            batch = pa.RecordBatch.from_pylist(self._rows, schema=self._schema)
            self._batches.append(batch)
            self._bytes += batch.nbytes
            self._rows = []

    def _end_group(self) -> None:
        if self._batches:
            table = pa.Table.from_batches(self._batches)
            self._batches, self._bytes = [], 0
            self._writer.write_table(table, row_group_size=table.num_rows)


class _Sink(io.RawIOBase):
    """The file, until it is cut off."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__()
        self._file = file
        self._cut = False

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        if not self._cut:
            try:
                self._file.write(data)
            except BaseException:
                self._cut = True
                raise
        return len(data)

    def cut(self) -> None:
        self._cut = True

    def check(self) -> None:
        if self._cut:
            raise ValueError("the file can't be finished: writing to it failed before")


def count_rows(file: BinaryIO, resource: str) -> int:
    """How many objects there are in a file, all of which is read. Raises `BrokenFileError`."""
    with read_apart(file, None) as (there, batches):
        _refuse_strange(there, resource)
        return sum(batch.num_rows for batch in batches)


def read_all_columns(file: BinaryIO, resource: str) -> Iterator[Mapping[str, Any]]:
    """The objects in a file, as it has them. Raises `BrokenFileError`."""
    with read_apart(file, schema(resource).names) as (there, batches):
        _refuse_strange(there, resource)
        for batch in batches:
            yield from rows_of(batch)


def _refuse_strange(there: pa.Schema, resource: str) -> None:
    if not there.equals(schema(resource)):
        raise BrokenFileError(f"the columns are not those of a Parquet file of {resource}")


def read_columns(file: BinaryIO, names: Sequence[str]) -> Iterator[Mapping[str, Any]]:
    """Some columns of the objects in a file, as far as it has them. Raises `BrokenFileError`."""
    with read_apart(file, names) as (_, batches):
        for batch in batches:
            yield from rows_of(batch)

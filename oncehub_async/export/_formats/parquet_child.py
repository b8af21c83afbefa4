"""Reads Parquet files for `parquet_process.py`, in a process of its own with little memory.

Run as a script, so that it imports nothing but pyarrow. Each line that it reads is a request, as
Python writes a dictionary; it answers with parts, each such a line and then as many bytes as that
says.
"""

import sys
from ast import literal_eval
from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

_MOST_MEMORY = 512 << 20
"""What an honest file takes at most: one text of 64 MiB in a page, unpacked, and as a batch."""
# A group of the writer's has some 8 MiB, and what one answer of the service adds at most. A few
# kilobytes can name one long text in every row.
_MOST_GROUP_BYTES = 256 << 20
_BATCH_ROWS = 100
_BATCH_BYTES = 32 << 20
_MOST_BATCH_BYTES = 96 << 20
_TOO_MUCH = "a row group holds more than any export writes"


class _TooMuchError(Exception):
    pass


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # where there are no such limits, damage still ends nobody else
        return
    for limit, most in ((resource.RLIMIT_DATA, _MOST_MEMORY), (resource.RLIMIT_CORE, 0)):
        hard = resource.getrlimit(limit)[1]
        soft = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(limit, (soft, hard))


def main() -> None:
    """Answer until nobody asks any more."""
    _limit_memory()
    _say({"ready": True})
    for line in sys.stdin.buffer:
        request = literal_eval(line.decode())
        try:
            for part in _read(**request):
                _say({"bytes": part.size})
                sys.stdout.buffer.write(part)
            said: object = None
        except (_TooMuchError, MemoryError):
            said = _TOO_MUCH
        except OSError as error:
            said = "the file is damaged" if error.errno is None else {"errno": error.errno}
        except Exception:  # whatever pyarrow, or a text that is none, raises of a damaged file
            said = "the file is damaged"
        _say({"end": said})


def _say(what: object) -> None:
    sys.stdout.buffer.write(ascii(what).encode() + b"\n")
    sys.stdout.buffer.flush()


def _read(path: str, columns: Sequence[str] | None, most_values: int) -> Iterator[Any]:
    """The schema of a file, and its rows: these columns of them, or none after all were read."""
    with open(path, "rb") as file:
        parquet = pq.ParquetFile(
            file,
            page_checksum_verification=True,
            buffer_size=1 << 16,
            pre_buffer=False,
            arrow_extensions_enabled=False,
        )
        names = parquet.schema_arrow.names
        yield _part(parquet.schema_arrow, [])
        chosen = None if columns is None else [name for name in columns if name in names]
        # A group at a time: over all of them, pyarrow keeps what it has read.
        for group in range(parquet.num_row_groups):
            rows = _rows_at_once(parquet.metadata.row_group(group).total_byte_size)
            for batch in parquet.iter_batches(rows, [group], chosen, use_threads=False):
                decoded = _decoded(batch)
                _refuse_too_much(decoded, most_values)
                wanted = decoded.select([]) if columns is None else decoded
                yield _part(wanted.schema, [wanted])


def _rows_at_once(size: int) -> int:
    """How many rows of a group of so many bytes fit into memory, if each has all of its texts.

    What a group tells of its columns would say more, but asking for it ends the process where the
    file is damaged.
    """
    if size > _MOST_GROUP_BYTES:
        raise _TooMuchError
    return min(_BATCH_ROWS, max(1, _BATCH_BYTES // max(1, size)))


def _decoded(batch: Any) -> Any:
    """A batch in which each value stands for itself: of a name for a long text, many are small."""
    for place, field in enumerate(batch.schema):
        if pa.types.is_dictionary(field.type):
            values = batch.column(place).dictionary_decode()
            batch = batch.set_column(place, field.with_type(values.type), values)
    return batch


def _refuse_too_much(batch: Any, most_values: int) -> None:
    if batch.nbytes > _MOST_BATCH_BYTES:
        raise _TooMuchError
    if sum(map(_values, batch.columns)) > most_values:
        if batch.num_rows == 1:
            raise _TooMuchError
        for row in range(batch.num_rows):
            _refuse_too_much(batch.slice(row, 1), most_values)


def _values(array: Any) -> int:
    """How many values there are in lists, in lists of them, and so on."""
    if pa.types.is_struct(array.type):
        return sum(map(_values, array.flatten()))
    if pa.types.is_dictionary(array.type):
        raise _TooMuchError
    if not pa.types.is_nested(array.type):
        return 0
    inner = array.flatten()
    return len(inner) + _values(inner)


def _part(schema: Any, batches: Sequence[Any]) -> Any:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, schema) as stream:
        for batch in batches:
            batch.validate(full=True)
            stream.write_batch(batch)
    return sink.getvalue()


if __name__ == "__main__":
    main()

"""Has Parquet files read by a process of its own: what is wrong with a file ends nobody else.

A few kilobytes can unpack to gigabytes within pyarrow, and damage can end the process. The one that
reads has little memory (`parquet_child.py`), and is kept for the next file, for beginning one takes
as long as reading some thousand rows.
"""

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from ast import literal_eval
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, cast

import pyarrow as pa

from ..._ground import MOST_VALUES
from .compressed import BrokenFileError, broken_by

_SCRIPT = Path(__file__).with_name("parquet_child.py")
_FRUGAL = {
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    **dict.fromkeys(("ARROW_IO_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"),
}
"""Has nothing take memory in advance, be it for threads that nobody needs."""
_ROW_BY_ROW = 1 << 20
"""Bytes of a batch from which on its rows become Python's one after the other."""


@contextmanager
def read_apart(
    file: BinaryIO, columns: Sequence[str] | None
) -> Iterator[tuple[pa.Schema, Iterator[pa.RecordBatch]]]:
    """The schema of a file, and its rows in batches: these columns as far as it has them.

    Without columns, all of the file is read, and the batches have none. Raises `BrokenFileError`,
    also while batches are taken.
    """
    with _path_of(file) as path:
        reader = _idle.take() or ParquetReader()
        try:
            with broken_by(*_OF_DAMAGE):
                parts = reader.ask({"path": path, "columns": columns, "most_values": MOST_VALUES})
                yield next(parts).schema, _batches(parts)
        finally:
            _idle.put(reader)


_OF_DAMAGE = (pa.ArrowException, ArithmeticError, LookupError, OSError, ValueError)
"""What pyarrow raises of values that are none: of texts, times, zones."""


def rows_of(batch: pa.RecordBatch) -> Iterator[Mapping[str, Any]]:
    """The rows of a batch."""
    at_once = 1 if batch.nbytes > _ROW_BY_ROW else batch.num_rows
    for start in range(0, batch.num_rows, max(1, at_once)):
        with broken_by(*_OF_DAMAGE):
            rows = batch.slice(start, at_once).to_pylist()
        yield from rows


def _batches(parts: Iterator[pa.RecordBatchStreamReader]) -> Iterator[pa.RecordBatch]:
    for part in parts:
        yield from part


class ParquetReader:
    """A process that reads one file after the other."""

    def __init__(self) -> None:
        self._owner = os.getpid()
        self._process = subprocess.Popen(
            [sys.executable, "-P", str(_SCRIPT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # Where pyarrow comes from is known here.
            env={**os.environ, **_FRUGAL, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        self._is_idle = True
        self._requests = cast(BinaryIO, self._process.stdin)
        self._answers = cast(BinaryIO, self._process.stdout)
        if not self._answers.readline():
            self.end()
            raise OSError(f"{sys.executable} can't read Parquet files: it ends while it begins")

    def ask(self, request: Mapping[str, Any]) -> Iterator[pa.RecordBatchStreamReader]:
        """The parts of the answer. Raises `BrokenFileError`."""
        self._is_idle = False
        with suppress(OSError):  # it has ended: that shows in its answer
            self._requests.write(ascii(request).encode() + b"\n")
            self._requests.flush()
        while head := self._answers.readline():
            said = literal_eval(head.decode())
            if "bytes" not in said:
                self._is_idle = True
                _refuse(said["end"])
                return
            yield pa.ipc.open_stream(self._answers.read(said["bytes"]))
        raise BrokenFileError("the file is damaged: it ends the process that reads it")

    @property
    def is_usable(self) -> bool:
        """Whether it waits for a request of this process."""
        return self._is_idle and self._owner == os.getpid() and self._process.poll() is None

    def end(self) -> None:
        """Have it ended."""
        if self._owner == os.getpid():
            self._process.kill()
            self._process.communicate()


def _refuse(said: Any) -> None:
    match said:
        case {"errno": int(number)}:
            raise OSError(number, os.strerror(number))
        case str():
            raise BrokenFileError(said)


class _Idle:
    """The one process that waits for the next file."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._reader: ParquetReader | None = None

    def take(self) -> ParquetReader | None:
        with self._lock:
            reader, self._reader = self._reader, None
        if reader is not None and not reader.is_usable:
            reader.end()
            return None
        return reader

    def put(self, reader: ParquetReader | None) -> None:
        if reader is None or reader.is_usable:
            with self._lock:
                reader, self._reader = self._reader, reader
        if reader is not None:
            reader.end()


_idle = _Idle()


@atexit.register
def end_idle() -> None:
    """Keep no process."""
    _idle.put(None)


@contextmanager
def _path_of(file: BinaryIO) -> Iterator[str]:
    name = getattr(file, "name", None)
    if isinstance(name, str | os.PathLike):
        yield os.path.abspath(name)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "rows.parquet")
        with path.open("wb") as copy:
            shutil.copyfileobj(file, copy)
        yield str(path)

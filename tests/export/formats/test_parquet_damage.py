"""Parquet files that are damaged or strangers': told in a line, whatever reads them does."""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from oncehub_async.export._formats import BrokenFileError, Compression, Format, parquet_process
from oncehub_async.export._formats.parquet_format import count_rows, read_columns, schema
from oncehub_async.export._formats.restored_objects import read_whole

from .samples import simulated, written


def users() -> bytes:
    return written(simulated("users"), "users", Format.PARQUET, Compression.NONE)


def read(file: bytes, *names: str) -> list[Mapping[str, Any]]:
    return list(read_columns(io.BytesIO(file), names))


def refused(file: bytes, *names: str) -> str:
    with pytest.raises(BrokenFileError) as caught:
        read(file, *names)
    return str(caught.value)


def strange(**columns: pa.Array) -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.table(columns), file)
    return file.getvalue()


def test_a_name_that_is_no_text_is_damage() -> None:
    """Of a column, wherever the file repeats it."""
    file = users()
    assert file.count(b"role_name") > 1
    for name in (b"role_name", b"teams"):
        damaged = file.replace(name, b"\xff" + name[1:])
        with pytest.raises(BrokenFileError, match=r"^the file is damaged$"):
            count_rows(io.BytesIO(damaged), "users")
        assert refused(damaged, "id") == "the file is damaged"


@pytest.mark.parametrize(
    "values",
    [
        pa.array([2**62], pa.timestamp("us", "UTC")),
        pa.array([0], pa.timestamp("us", "Mars/Olympus")),
        pa.array([-(2**40)], pa.timestamp("s")),
        pa.Array.from_buffers(
            pa.string(), 1, [None, pa.py_buffer(b"\0\0\0\0\2\0\0\0"), pa.py_buffer(b"\xff\xff")]
        ),
    ],
)
def test_a_value_that_is_none_is_damage(values: pa.Array) -> None:
    """Be it a time beyond the calendar, one of no zone, or a text that is none."""
    assert refused(strange(id=values), "id") == "the file is damaged"


def test_names_for_texts_are_read_as_the_texts() -> None:
    """Another writer may have put a column in order so."""
    file = strange(id=pa.array(["a", "b", "a"]).dictionary_encode())
    assert read(file, "id", "none") == [{"id": "a"}, {"id": "b"}, {"id": "a"}]


def whole(file: bytes) -> list[Any]:
    return list(read_whole(io.BytesIO(file), "bookings", Format.PARQUET, Compression.NONE))


def test_a_strangers_columns_are_not_rewritten() -> None:
    """Nor does one of another kind end an erasure with something else than a broken file."""
    names = schema("bookings").names
    file = strange(**{name: pa.array(["x"]) for name in names})
    with pytest.raises(BrokenFileError, match="columns are not those of a Parquet file of"):
        whole(file)


@pytest.mark.parametrize("name", ["contact_expanded", "unknown_fields"])
def test_a_column_of_json_that_holds_none_is_damage(name: str) -> None:
    """Where rows become objects again."""
    columns = schema("bookings")
    assert name in columns.names
    row = {"id": "BKNG-1", name: "{"}
    file = io.BytesIO()
    pq.write_table(pa.Table.from_pylist([row], schema=columns), file)
    with pytest.raises(BrokenFileError, match="JSON"):
        whole(file.getvalue())


def test_a_file_that_ends_its_reader_ends_nobody_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told as damage, and the next file is read."""
    script = tmp_path / "ending.py"
    script.write_text("import os\nprint('{}', flush=True)\ninput()\nos.abort()\n")
    with monkeypatch.context() as patched:
        patched.setattr(parquet_process, "_SCRIPT", script)
        parquet_process.end_idle()
        assert refused(users(), "id") == "the file is damaged: it ends the process that reads it"
    assert len(read(users(), "id")) == len(simulated("users"))


def test_a_reader_that_cannot_begin_is_no_damage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file may be whole: the trouble is named."""
    script = tmp_path / "none.py"
    script.write_text("raise SystemExit(1)\n")
    monkeypatch.setattr(parquet_process, "_SCRIPT", script)
    parquet_process.end_idle()
    with pytest.raises(OSError, match=r"can't read Parquet files: it ends while it begins"):
        read(users(), "id")


def test_one_process_reads_all_files() -> None:
    """Also after damage; a file that isn't read to its end ends it."""
    parquet_process.end_idle()
    begun: list[object] = []

    class Counted(parquet_process.ParquetReader):
        def __init__(self) -> None:
            begun.append(self)
            super().__init__()

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(parquet_process, "ParquetReader", Counted)
        for _ in range(3):
            assert read(users(), "id")
            assert refused(b"PAR1 and nothing", "id") == "the file is damaged"
        assert len(begun) == 1
        rows = read_columns(io.BytesIO(users()), ["id"])
        assert next(iter(rows))
        del rows
        assert read(users(), "id")
        assert len(begun) == 2

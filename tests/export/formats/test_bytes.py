"""A file's bytes depend on the objects and their order, and on nothing else."""

import gzip
import sys
from collections.abc import Sequence
from io import BytesIO
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oncehub_async.export._formats import Compression, Format, compressed, open_writer
from oncehub_async.export._formats import parquet_format as parquet_file

from .samples import simulated, written

FILES = list(product(Format, Compression))


def in_batches(
    objects: Sequence[Any], sizes: Sequence[int], format: Format, compression: Compression
) -> bytes:
    file = BytesIO()
    writer = open_writer(file, "bookings", format, compression)
    start = 0
    for size in sizes:
        writer.write(iter(objects[start : start + size]))
        start += size
    writer.write(objects[start:])
    writer.close()
    assert not file.closed
    return file.getvalue()


@pytest.mark.parametrize(("format", "compression"), FILES)
@settings(max_examples=4, deadline=None)
@given(sizes=st.lists(st.integers(0, 90), max_size=5))
def test_batches_leave_no_trace(format: Format, compression: Compression, sizes: list[int]) -> None:
    """An export that was resumed writes in other batches than one that ran through."""
    objects = simulated("bookings")
    assert in_batches(objects, sizes, format, compression) == written(
        objects, "bookings", format, compression
    )


def test_row_groups_end_by_count_and_by_size(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where a batch of rows, or a row group, ends amid a call."""
    import pyarrow.parquet as pq

    monkeypatch.setattr(parquet_file, "_BATCH_ROWS", 10)
    monkeypatch.setattr(parquet_file, "_GROUP_ROWS", 50)
    objects = [dict(each) for each in simulated("bookings")]
    long = "x" * (3 << 20)
    for index in (100, 105, 110, 111, 112, 113):
        objects[index]["subject"] = long
    file = in_batches(objects, [7, 44, 1, 120], Format.PARQUET, Compression.NONE)
    assert file == in_batches(objects, [], Format.PARQUET, Compression.NONE)
    metadata = pq.ParquetFile(BytesIO(file)).metadata
    rows = [metadata.row_group(index).num_rows for index in range(metadata.num_row_groups)]
    assert rows == [50, 50, 20, 50, 50, 50, 30]


def test_gzip_names_neither_time_nor_file() -> None:
    """Its header would be another each time."""
    file = written(simulated("users"), "users", Format.JSONL, Compression.GZIP)
    magic, flags, time = file[:3], file[3], file[4:8]
    assert magic == b"\x1f\x8b\x08"
    assert flags == 0
    assert time == bytes(4)


@pytest.mark.parametrize("format", [Format.JSONL, Format.CSV])
def test_compressed_files_hold_the_plain_ones(format: Format) -> None:
    """Whatever tool unpacks them."""
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    plain = written(simulated("bookings"), "bookings", format)
    packed = written(simulated("bookings"), "bookings", format, Compression.GZIP)
    assert gzip.decompress(packed) == plain
    packed = written(simulated("bookings"), "bookings", format, Compression.ZSTD)
    assert zstd.decompress(packed) == plain


class Recorder:
    """Compresses nothing, and notes how much it was given at a time."""

    def __init__(self) -> None:
        self.sizes: list[int] = []

    def compress(self, data: bytes) -> bytes:
        self.sizes.append(len(data))
        return data

    def flush(self) -> bytes:
        return b"."


def test_compressors_get_chunks_of_one_size(monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes out of some depends on how much goes in at a time."""
    recorder = Recorder()
    monkeypatch.setattr("zlib.compressobj", lambda *_args, **_options: recorder)
    file = BytesIO()
    stream = compressed.write_to(file, Compression.GZIP)
    for size in (1, 70_000, 5, 200_000, 65_536):
        stream.write(b"x" * size)
    stream.close()
    assert recorder.sizes == [65_536] * 5 + [335_542 - 5 * 65_536]
    assert file.getvalue() == b"x" * 335_542 + b"."


def test_zstd_frames_have_a_checksum() -> None:
    """As gzip has: bit 2 of the frame's header, https://www.rfc-editor.org/rfc/rfc8878."""
    file = written(simulated("users"), "users", Format.JSONL, Compression.ZSTD)
    assert file[:4] == bytes.fromhex("28b52ffd")
    assert file[4] & 0b100

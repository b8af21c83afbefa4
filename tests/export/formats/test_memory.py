"""Memory stays the same however many objects are written."""

import tracemalloc
from io import RawIOBase
from typing import Any, BinaryIO, cast

import pyarrow as pa
import pytest

from oncehub_async.export._formats import Compression, Format, open_writer

MEGABYTE = 1 << 20
# Past the first row group, which ends by its size.
FEW, MANY = 2_500, 10_000


class Nowhere(RawIOBase):
    """Keeps nothing."""

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        return len(data)


def peak(format: Format, compression: Compression, count: int) -> int:
    """The most bytes that Python and Arrow held, of objects of 4 KB in pages of 100."""
    before, arrow = pa.total_allocated_bytes(), 0
    tracemalloc.start()
    try:
        writer = open_writer(cast(BinaryIO, Nowhere()), "teams", format, compression)
        for page in range(0, count, 100):
            writer.write(
                {"id": f"TM-{i}", "name": f"{i:x}" * 1000} for i in range(page, page + 100)
            )
            arrow = max(arrow, pa.total_allocated_bytes() - before)
        writer.close()
        return tracemalloc.get_traced_memory()[1] + arrow
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("format", "compression", "most"),
    [
        (Format.JSONL, Compression.ZSTD, 2 * MEGABYTE),
        (Format.CSV, Compression.GZIP, 2 * MEGABYTE),
        (Format.PARQUET, Compression.NONE, 24 * MEGABYTE),
    ],
)
def test_memory_is_flat(format: Format, compression: Compression, most: int) -> None:
    """Four times as many objects take no more, and neither takes much."""
    few, many = peak(format, compression, FEW), peak(format, compression, MANY)
    assert many < 1.2 * few
    assert many < most

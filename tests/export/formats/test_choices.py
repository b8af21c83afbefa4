"""Formats and compressions are named and checked before anything is fetched."""

import subprocess
import sys
from importlib.machinery import ModuleSpec
from io import BytesIO

import pytest

from oncehub_async import InvalidParameterError
from oncehub_async.export import RESOURCES
from oncehub_async.export._formats import Compression, Format, check, choices, file_ending
from oncehub_async.export._formats.fields import fields_of
from oncehub_async.models import LISTED

from .samples import simulated, written


def test_every_resource_has_columns() -> None:
    """What can be exported can be written."""
    assert set(LISTED) == set(RESOURCES)
    for resource in RESOURCES:
        assert fields_of(resource)[0].name == "id"


@pytest.mark.parametrize(
    ("format", "compression", "ending"),
    [
        ("jsonl", "none", ".jsonl"),
        ("jsonl", "gzip", ".jsonl.gz"),
        ("jsonl", "zstd", ".jsonl.zst"),
        ("csv", "none", ".csv"),
        ("csv", "gzip", ".csv.gz"),
        ("csv", "zstd", ".csv.zst"),
        ("parquet", "none", ".parquet"),
        ("parquet", "gzip", ".parquet"),
        ("parquet", "zstd", ".parquet"),
    ],
)
def test_endings(format: str, compression: str, ending: str) -> None:
    """The ending tells how to open a file; inside Parquet, compression is the reader's business."""
    assert file_ending(Format(format), Compression(compression)) == ending
    check(Format(format), Compression(compression))


@pytest.mark.parametrize(
    ("format", "compression", "error"),
    [
        (
            Format.PARQUET,
            Compression.NONE,
            "format: 'parquet' needs pyarrow; run: pip install 'oncehub-async[parquet]'",
        ),
        pytest.param(
            Format.CSV,
            Compression.ZSTD,
            "compression: 'zstd' needs backports.zstd; run: pip install 'oncehub-async[zstd]'",
            marks=pytest.mark.skipif(
                sys.version_info >= (3, 14), reason="the standard library has it"
            ),
        ),
    ],
)
def test_a_missing_extra_is_named(
    format: Format,
    compression: Compression,
    error: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With the command that installs it."""

    def find_spec(name: str) -> ModuleSpec | None:
        if "." in name:
            raise ModuleNotFoundError(name)
        return None

    monkeypatch.setattr(choices, "find_spec", find_spec)
    with pytest.raises(InvalidParameterError) as caught:
        check(format, compression)
    assert str(caught.value) == error
    check(Format.JSONL, Compression.GZIP)


def test_parquet_brings_its_own_zstd(monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra for zstd is only for files compressed as a whole."""
    monkeypatch.setattr(choices, "_has_zstd", lambda: False)
    check(Format.PARQUET, Compression.ZSTD)


@pytest.mark.parametrize("compression", Compression)
def test_the_codec_inside_parquet(compression: Compression) -> None:
    """Is the one that was asked for."""
    import pyarrow.parquet as pq

    file = written(simulated("users"), "users", Format.PARQUET, compression)
    column = pq.ParquetFile(BytesIO(file)).metadata.row_group(0).column(0)
    expected = "UNCOMPRESSED" if compression is Compression.NONE else compression.upper()
    assert column.compression == expected


def test_pyarrow_is_imported_when_used() -> None:
    """Whoever writes JSON Lines doesn't wait for it, nor does a check."""
    program = """
import sys
from oncehub_async.export._formats import Compression, Format, check
check(Format.PARQUET, Compression.ZSTD)
print("pyarrow" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("False\n", "")

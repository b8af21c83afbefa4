"""Which formats and compressions there are, and what each needs."""

import sys
from enum import StrEnum
from importlib.util import find_spec
from itertools import product, starmap

from ...errors import InvalidParameterError


class Format(StrEnum):
    """How the objects of a file are written."""

    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"


class Compression(StrEnum):
    """How a file is compressed: the file as a whole, or the pages inside a Parquet file."""

    NONE = "none"
    GZIP = "gzip"
    ZSTD = "zstd"


_ENDINGS = {Compression.NONE: "", Compression.GZIP: ".gz", Compression.ZSTD: ".zst"}


def file_ending(format: Format, compression: Compression) -> str:
    """How a file's name ends, such as `.jsonl.gz`.

    A Parquet file ends in `.parquet` whatever compresses its pages.
    """
    return f".{format}" + ("" if format is Format.PARQUET else _ENDINGS[compression])


ENDINGS = tuple(dict.fromkeys(starmap(file_ending, product(Format, Compression))))
"""All endings that files can have."""


def check(format: Format, compression: Compression) -> None:
    """Make sure that what writes such files is installed.

    Raises `InvalidParameterError`, which names the extra that is missing.
    """
    if format is Format.PARQUET:
        # pyarrow brings all codecs along.
        if not _is_installed("pyarrow"):
            raise _missing("format", format, "pyarrow", "parquet")
    elif compression is Compression.ZSTD and not _has_zstd():
        raise _missing("compression", compression, "backports.zstd", "zstd")


def _has_zstd() -> bool:
    return sys.version_info >= (3, 14) or _is_installed("backports.zstd")


def _is_installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # the package around it
        return False


def _missing(param: str, value: str, package: str, extra: str) -> InvalidParameterError:
    return InvalidParameterError(
        param, f"'{value}' needs {package}; run: pip install 'oncehub-async[{extra}]'"
    )

"""Zstandard: in the standard library from Python 3.14 on, before that from its backport."""

import sys
from collections.abc import Mapping
from typing import BinaryIO, cast

if sys.version_info >= (3, 14):
    from compression.zstd import CompressionParameter, ZstdCompressor, ZstdError, ZstdFile
else:
    from backports.zstd import CompressionParameter, ZstdCompressor, ZstdError, ZstdFile

__all__ = ["ZstdError", "compressor", "reader"]

_OPTIONS: Mapping[int, int] = {
    CompressionParameter.compression_level: 3,
    CompressionParameter.checksum_flag: 1,
}


def compressor() -> ZstdCompressor:
    """What makes one frame, with a checksum."""
    return ZstdCompressor(options=_OPTIONS)


def reader(file: BinaryIO) -> BinaryIO:
    """The text of the frames in a file. It doesn't close the file."""
    return cast(BinaryIO, ZstdFile(file, "rb"))

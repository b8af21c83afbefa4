"""Files compressed as a whole, so that the bytes depend on nothing but what was written."""

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, Protocol, cast

from .choices import Compression
from .reading import broken_by

_CHUNK = 1 << 16
_GZIP_LEVEL = 6
_GZIP_WINDOW = 31  # the largest, in gzip's frame: with neither a time nor a file's name in it


class Stream(Protocol):
    """Where text goes. `close` writes what is still to be written."""

    def write(self, text: bytes) -> None:
        """Add text."""

    def close(self) -> None:
        """That was all. The file stays open."""


class _Compressor(Protocol):
    def compress(self, data: bytes, /) -> bytes: ...

    def flush(self) -> bytes: ...


class _Plain:
    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def write(self, text: bytes) -> None:
        self._file.write(text)

    def close(self) -> None:
        pass


class _Compressed:
    """Compresses in chunks of one size, for a compressor's output may depend on their sizes."""

    def __init__(self, file: BinaryIO, compressor: _Compressor) -> None:
        self._file, self._compressor = file, compressor
        self._waiting = bytearray()

    def write(self, text: bytes) -> None:
        self._waiting += text
        full = len(self._waiting) - len(self._waiting) % _CHUNK
        for start in range(0, full, _CHUNK):
            self._compress(start, start + _CHUNK)
        del self._waiting[:full]

    def close(self) -> None:
        self._compress(0, len(self._waiting))
        self._file.write(self._compressor.flush())

    def _compress(self, start: int, end: int) -> None:
        self._file.write(self._compressor.compress(bytes(self._waiting[start:end])))


def write_to(file: BinaryIO, compression: Compression) -> Stream:
    """A stream that ends up in the file."""
    match compression:
        case Compression.NONE:
            return _Plain(file)
        case Compression.GZIP:
            return _Compressed(file, zlib.compressobj(_GZIP_LEVEL, wbits=_GZIP_WINDOW))
        case Compression.ZSTD:
            from .zstd_frames import compressor

            return _Compressed(file, compressor())


@contextmanager
def read_from(file: BinaryIO, compression: Compression) -> Iterator[BinaryIO]:
    """The text in the file. Raises `BrokenFileError`, also while it is read."""
    match compression:
        case Compression.NONE:
            yield file
        case Compression.GZIP:
            with broken_by(gzip.BadGzipFile, zlib.error, EOFError):
                if not file.read(1):
                    raise EOFError  # to gzip, nothing at all is an empty text
                file.seek(-1, 1)
                with gzip.GzipFile(fileobj=file, mode="rb") as text:
                    yield cast(BinaryIO, text)
        case Compression.ZSTD:
            from .zstd_frames import ZstdError, reader

            with broken_by(ZstdError, EOFError), reader(file) as text:
                yield text

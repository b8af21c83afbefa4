"""Files compressed as a whole, so that the bytes depend on nothing but what was written.

Zstandard is in the standard library from Python 3.14 on, before that it comes from its backport.
"""

import gzip
import sys
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import Any, BinaryIO, Protocol, cast

from ...errors import OnceHubError
from .choices import Compression


def _zstd() -> Any:
    # At its first use: it is an extra, and most exports do without.
    return import_module("compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd")


def compressor() -> "_Compressor":
    """What makes one Zstandard frame, with a checksum."""
    zstd = _zstd()
    names = zstd.CompressionParameter
    options: Mapping[int, int] = {names.compression_level: 3, names.checksum_flag: 1}
    made: _Compressor = zstd.ZstdCompressor(options=options)
    return made


class BrokenFileError(OnceHubError, ValueError):
    """A file is not what was written: cut short, damaged, or of another format or resource.

    The text tells where, and shows nothing of the data.
    """


@contextmanager
def broken_by(*errors: type[Exception]) -> Iterator[None]:
    """Make one error of those that libraries raise for a damaged file."""
    try:
        yield
    except BrokenFileError:
        raise
    except errors as error:
        # A disk that can't be read gives an OSError with a number; a damaged file none.
        if isinstance(error, OSError) and error.errno is not None:
            raise
        text = "is cut short" if isinstance(error, EOFError) else "is damaged"
        raise BrokenFileError(f"the file {text}") from error


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
            zstd = _zstd()
            # It doesn't close the file.
            with broken_by(zstd.ZstdError, EOFError), zstd.ZstdFile(file, "rb") as text:
                yield text


LONGEST_LINE = 64 << 20
"""No answer of the service is larger, so that no object is, and no line in a file."""


def pieces_of(text: BinaryIO) -> Iterator[bytes]:
    """The lines of a file; one that is too long comes in pieces without a line's end."""
    while piece := text.readline(LONGEST_LINE + 1):
        yield piece


def lines_of(text: BinaryIO) -> Iterator[bytes]:
    """The lines of a file, none of which takes more memory than an object can.

    A few kilobytes can unpack to gigabytes without a line's end. Raises `BrokenFileError`.
    """
    for number, line in enumerate(pieces_of(text), start=1):
        if len(line) > LONGEST_LINE:
            raise BrokenFileError(f"line {number} is longer than any object can be")
        yield line

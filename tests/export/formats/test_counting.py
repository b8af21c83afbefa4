"""`count_objects` counts what is in a whole file, and refuses one that isn't whole."""

import errno
from io import BytesIO
from itertools import product
from typing import Any

import pytest

from oncehub_async.export import RESOURCES
from oncehub_async.export._formats import (
    BrokenFileError,
    Compression,
    Format,
    count_objects,
    open_writer,
)

from .samples import simulated, written

FILES = list(product(Format, Compression))
PACKED = [(format_, one) for format_, one in FILES if one is not Compression.NONE]


def count(file: bytes, resource: str, format: Format, compression: Compression) -> int:
    return count_objects(BytesIO(file), resource, format, compression)


@pytest.mark.parametrize(("format", "compression"), FILES)
def test_all_are_counted(format: Format, compression: Compression) -> None:
    """Of every resource; also where there is none."""
    for resource in RESOURCES:
        objects = simulated(resource)
        file = written(objects, resource, format, compression)
        assert count(file, resource, format, compression) == len(objects) > 0
        assert count(written([], resource, format, compression), resource, format, compression) == 0


@pytest.mark.parametrize(("format", "compression"), FILES)
def test_a_file_cut_short_is_refused(format: Format, compression: Compression) -> None:
    """Wherever it ends, unless that is at the end of a line of a file that isn't compressed."""
    file = written(simulated("users"), "users", format, compression)
    for length in range(0, len(file), max(1, len(file) // 150)):
        cut = file[:length]
        whole_lines = compression is Compression.NONE and cut[-1:] == b"\n"
        if format is not Format.PARQUET and (whole_lines or (format is Format.JSONL and not cut)):
            continue
        with pytest.raises(BrokenFileError) as caught:
            count(cut, "users", format, compression)
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("format", "compression"), [*PACKED, (Format.PARQUET, Compression.NONE)])
def test_damage_is_an_error_of_its_own(format: Format, compression: Compression) -> None:
    """Where checksums tell it, and never as an error of some library."""
    file = written(simulated("contacts"), "contacts", format, compression)
    refused = 0
    for place in range(0, len(file), max(1, len(file) // 150)):
        damaged = bytearray(file)
        damaged[place] ^= 0x55
        try:
            count(bytes(damaged), "contacts", format, compression)
        except BrokenFileError:
            refused += 1
    assert refused > 75


@pytest.mark.parametrize(("format", "compression"), FILES)
def test_something_else_is_refused(format: Format, compression: Compression) -> None:
    """A file of another format, or of another resource where columns tell."""
    for other in (b"PK\x03\x04 no such file", b"\x00" * 100, b"\xff" * 100):
        with pytest.raises(BrokenFileError):
            count(other, "users", format, compression)
    if format is not Format.JSONL:
        file = written(simulated("teams"), "teams", format, compression)
        with pytest.raises(BrokenFileError, match="users"):
            count(file, "users", format, compression)


@pytest.mark.parametrize(
    ("text", "format", "message"),
    [
        (b'{"id":"X"}\n[1]\n', Format.JSONL, "line 2 is not a JSON object"),
        (b'{"id":"X"}\n\n', Format.JSONL, "line 2 is not a JSON object"),
        (b'{"id":"X"}\n{"id":\n', Format.JSONL, "line 2 is not a JSON object"),
        (b'{"id":"X"}\n{"id":"Y"}', Format.JSONL, "line 2 is cut short"),
        (b"\xef\xbb\xbfid,object,name,unknown_fields\r\nX,team,a\r\n", Format.CSV,
         "line 2 does not end a row of 4 columns"),
        (b'\xef\xbb\xbfid,object,name,unknown_fields\r\nX,team,"a\r\n', Format.CSV,
         "the file ends within quotes"),
        (b"id,object,name,unknown_fields\r\n", Format.CSV,
         "the first line is not the header of a CSV file of teams"),
    ],
)  # fmt: skip
def test_the_place_is_named(text: bytes, format: Format, message: str) -> None:
    """And nothing of what stands there."""
    with pytest.raises(BrokenFileError) as caught:
        count(text, "teams", format, Compression.NONE)
    assert str(caught.value) == message


@pytest.mark.parametrize(("format", "compression"), [*PACKED, (Format.PARQUET, Compression.NONE)])
def test_what_was_never_closed_is_not_whole(format: Format, compression: Compression) -> None:
    """Also where a library would end the file by itself."""
    file = BytesIO()
    writer = open_writer(file, "users", format, compression)
    writer.write(simulated("users"))
    del writer
    with pytest.raises(BrokenFileError):
        count(file.getvalue(), "users", format, compression)


class FullDisk(BytesIO):
    """Has room for so many bytes."""

    def __init__(self, room: int) -> None:
        super().__init__()
        self.room = room

    def write(self, data: Any) -> int:
        if self.tell() + len(data) > self.room:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(data)


@pytest.mark.parametrize(("format", "compression"), FILES)
def test_a_full_disk_is_told_as_such(format: Format, compression: Compression) -> None:
    """At whichever byte; and what was written by then never passes for a whole file."""
    size = len(written(simulated("users"), "users", format, compression))
    for room in range(0, size, max(1, size // 40)):
        disk = FullDisk(room)
        with pytest.raises(OSError, match="No space left") as caught:
            fill(disk, format, compression)
        assert caught.value.errno == errno.ENOSPC
        if compression is not Compression.NONE or format is Format.PARQUET:
            with pytest.raises(BrokenFileError):
                count(disk.getvalue(), "users", format, compression)


def fill(disk: FullDisk, format: Format, compression: Compression) -> None:
    writer = open_writer(disk, "users", format, compression)
    writer.write(simulated("users"))
    writer.close()


def test_parquet_that_failed_is_never_ended() -> None:
    """Not by `close` either, when there is room again: a part is missing."""
    disk = FullDisk(20)
    writer = open_writer(disk, "users", Format.PARQUET)
    writer.write(simulated("users"))
    with pytest.raises(OSError, match="No space left"):
        writer.close()
    disk.room = 1 << 20
    with pytest.raises(ValueError, match="failed before"):
        writer.close()
    del writer
    with pytest.raises(BrokenFileError):
        count(disk.getvalue(), "users", Format.PARQUET, Compression.NONE)


class FailingDisk(BytesIO):
    """Can't be read."""

    def read(self, size: int | None = -1) -> bytes:
        raise OSError(errno.EIO, "Input/output error")


@pytest.mark.parametrize(("format", "compression"), [*PACKED, (Format.PARQUET, Compression.NONE)])
def test_a_disk_that_fails_is_no_broken_file(format: Format, compression: Compression) -> None:
    """The file may be whole: the error is the disk's."""
    file = FailingDisk(written(simulated("users"), "users", format, compression))
    with pytest.raises(OSError, match="Input/output") as caught:
        count_objects(file, "users", format, compression)
    assert not isinstance(caught.value, BrokenFileError)

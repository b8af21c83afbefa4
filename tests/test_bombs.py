"""A few kilobytes that unpack to more than any page or line can be: refused in bounded memory.

What they unpack to has sixteen megabytes. Each is read in a process of its own, whose growth is
told in multiples of that.
"""

import gzip
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from oncehub_async import OnceHub, RetryPolicy
from oncehub_async._ground import dump_json
from oncehub_async.export._formats.csv_format import first_line
from oncehub_async.export._spool import Spool

from .loopback import answer, serving
from .memory_use import mebibytes

SIZE = 16
"""Mebibytes."""
# What begins a text, what is repeated in it, what ends it; and of what it holds too much.
SHAPES: dict[str, tuple[bytes, bytes, bytes]] = {
    "lists": (b'{"id":"X-1","a":[', b"[],", b"[]]}"),
    "objects": (b'{"id":"X-1","a":[', b'{"a":1},', b"1]}"),
    "texts": (b'{"id":"X-1","a":[', b'"",', b"1]}"),
    "texts of commas": (b'{"id":"X-1","a":[', b'",,,",', b"1]}"),
    "fields": (b'{"id":"X-1","a":{', b'"a":1,', b'"b":1}}'),
    "numbers": (b'{"id":"X-1","a":[', b"1,", b"1]}"),
    "long numbers": (b'{"id":"X-1","a":[', b"1.0000000000000000001,", b"1]}"),
    "half a text": (b'{"id":"X-1","a":[', b"[],", b""),
}
NOTES: dict[str, bytes] = {
    "commas": b",",
    "brackets": b"[{}],",
    "quotes": b'\\"',
    "backslashes": b"\\\\",
    "digits": b"0000000000000000000,",
    "emoji": b"\xf0\x9f\x98\x80,,,,",
}


def pieces(begin: bytes, again: bytes, end: bytes) -> Iterator[bytes]:
    piece = again * (2**20 // len(again))
    yield begin
    for _ in range(SIZE):
        yield piece
    yield end


def packed(path: Path, begin: bytes, again: bytes, end: bytes) -> Path:
    with gzip.open(path, "wb", compresslevel=1) as file:
        for piece in pieces(begin, again, end):
            file.write(piece)
    return path


def plain(path: Path, begin: bytes, again: bytes, end: bytes) -> Path:
    with path.open("wb") as file:
        file.writelines(pieces(begin, again, end))
    return path


ASK = """
import asyncio, sys
import oncehub_async.models
from oncehub_async import OnceHub, OnceHubError, RetryPolicy

def prepare():
    body = open(sys.argv[1], "rb").read()
    head = "HTTP/1.1 200 OK\\r\\nContent-Encoding: gzip\\r\\nContent-Length: %d\\r\\n\\r\\n" % len(body)
    return head.encode() + body

def run(answer):
    async def serve(reader, writer):
        await reader.readuntil(b"\\r\\n\\r\\n")
        writer.write(answer)
    async def main():
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        quick = RetryPolicy(attempts=1)
        async with OnceHub("key", base_url=f"http://127.0.0.1:{port}/v2", retry=quick) as oncehub:
            try:
                booking = await oncehub.bookings.get("BKNG-1")
                return f"read {booking.id}"
            except OnceHubError as error:
                return str(error)
            finally:
                server.close()
    return asyncio.run(main())
"""


@pytest.mark.parametrize("shape", SHAPES)
def test_an_answer_of_too_many_values_is_given_up_while_it_comes(
    tmp_path: Path, shape: str
) -> None:
    """The rest of it is never unpacked: a page is read in far less."""
    grown, said = mebibytes(ASK, str(packed(tmp_path / "body.gz", *SHAPES[shape])))
    assert said == "GET /bookings/BKNG-1: the answer holds more than 250,000 values"
    assert grown < SIZE


@pytest.mark.parametrize("note", NOTES)
def test_an_answer_of_one_long_text_is_read(tmp_path: Path, note: str) -> None:
    """Whatever somebody wrote ends no call; in memory it takes what such a text takes."""
    path = packed(tmp_path / "body.gz", b'{"id":"X-1","a":"', NOTES[note], b'"}')
    grown, said = mebibytes(ASK, str(path))
    assert said == "read X-1"
    assert grown < 9 * SIZE


async def test_lists_hold_guests_texts_of_any_signs() -> None:
    """Also those who are so long that values are counted."""
    notes = [note.decode() * 300_000 for note in (b",", b"[", b"{", b'"', b"\\", b'\\",[{')]
    page = {
        "object": "list",
        "has_more": False,
        "data": [{"id": f"BKNG-{number}", "note": note} for number, note in enumerate(notes)],
    }
    async with (
        serving(answer(200, page)) as server,
        OnceHub("key", base_url=server.url, retry=RetryPolicy(attempts=1)) as oncehub,
    ):
        got = await oncehub.bookings.list().collect()
    assert [each.unknown_fields["note"] for each in got] == notes


EVENT = """
import sys
from oncehub_async.webhooks import EnvelopeError, read_event

def prepare():
    return open(sys.argv[1], "rb").read()

def run(body):
    try:
        return read_event(body).id
    except EnvelopeError as error:
        return str(error)
"""


@pytest.mark.parametrize("shape", SHAPES)
def test_an_event_of_too_many_values_is_not_read(tmp_path: Path, shape: str) -> None:
    """However large a receiver's `max_body` is; it is kept as one that can't be read."""
    grown, said = mebibytes(EVENT, str(plain(tmp_path / "body", *SHAPES[shape])))
    assert said == "the body holds more than 250,000 values"
    assert grown < SIZE / 4


READ = """
import sys
from oncehub_async.export._formats import (
    BrokenFileError, Compression, Format, count_objects, read_objects
)
import oncehub_async.export._formats.csv_format
import oncehub_async.models

def prepare():
    return open(sys.argv[1], "rb")

def run(file):
    kind = Format(sys.argv[2]), Compression.GZIP
    said = []
    for read in (
        lambda: count_objects(file, "bookings", *kind),
        lambda: sum(1 for _ in read_objects(file, *kind, ["id", "subject"])),
    ):
        file.seek(0)
        try:
            said.append(str(read()))
        except BrokenFileError as error:
            said.append(str(error))
    return "; ".join(said)
"""


@pytest.mark.parametrize("shape", [shape for shape in SHAPES if shape != "half a text"])
def test_a_line_of_too_many_values_is_refused(tmp_path: Path, shape: str) -> None:
    """Its bytes have to be there to know where it ends; values are made of none of them."""
    begin, again, end = SHAPES[shape]
    path = packed(tmp_path / "bookings.jsonl.gz", begin, again, end + b"\n")
    grown, said = mebibytes(READ, str(path), "jsonl")
    assert said == "; ".join(2 * ["line 1 holds more than 250,000 values"])
    assert grown < 3 * SIZE


@pytest.mark.parametrize("note", NOTES)
def test_a_line_of_one_long_text_is_an_object(tmp_path: Path, note: str) -> None:
    """A guest's note makes no broken file of an export."""
    path = packed(tmp_path / "bookings.jsonl.gz", b'{"id":"X-1","a":"', NOTES[note], b'"}\n')
    grown, said = mebibytes(READ, str(path), "jsonl")
    assert said == "1; 1"
    assert grown < 9 * SIZE


ROWS = {
    "commas": (b"", b",", b"\r\n"),
    "quotes": (b'"', b'""', b'"\r\n'),
    "lines in quotes": (b'"', b"a\n", b'"\r\n'),
    "empty lines in quotes": (b'"', b"\n", b'"\r\n'),
    "no end": (b"", b"a", b""),
    "empty texts": (b"", b'"",', b"\r\n"),
    "texts of commas": (b"", b'",,,",', b"\r\n"),
    "quotes without an end": (b"", b'"', b'"'),
}


@pytest.mark.parametrize("where", ["first row", "later row"])
@pytest.mark.parametrize("shape", ROWS)
def test_a_row_that_no_object_has_is_refused(tmp_path: Path, shape: str, where: str) -> None:
    """Be it of commas, quotation marks or lines."""
    begin, again, end = ROWS[shape]
    head = first_line("bookings") if where == "later row" else b""
    path = packed(tmp_path / "bookings.csv.gz", head + begin, again, end)
    grown, said = mebibytes(READ, str(path), "csv")
    assert "row" in said or "first line" in said or "quotes" in said or "line 2" in said
    assert grown < 6 * SIZE


CHANGES = """
import sys
from pathlib import Path
from oncehub_async.export import BrokenFileError, Changes
from oncehub_async.export._verify.changes import check_changes
from oncehub_async.export._watch.change_log import ChangeLog

def prepare():
    path = Path(sys.argv[1])
    known = path.stat().st_size if sys.argv[2] == "known" else 0
    changes = Changes(file=path.name, bytes=known, count=1 if known else 0)
    return path, changes

def run(prepared):
    path, changes = prepared
    found = check_changes(path.parent, "bookings", changes, None)
    try:
        read = len(list(ChangeLog(path, changes).open()))
    except BrokenFileError as error:
        read = str(error)
    return f"{[*found.problems, *found.notes]}; {read}; {path.stat().st_size}"
"""


@pytest.mark.parametrize("shape", ["lists", "objects", "half a text"])
@pytest.mark.parametrize("known", ["known", "left by a kill"])
def test_changes_of_too_many_values_are_none(tmp_path: Path, shape: str, known: str) -> None:
    """They are told of by `verify`, and refused or cut off by a watch."""
    begin, again, end = SHAPES[shape]
    path = plain(tmp_path / "bookings.changes.jsonl", begin, again, end + b"\n")
    grown, said = mebibytes(CHANGES, str(path), known)
    assert grown < 3 * SIZE
    if known == "known":
        assert "is cut short or damaged; export anew" in said
    else:
        assert "bytes that the next watch cuts off" in said
        assert said.endswith("; 0; 0")


SPOOL = """
import sys
from pathlib import Path
from oncehub_async.export._spool import Spool, SpoolError

def prepare():
    return Path(sys.argv[1])

def run(path):
    try:
        spool = Spool.reopen(path, {})
        return [len(spool.objects(entry)) for entry in spool.entries]
    except SpoolError as error:
        return str(error)
"""


@pytest.mark.parametrize("shape", ["lists", "objects"])
def test_a_spooled_page_of_too_many_values_is_nonsense(tmp_path: Path, shape: str) -> None:
    """The remedy is told, as with all nonsense."""
    begin, again, end = SHAPES[shape]
    path = tmp_path / "bookings.spool"
    Spool.begin(path, {}).close()
    size = sum(map(len, pieces(begin, again, end + b"\n")))
    page = {"place": {}, "count": 1, "size": size}
    checksum = zlib.crc32(dump_json(page) + b"\n")
    for piece in pieces(begin, again, end + b"\n"):
        checksum = zlib.crc32(piece, checksum)
    with path.open("ab") as file:
        file.write(dump_json({"page": page, "crc32": checksum}) + b"\n")
        file.writelines(pieces(begin, again, end + b"\n"))
    grown, said = mebibytes(SPOOL, str(path))
    assert "has a page that doesn't hold what it tells; delete it" in said
    assert grown < 3 * SIZE


PARQUET = """
import sys
from oncehub_async.export._formats import BrokenFileError
from oncehub_async.export._formats.parquet_format import count_rows, read_columns

def prepare():
    return open(sys.argv[1], "rb")

def run(file):
    said = []
    for read in (lambda: count_rows(file, "bookings"),
                 lambda: sum(1 for _ in read_columns(file, ["id", "subject"]))):
        try:
            said.append(str(read()))
        except BrokenFileError as error:
            said.append(str(error))
    return "; ".join(said)
"""
WRITE = """
import sys
import pyarrow as pa, pyarrow.parquet as pq
from oncehub_async.export._formats.parquet_format import schema

columns, rows, size = schema("bookings"), int(sys.argv[2]), int(sys.argv[3])
subject = pa.array(["x" * size] * rows, pa.string())
table = pa.table([subject if each.name == "subject" else pa.nulls(rows, each.type)
                  for each in columns], schema=columns)
pq.write_table(table, sys.argv[1], compression="zstd", dictionary_pagesize_limit=2**30)
"""


@pytest.mark.parametrize(
    ("rows", "size", "said"),
    [(60, 8 << 20, "60; 60"), (1, 300 << 20, "a row group holds more than any export writes")],
)
def test_a_text_that_every_row_names_is_not_unpacked_for_all(
    tmp_path: Path, rows: int, size: int, said: str
) -> None:
    """A Parquet file of 20 KB can hold gigabytes of rows."""
    path = tmp_path / "bookings.parquet"
    subprocess.run([sys.executable, "-c", WRITE, str(path), str(rows), str(size)], check=True)
    grown, told = mebibytes(PARQUET, str(path))
    assert said in told
    assert grown < rows * size / 2**20 / 2
    assert path.stat().st_size < 2**20


NULLS = """
import sys
import pyarrow as pa, pyarrow.parquet as pq
from oncehub_async.export._formats.parquet_format import schema

columns, name, count = schema("bookings"), sys.argv[2], int(sys.argv[3])
kind = columns.field(name).type
nulls = pa.ListArray.from_arrays(pa.array([0, count], pa.int32()), pa.nulls(count, kind.value_type))
table = pa.table([nulls.cast(kind) if each.name == name else pa.nulls(1, each.type)
                  for each in columns], schema=columns)
pq.write_table(table, sys.argv[1], compression="zstd")
"""
LISTS = """
import resource, sys
from oncehub_async.export._formats import BrokenFileError
from oncehub_async.export._formats import parquet_process
from oncehub_async.export._formats.parquet_format import count_rows, read_columns

def prepare():
    return open(sys.argv[1], "rb")

def run(file):
    said = []
    for read in (lambda: count_rows(file, "bookings"),
                 lambda: sum(1 for _ in read_columns(file, [sys.argv[2]]))):
        try:
            said.append(str(read()))
        except BrokenFileError as error:
            said.append(str(error))
    parquet_process.end_idle()
    return f"{resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024} {'; '.join(said)}"
"""


@pytest.mark.parametrize("count", [300_000, 60_000_000])
@pytest.mark.parametrize("name", ["attendees", "custom_fields"])
def test_a_list_of_too_many_nulls_is_refused(tmp_path: Path, name: str, count: int) -> None:
    """Its values take no byte in the file; neither this process nor its reader takes many."""
    path = tmp_path / "bookings.parquet"
    subprocess.run([sys.executable, "-c", NULLS, str(path), name, str(count)], check=True)
    grown, told = mebibytes(LISTS, str(path), name)
    taken, _, said = told.partition(" ")
    assert said == "; ".join(2 * ["a row group holds more than any export writes"])
    assert grown < SIZE
    assert int(taken) < 512
    assert path.stat().st_size < 2**20

"""`docs/export-formats.md` says what is true."""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from oncehub_async.export import RESOURCES
from oncehub_async.export._formats import Compression, Format, file_ending
from oncehub_async.export._formats.parquet_format import schema

from .documented import TABLE, page, renewed
from .samples import simulated, written

BLOCKS = re.findall(r"```python\n(.*?)```", page(), re.DOTALL)
TABLES = [(match[0], match[2]) for match in TABLE.finditer(page())]
TYPES = dict(re.findall(r"^\| (\w[\w ]*) \| [^|\n]+ \| `([^`]+)` \|$", page(), re.MULTILINE))


def test_the_tables_are_those_of_the_code() -> None:
    """Every resource's columns in their order; `python -m tests.export.formats.documented`."""
    assert [name for _, name in TABLES] == list(RESOURCES)
    assert page() == renewed(page())


@pytest.mark.parametrize("resource", RESOURCES)
def test_the_types_are_those_of_the_code(resource: str) -> None:
    """What each kind of column is in Parquet."""
    (rows,) = (text for text, name in TABLES if name == resource)
    told = {
        name: TYPES[holds] for name, holds in re.findall(r"^\| `(\S+)` \| (.+) \|$", rows, re.M)
    }
    assert told == dict(columns(schema(resource)))


def columns(fields: Iterable[pa.Field], prefix: str = "") -> Iterator[tuple[str, str]]:
    for field in fields:
        if pa.types.is_struct(field.type):
            yield from columns(field.type, f"{prefix}{field.name}.")
        else:
            # Parquet has a name for a list's elements, and Arrow another.
            yield prefix + field.name, str(field.type).replace("item: ", "")


def test_the_endings_are_those_of_the_code() -> None:
    """All nine."""
    told = re.findall(r"^\| (\w+)[^|]* \| `(\S+)` \| `(\S+)` \| `(\S+)` \|$", page(), re.MULTILINE)
    names = {"JSON": Format.JSONL, "CSV": Format.CSV, "Parquet": Format.PARQUET}
    assert {names[name]: tuple(endings) for name, *endings in told} == {
        format_: tuple(file_ending(format_, compression) for compression in Compression)
        for format_ in Format
    }


@pytest.mark.parametrize("block", BLOCKS)
def test_the_code_runs(block: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a folder with an export, and with changes of its users."""
    for format_ in Format:
        ending = file_ending(format_, Compression.NONE)
        for name in ("bookings", "contacts", "users"):
            data = written(simulated(name), name, format_)
            (tmp_path / f"{name}{ending}").write_bytes(data)
        (tmp_path / f"users.changes{ending}").write_bytes(data)
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {"print": lambda *_: None}
    exec(compile(ast.parse(block), "export-formats.md", "exec"), names)

"""What `verify_export` finds, and what it doesn't mind."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from oncehub_async import Budget, InvalidParameterError, OnceHub
from oncehub_async.export import (
    Compression,
    Format,
    Verification,
    plan_export,
    run_export,
    verify_export,
)
from oncehub_async.export._formats import open_writer
from oncehub_async.export._verify.exported_file import RepeatedIds
from oncehub_async.simulator import Account, Simulator

from .runs import FAST, LIMITS, manifest

ACCOUNT = Account(bookings=130, contacts=20, product="calendars", seed=7)
KINDS = [
    (Format.JSONL, Compression.NONE),
    (Format.JSONL, Compression.ZSTD),
    (Format.CSV, Compression.NONE),
    (Format.CSV, Compression.GZIP),
    (Format.PARQUET, Compression.ZSTD),
]


async def export(out: Path, *names: str, **settings: Any) -> None:
    async with Simulator(ACCOUNT, clock=FAST, limits=None) as sim:
        async with OnceHub(
            sim.api_key, base_url=sim.url, clock=FAST, budget=Budget(LIMITS, clock=FAST)
        ) as oncehub:
            await run_export(oncehub, plan_export(names), out, **settings)


@pytest.fixture
async def folder(tmp_path: Path) -> Path:
    """A good export of bookings and teams."""
    await export(tmp_path, "bookings", "teams")
    return tmp_path


def rewrite(folder: Path, change: Callable[[list[dict[str, Any]]], None]) -> None:
    """Change the bookings, and the manifest as if they had been exported so."""
    entry = manifest(folder)["resources"]["bookings"]
    lines = [json.loads(line) for line in (folder / "bookings.jsonl").read_bytes().splitlines()]
    change(lines)
    file = folder / entry["file"]
    with file.open("wb") as stream:
        writer = open_writer(stream, "bookings", Format.JSONL)
        writer.write(lines)
        writer.close()
    text = file.read_bytes()
    say(folder, count=len(lines), bytes=len(text), sha256=hashlib.sha256(text).hexdigest())


def say(folder: Path, name: str = "bookings", **fields: Any) -> None:
    """Have the manifest say something else about a resource."""
    data = manifest(folder)
    entries = data["resources"]
    entries[name].update(fields)
    data["complete"] = all(each["complete"] for each in entries.values())
    (folder / "manifest.json").write_bytes(orjson.dumps(data))


def problems(folder: Path, name: str = "bookings") -> str:
    result = verify_export(folder)
    assert not result.good
    return "; ".join(result.resources[name].problems)


@pytest.mark.parametrize(("format", "compression"), KINDS)
async def test_a_good_export_is_good(
    tmp_path: Path, format: Format, compression: Compression
) -> None:
    """In every format, with all resources, those of the other product included."""
    await export(tmp_path, format=format, compression=compression)
    result = verify_export(tmp_path)
    assert result.good
    assert not result.notes
    assert len(result.resources) == 10
    assert result.resources["bookings"].count == ACCOUNT.bookings
    assert not result.resources["master_pages"].available


@pytest.mark.parametrize(("format", "compression"), KINDS)
async def test_each_byte_counts(tmp_path: Path, format: Format, compression: Compression) -> None:
    """One that is another, one that is missing, and a file that isn't there."""
    await export(tmp_path, "bookings", format=format, compression=compression)
    path = tmp_path / manifest(tmp_path)["resources"]["bookings"]["file"]
    text = path.read_bytes()
    path.write_bytes(text[:1000] + bytes([text[1000] ^ 1]) + text[1001:])
    assert "its SHA-256 is another" in problems(tmp_path)
    path.write_bytes(text[:-1])
    assert f"the file has {len(text) - 1:,} bytes instead of {len(text):,}" in problems(tmp_path)
    path.unlink()
    assert problems(tmp_path) == f"{path.name} is missing"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda lines: lines.append(lines[-1]), "1 object is in it more than once, such as BKNG-"),
        (lambda lines: lines.insert(9, lines.pop(60)), "object is newer than the one before"),
        (lambda lines: lines.pop(0), "newest_creation_time is not the one in manifest.json"),
        (lambda lines: lines.pop(), "oldest_creation_time is not the one in manifest.json"),
        (
            lambda lines: [each.update(last_updated_time="2020-01-01T00:00:00Z") for each in lines],
            "later than anything in it",
        ),
    ],
)
def test_a_file_that_was_never_right(
    folder: Path, change: Callable[[list[dict[str, Any]]], None], said: str
) -> None:
    """Though its size, count and hash are what the manifest says."""
    rewrite(folder, lambda lines: None)
    assert verify_export(folder).good
    rewrite(folder, change)
    assert said in problems(folder)


def test_the_count_is_what_is_in_the_file(folder: Path) -> None:
    """Not what the manifest believes."""
    say(folder, count=129)
    assert problems(folder) == "the file holds 130 objects instead of 129"


def test_what_is_not_complete_is_told_with_why(folder: Path) -> None:
    """As the manifest has it."""
    say(folder, complete=False, file=None, error="no answer within 30 s")
    assert problems(folder) == "not complete: no answer within 30 s"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"started": "2020-01-01T00:00:00Z"}, "high_water_mark in manifest.json is later than any"),
        ({"arguments": {"creation_time_gt": "2046-01-01T00:00:00Z"}}, "beyond the creation times"),
        ({"arguments": {"creation_time_lt": "2006-01-01T00:00:00Z"}}, "beyond the creation times"),
    ],
)
def test_a_manifest_that_contradicts_its_file_is_told(
    folder: Path, fields: dict[str, Any], said: str
) -> None:
    """Each by itself could be right."""
    say(folder, **fields)
    assert said in problems(folder)


@pytest.mark.parametrize(("format", "compression"), KINDS)
async def test_objects_of_another_resource(
    tmp_path: Path, format: Format, compression: Compression
) -> None:
    """A file of bookings isn't one of contacts, whatever its name."""
    await export(tmp_path, "bookings", format=format, compression=compression)
    data = manifest(tmp_path)
    entry = data["resources"].pop("bookings")
    older = tmp_path / entry["file"]
    entry["file"] = older.name.replace("bookings", "contacts")
    older.rename(tmp_path / entry["file"])
    data["resources"]["contacts"] = entry
    (tmp_path / "manifest.json").write_bytes(orjson.dumps(data))
    said = {
        Format.JSONL: "130 objects are of another resource",
        Format.CSV: "not the header of a CSV file of contacts",
        Format.PARQUET: "not those of a Parquet file of contacts",
    }
    assert said[format] in problems(tmp_path, "contacts")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "there is no manifest.json"),
        ("{", "can't be read"),
        ("[]", "can't be read"),
        ("{}", "can't be read"),
        ('{"format": 1}', "of another version"),
    ],
)
def test_without_a_readable_manifest_nothing_is_good(
    folder: Path, text: str | None, said: str
) -> None:
    """However good the files are."""
    (folder / "manifest.json").unlink()
    if text is not None:
        (folder / "manifest.json").write_text(text)
    result = verify_export(folder)
    assert not result.good
    assert said in result.problems[0]


@pytest.mark.parametrize(
    "fields",
    [{"count": "130"}, {"bytes": None}, {"arguments": []}, {"complete": "yes"}, {"changes": {}}],
)
def test_values_of_another_type_are_damage(folder: Path, fields: dict[str, Any]) -> None:
    """They aren't taken for what they might have meant."""
    say(folder, **fields)
    assert verify_export(folder).problems == ["manifest.json can't be read"]


def test_an_export_killed_at_its_very_end_is_not_good(folder: Path) -> None:
    """Its manifest says that it isn't complete, and whoever reads that will believe it."""
    data = manifest(folder)
    data.update(finished=None, complete=False)
    (folder / "manifest.json").write_bytes(orjson.dumps(data))
    assert "run its command once more" in verify_export(folder).problems[0]


def test_other_files_are_told(folder: Path) -> None:
    """What looks like an exported file is a problem, what is left over or somebody's is not."""
    for name in ("teams.jsonl.previous", "bookings.spool", "users.csv.partial", "notes.txt"):
        (folder / name).touch()
    result = verify_export(folder)
    assert result.good
    assert result.notes == [
        "bookings.spool is what a killed export had fetched",
        "notes.txt is not of the export",
        "teams.jsonl.previous is the file of an older export",
        "users.csv.partial is a file that a killed export didn't finish",
    ]
    (folder / "contacts.parquet").touch()
    result = verify_export(folder)
    assert not result.good
    assert result.problems == ["contacts.parquet is not in manifest.json: nothing vouches for it"]


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    """Is a mistake of whoever named it."""
    with pytest.raises(InvalidParameterError, match="not a folder"):
        verify_export(tmp_path / "nope")


def test_ids_with_the_same_digest_are_told_apart() -> None:
    """Fifty ids with one digest, of which one comes twice."""

    class Id(str):
        __slots__ = ()

        def __hash__(self) -> int:
            return 7

    ids = [Id(f"BKNG-{number}") for number in range(50)]
    seen = RepeatedIds()
    for each in [*ids, Id("BKNG-5")]:
        seen.add(each)
    assert seen.twice([*ids, Id("BKNG-5")]) == {Id("BKNG-5")}


def test_ids_take_little_memory() -> None:
    """Not much more than 8 bytes each; as a set of texts they would take 15 times as much."""
    program = """
import tracemalloc
from oncehub_async.export._verify.exported_file import RepeatedIds
tracemalloc.start()
seen = RepeatedIds()
for number in range(100_000):
    seen.add(f"BKNG-{number:012}")
assert seen.twice(iter(())) == frozenset()
print(tracemalloc.get_traced_memory()[1])
"""
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert int(run.stdout) < 2_000_000


def test_a_verification_without_resources_is_good() -> None:
    """Nothing was to be exported, and nothing is wrong."""
    assert Verification().good

"""What `verify_export` finds in the changes that a watch has added."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from oncehub_async.cli import main
from oncehub_async.export import Verification, verify_export
from oncehub_async.export._formats import BrokenFileError
from oncehub_async.export._watch.resource_watch import ResourceWatch
from oncehub_async.simulator import Simulator

from .watching import manifest_in, read, watch

NAME = "bookings.changes.jsonl"
TOUCHED = 3


@pytest.fixture
async def folder(sim: Simulator, tmp_path: Path) -> Path:
    """A good export of bookings, to which some changes were added."""
    await touch_and_watch(sim, tmp_path)
    return tmp_path


async def touch_and_watch(sim: Simulator, out: Path) -> None:
    """Two rounds, with changes before the second."""

    def between(number: int) -> None:
        for each in list(sim.ids("bookings"))[:TOUCHED] if number == 1 else ():
            sim.touch(each)

    await watch(sim, out, between=between)


def say(folder: Path, **fields: Any) -> None:
    """Have the manifest say something else about the changes."""
    data = json.loads((folder / "manifest.json").read_text())
    data["resources"]["bookings"]["changes"].update(fields)
    (folder / "manifest.json").write_bytes(orjson.dumps(data))


def rewrite(folder: Path, change: Callable[[list[dict[str, Any]]], object]) -> None:
    """Change the lines, and the manifest as if a watch had added them so."""
    lines = read(folder / NAME)
    change(lines)
    text = b"".join(orjson.dumps(line) + b"\n" for line in lines)
    (folder / NAME).write_bytes(text)
    say(folder, count=len(lines), bytes=len(text), sha256=hashlib.sha256(text).hexdigest())


def problems(found: Verification) -> str:
    assert not found.good
    return "; ".join(found.resources["bookings"].problems)


def test_good_changes_are_good(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command tells how many there are."""
    found = verify_export(folder)
    assert found.good
    assert found.notes == []
    assert found.resources["bookings"].changes == TOUCHED
    assert main(["verify", str(folder)]) == 0
    assert "as the manifest says: 250 objects, 3 changes\n" in capsys.readouterr().out
    assert main(["verify", str(folder), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["resources"]["bookings"]["changes"] == TOUCHED


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda text: text[:-1], "bytes instead of"),
        (lambda text: text[: text.index(b"\n") + 1], "holds 1 instead of 3 changes"),
        (lambda text: text[text.index(b"\n") + 1 :], "holds 2 instead of 3 changes"),
        (lambda text: text.replace(b"BKNG", b"BKNX", 1), "has another SHA-256"),
        (lambda text: text.replace(b"{", b"[", 1), "lines that are no objects with an id"),
        (lambda text: b"", "has 0 bytes instead of"),
    ],
)
async def test_each_byte_counts(
    sim: Simulator, folder: Path, damage: Callable[[bytes], bytes], said: str
) -> None:
    """Cut short, a line removed, a byte changed; a watch doesn't go on from there either."""
    path = folder / NAME
    path.write_bytes(damage(path.read_bytes()))
    assert f"{NAME} " in problems(verify_export(folder))
    assert said in problems(verify_export(folder))
    with pytest.raises(BrokenFileError, match="cut short or damaged"):
        await watch(sim, folder)


def test_a_file_that_is_gone_is_missed(folder: Path) -> None:
    """And what has another name isn't taken for it."""
    renamed = folder / "bookings.old.changes.jsonl"
    (folder / NAME).rename(renamed)
    found = verify_export(folder)
    assert problems(found) == f"{NAME} is missing"
    assert found.notes == [f"{renamed.name} is not of the export"]


async def test_changes_of_another_resource_are_nobodys(sim: Simulator, folder: Path) -> None:
    """A file that would be a resource's, and that the manifest doesn't know, isn't added to."""
    await watch(sim, folder / "contacts", ("contacts",), rounds=0)
    stray = folder / "contacts" / "contacts.changes.jsonl"
    stray.write_bytes((folder / NAME).read_bytes())
    found = verify_export(folder / "contacts")
    assert not found.good
    assert found.problems == [f"{stray.name} is not in manifest.json: nothing vouches for it"]
    with pytest.raises(BrokenFileError, match=r"manifest\.json doesn't know it; move it away"):
        await watch(sim, folder / "contacts", ("contacts",))
    assert stray.read_bytes() == (folder / NAME).read_bytes()


@pytest.mark.parametrize(
    ("left", "notes"),
    [
        (b'{"id":"BKNG-TORN', [f"{NAME} ends with 16 bytes that the next watch cuts off"]),
        (bytes(100), [f"{NAME} ends with 100 bytes that the next watch cuts off"]),
        (b'{"x":1}\n{"id":"B"}\n', [f"{NAME} ends with 19 bytes that the next watch cuts off"]),
    ],
)
async def test_what_a_kill_has_left_is_told_and_cut_off(
    sim: Simulator, folder: Path, left: bytes, notes: list[str]
) -> None:
    """Rubbish behind the changes is no failure."""
    before = (folder / NAME).read_bytes()
    (folder / NAME).write_bytes(before + left)
    found = verify_export(folder)
    assert (found.good, found.notes) == (True, notes)
    await watch(sim, folder)
    assert (folder / NAME).read_bytes() == before
    found = verify_export(folder)
    assert (found.good, found.notes) == (True, [])


async def test_whole_lines_that_a_kill_has_left_are_taken_over(
    sim: Simulator, folder: Path
) -> None:
    """As if it had come a moment later, between the lines and the manifest."""
    before = (folder / "manifest.json").read_bytes()
    await touch_and_watch(sim, folder)
    after = (folder / NAME).read_bytes()
    (folder / "manifest.json").write_bytes(before)
    found = verify_export(folder)
    assert found.good
    assert found.resources["bookings"].changes == TOUCHED
    assert found.notes == [
        f"{NAME} goes on with changes that the next watch takes over ({TOUCHED})"
    ]
    await watch(sim, folder)
    assert (folder / NAME).read_bytes() == after
    found = verify_export(folder)
    assert (found.good, found.notes) == (True, [])
    assert found.resources["bookings"].changes == 2 * TOUCHED


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda lines: lines.append(lines[0]), "holds a change more than once, such as of BKNG-"),
        (lambda lines: lines[0].pop("id"), "lines that are no objects with an id (1)"),
    ],
)
def test_changes_that_were_never_right(
    folder: Path, change: Callable[[list[dict[str, Any]]], object], said: str
) -> None:
    """Though their size, count and hash are what the manifest says."""
    rewrite(folder, lambda lines: None)
    assert verify_export(folder).good
    rewrite(folder, change)
    assert said in problems(verify_export(folder))


def test_a_change_that_the_export_has_already(folder: Path) -> None:
    """Base and changes together hold each version once."""
    (folder / NAME).write_bytes(b"")
    rewrite(folder, lambda lines: lines.append(read(folder / "bookings.jsonl")[7]))
    picked = read(folder / NAME)[0]["id"]
    told = problems(verify_export(folder))
    assert told == f"{NAME} holds a change more than once, such as of {picked}"


def test_the_mark_may_be_that_of_any_change(folder: Path) -> None:
    """Not only of the last line: those of one round come sorted, but rounds may overlap."""
    latest = max(line["last_updated_time"] for line in read(folder / NAME))
    rewrite(folder, lambda lines: lines.reverse())
    say(folder, high_water_mark=latest)
    assert verify_export(folder).good


@pytest.mark.parametrize("name", ["bookings.jsonl", NAME])
def test_damage_is_not_told_of_the_mark_again(folder: Path, name: str) -> None:
    """What isn't there can't bear witness to it."""
    latest = max(line["last_updated_time"] for line in read(folder / NAME))
    say(folder, high_water_mark=latest)
    if name != NAME:
        (folder / NAME).write_bytes(b"")
        rewrite(folder, lambda lines: None)
    (folder / name).write_bytes(b"")
    told = problems(verify_export(folder))
    assert "bytes instead of" in told
    assert "high_water_mark" not in told


async def test_an_export_without_times_has_no_mark(sim: Simulator, tmp_path: Path) -> None:
    """Nothing is as late as any, until a change is; then it may be that of the change."""
    filters = {"creation_time.gt": "2046-01-01"}
    await watch(sim, tmp_path, filters=filters, rounds=1)
    assert read(tmp_path / "bookings.jsonl") == []
    assert verify_export(tmp_path).good
    say(tmp_path, high_water_mark="2026-01-01T00:00:00Z")
    told = problems(verify_export(tmp_path))
    assert told == f"{NAME} holds nothing as late as its high_water_mark in manifest.json"
    line = {"id": "BKNG-1", "last_updated_time": "2026-01-01T00:00:00Z"}
    rewrite(tmp_path, lambda lines: lines.append(line))
    assert verify_export(tmp_path).good


def test_changes_without_a_time_are_told(folder: Path) -> None:
    """They are what the service sent, and compared by their content."""
    rewrite(folder, lambda lines: [lines[number].pop("last_updated_time") for number in (0, 1)])
    found = verify_export(folder)
    assert found.good
    assert found.notes == [f"{NAME} holds objects that tell no last_updated_time (2)"]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"high_water_mark": "2099-01-01T00:00:00Z"}, "holds nothing as late as its"),
        ({"high_water_mark": None}, "an earlier high_water_mark in manifest.json than the export"),
        ({"high_water_mark": "2020-01-01T00:00:00Z"}, "has an earlier high_water_mark"),
        ({"count": 7}, "holds 3 instead of 7 changes"),
    ],
)
def test_a_manifest_that_is_wrong_is_told(folder: Path, fields: dict[str, Any], said: str) -> None:
    """Though it could have been written so."""
    say(folder, **fields)
    assert said in problems(verify_export(folder))


async def test_a_watch_that_was_killed_at_once_is_good(
    sim: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its manifest knows the file before anything is in it."""
    known = []

    async def note(self: ResourceWatch) -> int:
        known.append(manifest_in(tmp_path)["bookings"]["changes"])
        return 0

    monkeypatch.setattr(ResourceWatch, "round", note)
    await watch(sim, tmp_path, rounds=1)
    assert [(each["count"], each["bytes"]) for each in known] == [(0, 0)]
    found = verify_export(tmp_path)
    assert (found.good, found.notes) == (True, [])
    assert found.resources["bookings"].changes == 0
    (tmp_path / "contacts.changes.jsonl").touch()
    found = verify_export(tmp_path)
    assert found.good
    assert found.notes == ["contacts.changes.jsonl is empty: a watch was killed when it began"]

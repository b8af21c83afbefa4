"""What is taken for a manifest, whoever wrote it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from oncehub_async import InvalidParameterError
from oncehub_async.export import (
    ExportPlan,
    ManifestError,
    ResourceEntry,
    compare_with_account,
    read_manifest,
    run_export,
    verify_export,
)
from oncehub_async.export._manifest import Changes, Manifest
from oncehub_async.simulator import Account

from .simulated import client, export, simulated

TIME = "2026-01-01T00:00:00Z"
LATER = "2026-01-02T00:00:00Z"
HASH = "0" * 64
SMALL = Account(bookings=30, contacts=5, teams=3, seed=7)


def written() -> Manifest:
    """As an export and a watch leave it."""
    bookings = ResourceEntry(
        file="bookings.csv.gz",
        complete=True,
        format="csv",
        compression="gzip",
        arguments={
            "creation_time_gt": "2025-12-31T23:59:59.999Z",
            "expand": "owner,contact",
            "status": "scheduled",
        },
        count=2,
        pages=1,
        bytes=9,
        sha256=HASH,
        oldest_creation_time=TIME,
        newest_creation_time=LATER,
        high_water_mark=LATER,
        started=TIME,
        finished=TIME,
        changes=Changes(file="bookings.changes.jsonl", sha256=HASH, rounds=1, last_round=TIME),
    )
    contacts = ResourceEntry(started=TIME, error="no answer", spool="contacts.spool")
    pages = ResourceEntry(started=TIME, available=False)
    entries = {"bookings": bookings, "contacts": contacts, "master_pages": pages}
    return Manifest(tool="x", started=TIME, finished=TIME, resources=entries)


def put(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    data = written().as_dict()
    change(data)
    (folder / "manifest.json").write_text(json.dumps(data))


def test_what_was_written_is_read(tmp_path: Path) -> None:
    """As it was."""
    put(tmp_path, lambda data: None)
    assert read_manifest(tmp_path) == written()


@pytest.mark.parametrize(
    "name",
    [
        "../victim",
        ".",
        "",
        "/etc/passwd",
        "bookings.csv",
        "contacts.csv.gz",
        "bookings.jsonl",
        "x/bookings.csv.gz",
        None,
    ],
)
@pytest.mark.parametrize("place", ["file", "spool", "changes"])
def test_files_have_the_names_that_an_export_gives_them(
    tmp_path: Path, name: str | None, place: str
) -> None:
    """Those of that resource in that format, in the folder itself."""

    def change(data: dict[str, Any]) -> None:
        entries = data["resources"]
        if place == "file":
            entries["bookings"]["file"] = name
        elif place == "spool":
            entries["contacts"]["spool"] = name
        else:
            entries["bookings"]["changes"]["file"] = name

    put(tmp_path, change)
    if place == "spool" and name is None:
        assert read_manifest(tmp_path) is not None
        return
    with pytest.raises(ManifestError):
        read_manifest(tmp_path)


BOOKINGS: list[dict[str, Any]] = [
    {"available": False},
    {"format": "xml"},
    {"compression": "rar"},
    {"complete": False},
    {"error": "no answer"},
    {"spool": "bookings.spool"},
    {"arguments": {"nonsense": "x"}},
    {"arguments": {"self": "x"}},
    {"arguments": {"creation_time_gt": "hello"}},
    {"arguments": {"creation_time_gt": "2026-01-01"}},
    {"arguments": {"creation_time_gt": "0001-01-01T00:00:00+14:00"}},
    {"count": -1},
    {"pages": -1},
    {"bytes": -9},
    {"sha256": None},
    {"sha256": "0" * 63 + "g"},
    {"oldest_creation_time": None},
    {"oldest_creation_time": "2026-01-03T00:00:00Z"},
    {"newest_creation_time": "soon"},
    {"high_water_mark": "2026-01-01"},
    {"started": None},
    {"started": "2026-01-01T00:00:00"},
    {"started": "0001-01-01T00:00:00+14:00"},
    {"finished": None},
    {"finished": "x"},
    {"began": "x"},
    {"earlier_count": -1},
]
CHANGES: list[dict[str, Any]] = [
    {"count": -1},
    {"bytes": -1},
    {"sha256": None, "bytes": 1},
    {"sha256": "x"},
    {"high_water_mark": "soon"},
    {"rounds": -1},
    {"last_round": None},
    {"last_round": TIME, "rounds": 0},
    {"last_round": "x"},
]


def move_changes(data: dict[str, Any]) -> None:
    entries = data["resources"]
    entries["contacts"]["changes"] = entries["bookings"]["changes"]


AROUND: list[tuple[Callable[[dict[str, Any]], object], str]] = [
    (lambda data: data.update(complete=True), "complete"),
    (lambda data: data.update(complete=0), "complete"),
    (lambda data: data.pop("complete"), "complete"),
    (lambda data: data.update(started="x"), "started"),
    (lambda data: data.update(finished="2026-01-01"), "finished"),
    (lambda data: data.update(resources={}), "resources"),
    (lambda data: data["resources"].update(invoices=data["resources"]["contacts"]), "resources"),
    (lambda data: data["resources"]["contacts"].pop("pages"), "what is missing"),
    (move_changes, "resources.contacts.changes"),
]


@pytest.mark.parametrize("fields", BOOKINGS, ids=str)
def test_what_no_export_writes_of_a_resource(tmp_path: Path, fields: dict[str, Any]) -> None:
    """The message names the place, and nothing that stands there."""
    put(tmp_path, lambda data: data["resources"]["bookings"].update(fields))
    with pytest.raises(
        ManifestError, match=r"no export writes such a thing: resources\.bookings\."
    ):
        read_manifest(tmp_path)


@pytest.mark.parametrize("fields", CHANGES, ids=str)
def test_what_no_watch_writes(tmp_path: Path, fields: dict[str, Any]) -> None:
    """Neither of its changes."""
    put(tmp_path, lambda data: data["resources"]["bookings"]["changes"].update(fields))
    place = rf"resources\.bookings\.changes\.{next(iter(fields))}$"
    with pytest.raises(ManifestError, match=place):
        read_manifest(tmp_path)


@pytest.mark.parametrize(("change", "place"), AROUND)
def test_what_no_export_writes_of_the_whole(
    tmp_path: Path, change: Callable[[dict[str, Any]], object], place: str
) -> None:
    """Such as that it is complete, where a resource isn't."""
    put(tmp_path, change)
    with pytest.raises(ManifestError, match=f"such a thing: {place}$"):
        read_manifest(tmp_path)


@pytest.mark.parametrize("name", ["../victim", "..", ".", "", "other.jsonl"])
async def test_overwriting_touches_nothing_but_exported_files(tmp_path: Path, name: str) -> None:
    """Whatever a manifest names as its file."""
    folder, victim = tmp_path / "out", tmp_path / "victim"
    async with simulated(SMALL) as sim:
        await export(sim, folder, "teams")
        data = json.loads((folder / "manifest.json").read_text())
        data["resources"]["teams"]["file"] = name
        (folder / "manifest.json").write_text(json.dumps(data))
        victim.write_text("mine")
        (folder / "other.jsonl").write_text("mine")
        with pytest.raises(InvalidParameterError, match=r"resources\.teams\.file"):
            await export(sim, folder, "teams")
        await export(sim, folder, "teams", overwrite=True)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["out", "victim"]
    assert (victim.read_text(), (folder / "other.jsonl").read_text()) == ("mine", "mine")
    assert verify_export(folder).good


@pytest.mark.parametrize(
    "fields", [{"arguments": {"nonsense": "x"}}, {"started": "2026-01-01T00:00:00"}], ids=str
)
async def test_a_damaged_manifest_is_no_reason_to_crash(
    tmp_path: Path, fields: dict[str, Any]
) -> None:
    """It is told before the account is asked."""
    async with simulated(SMALL) as sim:
        await export(sim, tmp_path, "teams")
        data = json.loads((tmp_path / "manifest.json").read_text())
        data["resources"]["teams"].update(fields)
        (tmp_path / "manifest.json").write_text(json.dumps(data))
        asked = sim.stats.requests
        assert not verify_export(tmp_path).good
        async with client(sim) as oncehub:
            with pytest.raises(ManifestError):
                await compare_with_account(oncehub, tmp_path)
        assert sim.stats.requests == asked


async def test_an_export_of_nothing_is_refused(tmp_path: Path) -> None:
    """There would be nothing to say about it."""
    async with simulated(SMALL) as sim, client(sim) as oncehub:
        with pytest.raises(InvalidParameterError, match="names no resource"):
            await run_export(oncehub, ExportPlan(()), tmp_path)

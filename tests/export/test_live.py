"""What a comparison with the account finds, and what it takes for granted."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from oncehub_async import Budget, InvalidParameterError, Limits, OnceHub
from oncehub_async.export import (
    Comparison,
    Compression,
    Format,
    compare_with_account,
    plan_export,
    run_export,
)
from oncehub_async.export._export_plan import ResourcePlan
from oncehub_async.simulator import Account, Service, Simulator

ACCOUNT = Account(bookings=1200, contacts=60, users=450, sms_notifications=140, seed=7)
ROOMY = Limits(per_second=1000, per_five_minutes=100_000)


def simulated(account: Account = ACCOUNT, **service: Any) -> Simulator:
    # Whether something was created since the export is told by the clocks of both sides.
    start = datetime.now(UTC) + timedelta(seconds=2)
    return Simulator(account, limits=None, start=start, service=Service(**service))


def client(sim: Simulator) -> OnceHub:
    return OnceHub(sim.api_key, base_url=sim.url, budget=Budget(ROOMY))


async def export(sim: Simulator, out: Path, *names: str, **settings: Any) -> None:
    kind = {name: settings.pop(name) for name in ("format", "compression") if name in settings}
    async with client(sim) as oncehub:
        await run_export(oncehub, plan_export(names, **settings), out, **kind)


async def compare(
    sim: Simulator, out: Path, samples: int = 3, seed: int = 1
) -> dict[str, Comparison]:
    async with client(sim) as oncehub:
        return await compare_with_account(oncehub, out, samples=samples, random=Random(seed))


def lines(out: Path, name: str) -> list[bytes]:
    return (out / f"{name}.jsonl").read_bytes().splitlines(keepends=True)


@pytest.mark.parametrize(
    ("format", "compression"),
    [
        (Format.JSONL, Compression.GZIP),
        (Format.CSV, Compression.NONE),
        (Format.PARQUET, Compression.ZSTD),
    ],
)
async def test_an_unchanged_account_has_it_all(
    tmp_path: Path, format: Format, compression: Compression
) -> None:
    """By one request for a short list, and by two more than there are samples for a long one."""
    async with simulated() as sim:
        await export(sim, tmp_path, format=format, compression=compression)
        before = sim.stats.by_operation.copy()
        compared = await compare(sim, tmp_path)
        asked = sim.stats.by_operation - before
    for name, each in compared.items():
        assert each == Comparison(same=each.same), name
        count = getattr(ACCOUNT, name, 0)
        assert asked[f"list-all-{name.replace('_', '-')}"] == (5 if count > 100 else 1)
    assert len(compared["contacts"].same) == 60
    assert len(compared["bookings"].same) > 300


async def test_what_happened_since_is_no_failure(tmp_path: Path) -> None:
    """Created, deleted, changed: told as numbers, also where nothing of a page is left."""
    async with simulated() as sim:
        await export(sim, tmp_path, "bookings", "contacts", "users")
        ids = list(sim.ids("bookings"))
        for each in [*ids[:30], *ids[200:450], *ids[-90:]]:
            sim.delete(each)
        for each in ids[30:60]:
            sim.touch(each)
        for name in ("bookings", "contacts"):
            for _ in range(120):
                sim.create(name)
        compared = await compare(sim, tmp_path, samples=12)
    bookings, contacts = compared["bookings"], compared["contacts"]
    assert not any(each.missing for each in compared.values())
    assert set(ids[30:60]) <= bookings.changed <= set(ids[30:90])
    assert {*ids[:30], *ids[-50:]} <= bookings.gone <= {*ids[:30], *ids[200:450], *ids[-90:]}
    assert not bookings.new, "what was created since isn't even asked for"
    assert len(contacts.same) == 60


@pytest.mark.parametrize("name", ["bookings", "users"])
@pytest.mark.parametrize(
    "lost",
    [slice(0, 1), slice(0, 150), slice(-1, None), slice(-150, None), slice(150, 300)],
    ids=str,
)
async def test_what_the_file_lacks_is_missing(tmp_path: Path, name: str, lost: slice) -> None:
    """At the top, at the end and in between, one object or more than a page of them."""
    async with simulated() as sim:
        await export(sim, tmp_path, name)
        kept = lines(tmp_path, name)
        gone = {json.loads(line)["id"] for line in kept[lost]}
        del kept[lost]
        rewrite(tmp_path, name, kept)
        compared = await compare(sim, tmp_path, samples=25)
    if name == "users" and lost.start == 0:
        # No field tells when a user was created: they may have come since.
        assert compared[name].new <= gone
        assert compared[name].new
        return
    assert compared[name].missing
    assert compared[name].missing <= gone


def rewrite(out: Path, name: str, kept: list[bytes]) -> None:
    (out / f"{name}.jsonl").write_bytes(b"".join(kept))
    data = json.loads((out / "manifest.json").read_text())
    data["resources"][name]["count"] = len(kept)
    (out / "manifest.json").write_text(json.dumps(data))


@pytest.mark.parametrize("deleted_cursor", ["position", "error", "restart", "empty"])
async def test_a_deleted_cursor_is_no_failure(tmp_path: Path, deleted_cursor: str) -> None:
    """Whatever the service makes of one: nothing is called missing that isn't."""
    async with simulated(deleted_cursor=deleted_cursor) as sim:
        await export(sim, tmp_path, "users")
        ids = list(sim.ids("users"))
        for number, each in enumerate(ids):
            if number % 3 or number in range(150, 180):
                sim.delete(each)
        compared = await compare(sim, tmp_path, samples=30)
    assert not compared["users"].missing
    assert not compared["users"].new
    assert compared["users"].gone


@pytest.mark.parametrize(
    "settings",
    [
        {"since": datetime(2026, 1, 1, tzinfo=UTC)},
        {"until": datetime(2026, 6, 1, tzinfo=UTC)},
        {"since": datetime(2026, 6, 1, tzinfo=UTC), "until": datetime(2026, 9, 1, tzinfo=UTC)},
        {"since": datetime(2046, 6, 1, tzinfo=UTC)},
        {"filters": {"status": "completed"}, "expand": ["owner", "contact"]},
    ],
    ids=str,
)
async def test_the_filters_are_those_of_the_export(
    tmp_path: Path, settings: dict[str, Any]
) -> None:
    """As the manifest has them."""
    async with simulated() as sim:
        await export(sim, tmp_path, "bookings", **settings)
        found = (await compare(sim, tmp_path))["bookings"]
    assert found == Comparison(same=found.same)
    assert len(found.same) >= min(100, len(lines(tmp_path, "bookings")))


def test_a_plan_is_read_from_its_manifest() -> None:
    """Times, lists and texts come back as they were."""
    plan = plan_export(
        ["bookings", "users"],
        since=datetime(2026, 1, 1, 0, 0, 0, 5000, UTC),
        filters={"bookings.status": "completed", "users.email": "a@b.example"},
        expand=["owner", "contact"],
    )
    for each in plan.resources:
        assert ResourcePlan.from_readable(each.name, each.readable_arguments()) == each


async def test_what_matches_the_filters_since_is_new(tmp_path: Path) -> None:
    """And what doesn't any more is gone; but what matched then, and isn't there, is missing."""
    async with simulated() as sim:
        await export(sim, tmp_path, "bookings", filters={"status": "completed"})
        status = {each: sim.object(each)["status"] for each in sim.ids("bookings")}
        later = [each for each, text in status.items() if text == "scheduled"][:5]
        for each in later:
            sim.happen("booking.completed", each)
        first = json.loads(lines(tmp_path, "bookings")[3])["id"]
        sim.happen("booking.no_show", first)
        found = (await compare(sim, tmp_path))["bookings"]
        assert set(later) & found.new == found.new != set()
        assert found.gone == {first}
        assert not found.missing
        kept = lines(tmp_path, "bookings")
        lost = json.loads(kept.pop(7))["id"]
        rewrite(tmp_path, "bookings", kept)
        assert (await compare(sim, tmp_path))["bookings"].missing == {lost}


async def test_only_complete_files_are_compared(tmp_path: Path) -> None:
    """Those that are named, if any are."""
    async with simulated() as sim:
        await export(sim, tmp_path, "teams", "users", "contacts")
        data = json.loads((tmp_path / "manifest.json").read_text())
        data["resources"]["users"].update(complete=False, file=None)
        data["complete"] = False
        (tmp_path / "manifest.json").write_text(json.dumps(data))
        assert set(await compare(sim, tmp_path)) == {"teams", "contacts"}
        async with client(sim) as oncehub:
            assert set(await compare_with_account(oncehub, tmp_path, ["teams"])) == {"teams"}


@pytest.mark.parametrize(("samples", "param"), [(3, "folder"), (-1, "samples")])
async def test_what_cannot_be_compared_is_refused(tmp_path: Path, samples: int, param: str) -> None:
    """Before anything is asked for."""
    async with simulated() as sim:
        with pytest.raises(InvalidParameterError) as caught:
            await compare(sim, tmp_path, samples=samples)
        assert sim.stats.requests == 0
    assert caught.value.param == param

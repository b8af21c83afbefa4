"""What an unfinished export goes on with, and what it doesn't trust."""

import json
from pathlib import Path
from typing import Any

import pytest

from oncehub_async import Budget, Clock, Limits, OnceHub, RetryPolicy
from oncehub_async._lists import Placement, Side
from oncehub_async.export import Compression, Format, Manifest, plan_export, run_export
from oncehub_async.export._list_reader import place_of, reader_of
from oncehub_async.export._resource_export import assemble
from oncehub_async.export._spool import Spool, SpoolError
from oncehub_async.simulator import Account, Fault, Service, Simulator

FAST = Clock(speed=500)
ACCOUNT = Account(bookings=450, contacts=120, users=230, seed=7)
ROOMY = Limits(per_second=1000, per_five_minutes=100_000)


def simulated(account: Account = ACCOUNT, **settings: Any) -> Simulator:
    return Simulator(account, clock=FAST, limits=None, **settings)


async def export(sim: Simulator, out: Path, *names: str, **options: Any) -> Manifest:
    retry = RetryPolicy(attempts=1)
    budget = Budget(ROOMY, clock=FAST)
    async with OnceHub(
        sim.api_key, base_url=sim.url, clock=FAST, budget=budget, retry=retry
    ) as oncehub:
        return await run_export(oncehub, plan_export(names), out, **options)


def ids(out: Path, resource: str) -> list[str]:
    return [
        json.loads(line)["id"] for line in (out / f"{resource}.jsonl").read_bytes().splitlines()
    ]


@pytest.mark.parametrize("mode", ["error", "restart", "empty", "position"])
async def test_a_short_list_is_read_anew(tmp_path: Path, mode: Any) -> None:
    """Its cursor may be gone, and nothing else tells where it goes on."""
    async with simulated(service=Service(deleted_cursor=mode)) as sim:
        sim.inject(Fault("server_error", "list-all-users", every=3))
        assert not (await export(sim, tmp_path, "users")).complete
        sim.clear_faults()
        sim.delete(list(sim.ids("users"))[199])
        assert (await export(sim, tmp_path, "users")).complete
        assert ids(tmp_path, "users") == list(sim.ids("users"))


async def test_what_is_there_has_to_be_of_the_same_account(tmp_path: Path) -> None:
    """Two accounts don't end up in one file; a line says what to do."""
    async with simulated() as sim:
        sim.inject(Fault("server_error", "list-all-bookings", every=3))
        assert not (await export(sim, tmp_path, "bookings")).complete
        port = int(sim.url.rsplit(":", 1)[1].split("/")[0])
    other = Account(bookings=450, seed=8)
    async with simulated(other, port=port) as sim:
        manifest = await export(sim, tmp_path, "bookings")
    error = manifest.resources["bookings"].error
    assert error is not None
    assert "isn't in this account; use the key with which the export was begun" in error
    assert not (tmp_path / "bookings.jsonl").exists()


async def test_another_address_is_another_export(tmp_path: Path) -> None:
    """Found without a request."""
    async with simulated() as sim:
        sim.inject(Fault("server_error", "list-all-bookings", every=3))
        await export(sim, tmp_path, "bookings")
    async with simulated() as sim:
        manifest = await export(sim, tmp_path, "bookings")
    assert manifest.resources["bookings"].error == (
        "bookings.jsonl: bookings.spool is of another export; delete it"
    )


async def test_a_complete_file_that_is_gone_is_fetched_again(tmp_path: Path) -> None:
    """Whatever the manifest says of it."""
    async with simulated() as sim:
        sim.inject(Fault("server_error", "list-all-contacts"))
        assert (await export(sim, tmp_path, "bookings", "contacts")).resources["bookings"].complete
        (tmp_path / "bookings.jsonl").unlink()
        sim.clear_faults()
        assert (await export(sim, tmp_path, "bookings", "contacts")).complete
        assert ids(tmp_path, "bookings") == list(sim.ids("bookings"))


async def test_an_older_file_in_another_format_is_set_aside_too(tmp_path: Path) -> None:
    """It isn't taken for a part of the new export."""
    async with simulated() as sim:
        await export(sim, tmp_path, "teams")
        await export(sim, tmp_path, "teams", overwrite=True, format=Format.CSV)
    assert not (tmp_path / "teams.jsonl").exists()
    assert (tmp_path / "teams.csv").exists()


def test_an_unordered_list_is_read_anew_unless_it_is_complete() -> None:
    """Nothing but its first page is a safe place to begin."""
    (plan,) = plan_export(["bookings"]).resources
    sweep = reader_of(plan)
    place = place_of(Placement(0, Side.OLDER, 0, 1), ordered=False)
    sweep.restore(place, [{"id": "BKNG-1"}])
    assert not sweep.goes_on
    sweep.restore({**place, "ends": True}, [{"id": "BKNG-0"}])
    assert sweep.goes_on
    assert sweep.complete


def test_a_file_holds_all_that_its_spool_holds(tmp_path: Path) -> None:
    """Pages that were never joined to the others are an error, and no file."""
    spool = Spool.begin(tmp_path / "bookings.spool", {})
    for stretch in (0, 1):
        place = place_of(Placement(stretch, Side.OLDER, 0, 1))
        spool.add(place, [{"id": f"BKNG-{stretch}"}])
    with pytest.raises(SpoolError, match="isn't known"):
        assemble(spool, tmp_path / "bookings.jsonl", "bookings", Format.JSONL, Compression.NONE)
    spool.close()
    assert [path.name for path in tmp_path.iterdir()] == ["bookings.spool"]

"""Exports that a full disk or a lost network has stopped go on where they were."""

import errno
import os
from pathlib import Path
from typing import Any

import attrs
import pytest

from oncehub_async import Budget, InvalidParameterError, OnceHub, RetryPolicy
from oncehub_async.export import (
    Compression,
    ExportProgress,
    Format,
    Manifest,
    plan_export,
    run_export,
)
from oncehub_async.export import verify_export as verify
from oncehub_async.export._folder import locked
from oncehub_async.simulator import Account, Fault, Simulator

from ..simulator.threaded import running
from .runs import FAST, LIMITS, Run, SmallDisk, files, manifest, pages_kept

ACCOUNT = Account(bookings=650, contacts=230, seed=7)
LARGER = Account(bookings=2000, seed=7)
IMPATIENT = RetryPolicy(attempts=2, first_delay=0.1, longest_delay=1.0, attempt_timeout=20.0)


def simulated(**settings: Any) -> Simulator:
    return Simulator(ACCOUNT, clock=FAST, limits=None, **settings)


async def export(sim: Simulator, out: Path, *names: str, **settings: Any) -> Manifest:
    """Export as far as it goes; `filters` of the plan are passed by their names."""
    filters, retry = settings.pop("filters", None), settings.pop("retry", IMPATIENT)
    budget = Budget(LIMITS, clock=FAST)
    async with OnceHub(
        sim.api_key, base_url=sim.url, clock=FAST, budget=budget, retry=retry
    ) as oncehub:
        return await run_export(oncehub, plan_export(names, filters=filters), out, **settings)


@pytest.mark.parametrize("size", [200_000, 600_000])
def test_a_full_disk_in_the_middle(tmp_path: Path, size: int) -> None:
    """While pages come, or while the file is put together; with room again, the rest is fetched."""
    with running(simulated()) as sim:
        calm = Run.of(sim, tmp_path / "calm", names=("bookings", "teams"))
        calm.finish()
        asked_for_all = sim.stats.requests
        rough = attrs.evolve(calm, out=tmp_path / "rough")
        process = rough.process(SmallDisk(size))
        process.start()
        process.join()
        assert process.exitcode == 0, "it ended by itself"
        entries = manifest(rough.out)["resources"]
        assert entries["teams"]["complete"]
        assert entries["bookings"]["error"] == "bookings.jsonl: File too large"
        assert not (rough.out / "bookings.jsonl").exists()
        assert not manifest(rough.out)["complete"]
        kept, before = pages_kept(rough.out), sim.stats.requests
        assert kept >= 2
        rough.finish()
        # And one each for whether what is there is of this account.
        assert sim.stats.requests - before <= asked_for_all - kept + 4
    assert files(rough.out) == files(calm.out)
    assert verify(rough.out).good


async def test_a_full_disk_while_the_file_is_put_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everything was fetched: nothing is asked for again."""
    real, calls = os.fsync, 0

    def full(descriptor: int) -> None:
        nonlocal calls
        if Path(os.readlink(f"/proc/self/fd/{descriptor}")).name == "contacts.jsonl.partial":
            calls += 1
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(descriptor)

    async with simulated() as sim:
        await export(sim, tmp_path / "calm", "contacts")
        monkeypatch.setattr(os, "fsync", full)
        stopped = await export(sim, tmp_path / "rough", "contacts")
        assert calls == 1
        assert stopped.resources["contacts"].error == "contacts.jsonl: No space left on device"
        assert sorted(files(tmp_path / "rough")) == ["contacts.spool"]
        assert "not complete: contacts.jsonl: No space left on device" in (
            verify(tmp_path / "rough").resources["contacts"].problems
        )
        monkeypatch.setattr(os, "fsync", real)
        before = sim.stats.requests
        await export(sim, tmp_path / "rough", "contacts")
        assert sim.stats.requests == before
    assert files(tmp_path / "rough") == files(tmp_path / "calm")


async def test_a_disk_so_full_that_the_manifest_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it says of a file is all that counts: without it, nothing is complete."""
    real, begun = os.fsync, False

    def full(descriptor: int) -> None:
        nonlocal begun
        if Path(os.readlink(f"/proc/self/fd/{descriptor}")).name == "manifest.json.partial":
            if begun:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            begun = True
        real(descriptor)

    rough = tmp_path / "rough"
    async with simulated() as sim:
        await export(sim, tmp_path / "calm", "contacts", "teams")
        monkeypatch.setattr(os, "fsync", full)
        stopped = await export(sim, rough, "contacts", "teams")
        assert not stopped.complete
        assert {entry.error for entry in stopped.resources.values()} == {
            "manifest.json: No space left on device"
        }
        assert not any(entry["complete"] for entry in manifest(rough)["resources"].values())
        assert not verify(rough).good
        monkeypatch.setattr(os, "fsync", real)
        before = sim.stats.requests
        assert (await export(sim, rough, "contacts", "teams")).complete
        assert sim.stats.requests == before
    assert files(rough) == files(tmp_path / "calm")
    assert verify(rough).good


async def test_a_lost_network(tmp_path: Path) -> None:
    """What had come is kept, the manifest says what is missing, and the rest is fetched later."""
    async with simulated() as sim:
        await export(sim, tmp_path / "calm", "bookings", "contacts")
        asked_for_all = sim.stats.requests

        def break_down(progress: ExportProgress) -> None:
            if progress.objects >= 200 and not sim.faults:
                sim.inject(Fault("drop_before"))

        stopped = await export(
            sim, tmp_path / "rough", "bookings", "contacts", on_progress=break_down
        )
        assert not stopped.complete
        assert stopped.resources["bookings"].error
        assert "\n" not in stopped.resources["bookings"].error
        kept, before = pages_kept(tmp_path / "rough"), sim.stats.requests
        sim.clear_faults()
        await export(sim, tmp_path / "rough", "bookings", "contacts")
        # And one each for whether what is there is of this account.
        assert sim.stats.requests - before <= asked_for_all - kept + 4
    assert files(tmp_path / "rough") == files(tmp_path / "calm")


async def test_two_exports_at_once_in_one_folder(tmp_path: Path) -> None:
    """The second is told, and touches nothing."""
    async with simulated() as sim:
        with locked(tmp_path):
            with pytest.raises(InvalidParameterError, match="another export writes into"):
                await export(sim, tmp_path, "teams")
        assert list(tmp_path.iterdir()) == []
        assert (await export(sim, tmp_path, "teams")).complete


@pytest.fixture
async def unfinished(tmp_path: Path) -> Path:
    """A folder with an export of bookings that has stopped after some pages."""
    fault = Fault("server_error", "list-all-bookings", every=4)
    async with simulated(faults=[fault], seed=3) as sim:
        sim.inject(Fault("server_error", "list-all-bookings", every=5))
        impatient = RetryPolicy(attempts=1)
        budget = Budget(LIMITS, clock=FAST)
        async with OnceHub(
            sim.api_key, base_url=sim.url, clock=FAST, budget=budget, retry=impatient
        ) as oncehub:
            stopped = await run_export(oncehub, plan_export(["bookings"]), tmp_path)
    assert not stopped.complete
    assert pages_kept(tmp_path) >= 2
    return tmp_path


@pytest.mark.parametrize(
    ("names", "settings", "said"),
    [
        (("bookings",), {"filters": {"status": "scheduled"}}, "of something else"),
        (("bookings",), {"format": Format.CSV}, "of something else"),
        (("bookings",), {"compression": Compression.GZIP}, "of something else"),
        (("contacts",), {}, "of something else"),
    ],
)
async def test_an_unfinished_export_of_something_else_is_kept(
    unfinished: Path, names: tuple[str, ...], settings: dict[str, Any], said: str
) -> None:
    """What was fetched for it is neither mixed with other things nor thrown away."""
    before = files(unfinished), manifest(unfinished)
    async with simulated() as sim:
        with pytest.raises(InvalidParameterError, match=said):
            await export(sim, unfinished, *names, **settings)
        assert sim.stats.requests == 0
    assert (files(unfinished), manifest(unfinished)) == before


async def test_overwriting_an_unfinished_export_begins_anew(unfinished: Path) -> None:
    """With other arguments, or the same: what it had is of another time."""
    async with simulated() as sim:
        result = await export(sim, unfinished, "bookings", overwrite=True)
        assert result.complete
        assert sim.stats.requests >= 7
        assert [path.name for path in unfinished.iterdir() if path.suffix != ".json"] == [
            "bookings.jsonl"
        ]
    assert verify(unfinished).good


async def test_an_unfinished_overwriting_goes_on_as_one(tmp_path: Path) -> None:
    """The older file stays beside it until then; without --overwrite it isn't gone on with."""

    async with Simulator(LARGER, clock=FAST, limits=None) as sim:
        await export(sim, tmp_path, "bookings", "teams")
        older, asked_for_all = files(tmp_path), sim.stats.requests
        # The service counts: however slow the machine is, the fifteenth request fails.
        sim.inject(Fault("server_error", "list-all-bookings", every=15))
        stopped = await export(
            sim, tmp_path, "bookings", overwrite=True, retry=RetryPolicy(attempts=1)
        )
        assert not stopped.complete
        assert (tmp_path / "bookings.jsonl.previous").read_bytes() == older["bookings.jsonl"]
        with pytest.raises(InvalidParameterError, match="begun with --overwrite"):
            await export(sim, tmp_path, "bookings")
        kept, before = manifest(tmp_path)["resources"]["bookings"]["pages"], sim.stats.requests
        assert kept >= 2
        sim.clear_faults()
        result = await export(sim, tmp_path, "bookings", overwrite=True)
        assert result.resources["teams"].complete
        assert sim.stats.requests - before <= asked_for_all - kept + 4
    assert files(tmp_path) == older
    assert verify(tmp_path).good

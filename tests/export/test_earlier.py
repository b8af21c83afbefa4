"""What an earlier export in the same folder is good for. Time is virtual."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from harness.least_possible import least
from harness.list_service import DatedClock, Latency, ListService, client
from harness.virtual_time import InlineLoop
from oncehub_async import Limits
from oncehub_async.export import plan_export, read_manifest, run_export
from oncehub_async.export._earlier_export import EarlierExport, earlier_export
from oncehub_async.export._manifest import Manifest, ResourceEntry
from oncehub_async.simulator._data.timeline import Timeline

NOW = DatedClock().start
MILLISECONDS = int(NOW.timestamp() * 1000)
NOTHING = EarlierExport({}, {})


def young_account() -> ListService:
    """Three months old, with as many bookings a day as one that has 60,000 in three years."""
    timeline = Timeline(5_000, MILLISECONDS, 1, "bookings")
    ages = [MILLISECONDS - timeline.at(index) for index in range(5_000)]
    return ListService([MILLISECONDS - age // 12 for age in ages], Latency(0.4, 0.2))


def test_the_next_export_knows_how_old_the_account_is(tmp_path: Path) -> None:
    """So that it needn't reckon with one that the five-minute limit holds back."""
    service = young_account()
    took: list[float] = []

    async def export_twice() -> None:
        for _ in range(2):
            oncehub = client(service, DatedClock(), Limits())
            started = asyncio.get_running_loop().time()
            manifest = await run_export(
                oncehub, plan_export(["bookings"]), tmp_path, overwrite=True
            )
            assert manifest.complete
            took.append(asyncio.get_running_loop().time() - started)

    with asyncio.Runner(loop_factory=InlineLoop) as runner:
        runner.run(export_twice())
    first, second = (seconds / least(5_000, 0.4) for seconds in took)
    assert second < 1.3 < first


@pytest.mark.parametrize("overwritten", [1, 2])
def test_it_is_known_also_after_an_interruption(tmp_path: Path, overwritten: int) -> None:
    """What the folder had says so still, however often the one that replaces it is stopped."""
    service = young_account()
    plan = plan_export(["bookings"])
    expected: list[int | None] = []

    async def main() -> EarlierExport:
        oncehub = client(service, DatedClock(), Limits())
        await run_export(oncehub, plan, tmp_path)
        told = earlier_export(read_manifest(tmp_path), plan)
        for _ in range(overwritten):
            running = asyncio.create_task(run_export(oncehub, plan, tmp_path, overwrite=True))
            await asyncio.sleep(3)
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            assert earlier_export(read_manifest(tmp_path), plan) == told
        await run_export(
            oncehub,
            plan,
            tmp_path,
            overwrite=True,
            on_progress=lambda progress: expected.append(progress.resources["bookings"].expected),
        )
        return told

    with asyncio.Runner(loop_factory=InlineLoop) as runner:
        told = runner.run(main())
    assert told.counts == {"bookings": 5_000}
    assert set(told.beginnings) == {"bookings"}
    assert set(expected) == {5_000}


BEGAN = datetime(2024, 2, 3, 4, 5, 6, tzinfo=UTC)
BEFORE = {"complete": False, "earlier_count": 17, "began": "2024-02-03T04:05:06Z"}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, EarlierExport({"bookings": 17}, {"bookings": BEGAN})),
        ({"complete": False}, NOTHING),
        ({"arguments": {"status": "canceled"}}, EarlierExport({}, {"bookings": BEGAN})),
        ({"arguments": {"creation_time_gt": "2024-01-01T00:00:00.000Z"}}, NOTHING),
        ({"oldest_creation_time": None}, EarlierExport({"bookings": 17}, {})),
        (BEFORE, EarlierExport({"bookings": 17}, {"bookings": BEGAN})),
        ({**BEFORE, "arguments": {"status": "canceled"}}, EarlierExport({}, {"bookings": BEGAN})),
        (
            {"arguments": {"creation_time_gt": "x"}, "began": BEFORE["began"]},
            EarlierExport({}, {"bookings": BEGAN}),
        ),
    ],
    ids=[
        "the same",
        "incomplete",
        "filtered",
        "bounded",
        "nothing in it",
        "interrupted",
        "interrupted and filtered",
        "bounded, after a whole one",
    ],
)
def test_what_an_earlier_export_tells(changes: dict[str, Any], expected: EarlierExport) -> None:
    """The count of the same only; the beginning unless a filter had hidden it."""
    entry: dict[str, Any] = {
        "complete": True,
        "count": 17,
        "oldest_creation_time": "2024-02-03T04:05:06.000Z",
    }
    entries = {
        "bookings": ResourceEntry(**entry | changes),
        "users": ResourceEntry(complete=True, count=3),
    }
    manifest = Manifest(tool="x", started="x", resources=entries)
    assert earlier_export(manifest, plan_export(["bookings", "contacts"])) == expected


def test_where_there_is_no_manifest_nothing_is_told() -> None:
    """Nor where it can't be read, which counts as none."""
    assert earlier_export(None, plan_export(["bookings"])) == NOTHING

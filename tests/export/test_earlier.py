"""What an earlier export in the same folder is good for. Time is virtual."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from oncehub_async import Limits
from oncehub_async.export import plan_export, run_export
from oncehub_async.export.earlier import Earlier, earlier_export
from oncehub_async.export.manifest import Manifest, ResourceEntry
from oncehub_async.simulator.data.timeline import Timeline

from ..least_possible import least
from ..list_service import DatedClock, Latency, ListService, client
from ..virtual_time import InlineLoop

NOW = DatedClock().start
MILLISECONDS = int(NOW.timestamp() * 1000)
NOTHING = Earlier({}, {})


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


ENTRY: dict[str, Any] = {
    "file": "bookings.jsonl",
    "complete": True,
    "count": 17,
    "oldest_creation_time": "2024-02-03T04:05:06.000Z",
}
BEGAN = datetime(2024, 2, 3, 4, 5, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, Earlier({"bookings": 17}, {"bookings": BEGAN})),
        ({"complete": False}, NOTHING),
        ({"arguments": {"status": "canceled"}}, Earlier({}, {"bookings": BEGAN})),
        ({"arguments": {"creation_time_gt": "2024-01-01T00:00:00.000Z"}}, NOTHING),
        ({"oldest_creation_time": None}, Earlier({"bookings": 17}, {})),
        ({"oldest_creation_time": "yesterday"}, Earlier({"bookings": 17}, {})),
    ],
    ids=["the same", "incomplete", "filtered", "bounded", "nothing in it", "damaged"],
)
def test_what_an_earlier_export_tells(
    changes: dict[str, Any], expected: Earlier, tmp_path: Path
) -> None:
    """The count of the same only; the beginning unless a filter had hidden it."""
    entries = {
        "bookings": ResourceEntry(**ENTRY | changes),
        "users": ResourceEntry(complete=True, count=3),
    }
    Manifest(tool="x", started="x", resources=entries).write(tmp_path)
    assert earlier_export(tmp_path, plan_export(["bookings", "contacts"])) == expected


def test_where_there_is_no_manifest_nothing_is_told(tmp_path: Path) -> None:
    """Nor where it is damaged."""
    assert earlier_export(tmp_path, plan_export(["bookings"])) == NOTHING
    (tmp_path / "manifest.json").write_text("{")
    assert earlier_export(tmp_path, plan_export(["bookings"])) == NOTHING

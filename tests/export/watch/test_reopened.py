"""What a watch that begins again knows by its files alone. Time is virtual."""

import asyncio
import json
from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from harness.list_service import Latency
from harness.virtual_time import InlineLoop
from oncehub_async.export import ExportPlan, watch_export
from oncehub_async.export._export_plan import ResourcePlan

from .changing_service import START, ChangingService, client, milliseconds

PICKED = "BKNG-3"


async def watch(
    service: ChangingService, out: Path, rounds: int, between: Callable[[int], None]
) -> None:
    """Some rounds, a minute apart; `between` is called after each."""
    watching = watch_export(
        client(service), ExportPlan((ResourcePlan("bookings", {}),)), out, every=60
    )
    async with aclosing(watching) as looks:
        async for look in looks:
            between(look.number)
            if look.number == rounds:
                break


@pytest.fixture
def service() -> ChangingService:
    return ChangingService(
        [milliseconds(START) - place * 1000 for place in range(1, 12)], Latency(0.4)
    )


def lines(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (out / "bookings.changes.jsonl").read_text().splitlines()]


def mark(out: Path) -> str:
    text: str = json.loads((out / "manifest.json").read_text())["resources"]["bookings"]["changes"][
        "high_water_mark"
    ]
    return text


def test_an_older_state_is_none_that_follows(service: ChangingService, tmp_path: Path) -> None:
    """A service that shows it once more, after a restart, hasn't changed anything.

    For the times of changes were past when they were read, though later than the export.
    """

    def touch(number: int) -> None:
        if number in (1, 2):
            service.touch(PICKED)

    async def main() -> None:
        await watch(service, tmp_path, 3, touch)
        assert [each["id"] for each in lines(tmp_path)] == [PICKED, PICKED]
        service._updates[service._index[PICKED]].pop()
        await watch(service, tmp_path, 2, lambda _: None)

    with asyncio.Runner(loop_factory=InlineLoop) as runner:
        runner.run(main())
    assert len(lines(tmp_path)) == 2


def test_lines_that_a_kill_has_left_move_the_mark(service: ChangingService, tmp_path: Path) -> None:
    """With the first round: their times were past when the watch began again."""
    manifests = []

    def note(number: int) -> None:
        manifests.append((tmp_path / "manifest.json").read_bytes())
        if number == 2:
            service.touch(PICKED)

    async def main() -> None:
        await watch(service, tmp_path, 3, note)
        (tmp_path / "manifest.json").write_bytes(manifests[2])
        await watch(service, tmp_path, 1, lambda _: None)

    with asyncio.Runner(loop_factory=InlineLoop) as runner:
        runner.run(main())
    (left,) = lines(tmp_path)
    assert mark(tmp_path) == left["last_updated_time"]

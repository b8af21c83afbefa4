"""A time from the future hides nothing: neither what the object becomes later, nor other objects."""

import asyncio
import json
from collections.abc import Callable
from contextlib import aclosing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from harness.virtual_time import InlineLoop
from oncehub_async.export import ExportPlan, verify_export, watch_export
from oncehub_async.export._export_plan import ResourcePlan

from .changing_service import START, ChangingService, client, milliseconds

PICKED, OTHER = "BKNG-3", "BKNG-7"
YEARS = 10**9


async def watch(
    service: ChangingService, out: Path, between: Callable[[int], None], rounds: int
) -> None:
    """Some rounds, a minute apart; `between` is called after each."""
    plan = ExportPlan((ResourcePlan("bookings", {}),))
    watching = watch_export(client(service), plan, out, every=60, overlap=timedelta(seconds=1))
    async with aclosing(watching) as looks:
        async for look in looks:
            between(look.number)
            if look.number == rounds:
                break


async def corrected_meanwhile(service: ChangingService, out: Path, ahead: float) -> None:
    """The correction comes while the watch runs."""

    def between(number: int) -> None:
        if number == 1:
            service.touch(PICKED, ahead)
        elif number == 2:
            service.touch(PICKED)
        elif number == 4:
            service.touch(OTHER)

    await watch(service, out, between, 6)


async def corrected_while_nobody_watched(service: ChangingService, out: Path, ahead: float) -> None:
    """The correction comes after a kill; the next watch begins long after."""
    await watch(service, out, lambda number: touch_after(service, number, PICKED, ahead), 2)
    service.touch(PICKED)
    await asyncio.sleep(5000)
    await watch(service, out, lambda number: touch_after(service, number, OTHER), 3)


async def in_the_export_itself(service: ChangingService, out: Path, ahead: float) -> None:
    """What the export has of it lies in the future; the first watch begins long after."""
    service.touch(PICKED, ahead)
    await watch(service, out, lambda _: None, 0)
    service.touch(PICKED)
    await asyncio.sleep(5000)
    await watch(service, out, lambda number: touch_after(service, number, OTHER), 3)


def touch_after(service: ChangingService, number: int, id: str, ahead: float = 0.0) -> None:
    """Change an object after the first round."""
    if number == 1:
        service.touch(id, ahead)


@pytest.mark.parametrize("ahead", [90, 1000, YEARS])
@pytest.mark.parametrize(
    "story", [corrected_meanwhile, corrected_while_nobody_watched, in_the_export_itself]
)
def test_a_correction_is_a_change(tmp_path: Path, story: Any, ahead: float) -> None:
    """Though its time is earlier, and whether or not the time has come since."""
    service = ChangingService([milliseconds(START) - place for place in range(1, 12)])
    with asyncio.Runner(loop_factory=InlineLoop) as runner:
        runner.run(story(service, tmp_path, ahead))
        lines = [
            json.loads(line)
            for name in ("bookings.jsonl", "bookings.changes.jsonl")
            for line in (tmp_path / name).read_bytes().splitlines()
        ]

        async def objects() -> dict[str, Any]:
            return service.objects()

        assert {each["id"]: each for each in lines} == runner.run(objects())
    versions = [(each["id"], each["last_updated_time"]) for each in lines]
    assert len(versions) == len(set(versions))
    assert verify_export(tmp_path).good

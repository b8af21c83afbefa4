"""What an export takes under the rate limits, on virtual time."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from harness.list_service import DatedClock, Latency, ListService, client
from harness.virtual_time import InlineLoop, WorkLoop
from oncehub_async import Limits, OnceHub
from oncehub_async.export import plan_export, run_export
from oncehub_async.simulator._data.timeline import Timeline

COUNT = 3_000
SECONDS_OF_WORK = 0.15
"""Each piece of work on files takes so long."""
END = int(DatedClock().start.timestamp() * 1000)


class SlowDisk(WorkLoop):
    """Files take their time, and always the same."""

    def worked(self, seconds: float, settle: Callable[[], None]) -> None:
        super().worked(SECONDS_OF_WORK, settle)


def account() -> tuple[ListService, OnceHub]:
    timeline = Timeline(COUNT, END, 1, "bookings")
    service = ListService([timeline.at(index) for index in range(COUNT)], Latency(0.4, 0.2))
    return service, client(service, DatedClock(), Limits(reserve=0))


def test_an_export_takes_no_longer_than_its_walk(tmp_path: Path) -> None:
    """Nor more requests, but for looks that fall otherwise: pages are written meanwhile."""

    async def walk(oncehub: OnceHub) -> float:
        assert (
            sum([len(page) async for page in oncehub.bookings.list().walk().raw().pages()]) == COUNT
        )
        return asyncio.get_running_loop().time()

    async def export(oncehub: OnceHub) -> float:
        manifest = await run_export(oncehub, plan_export(["bookings"]), tmp_path)
        assert manifest.resources["bookings"].count == COUNT
        return asyncio.get_running_loop().time()

    walked, walking = account()
    with asyncio.Runner(loop_factory=InlineLoop) as runner:
        least = runner.run(walk(walking))
    exported, exporting = account()
    with asyncio.Runner(loop_factory=SlowDisk) as runner:
        seconds = runner.run(export(exporting))
    # It has to be opened, the last pages have to be written, and the file put together.
    assert seconds <= 1.05 * least + 6 * SECONDS_OF_WORK
    assert len(exported.queries) <= len(walked.queries) + 4
    assert exported.statuses[429] == walked.statuses[429] == 0

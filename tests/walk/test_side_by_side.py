"""Walks that share the limits know of each other. Time is virtual."""

import asyncio

import pytest

from oncehub_async import Limits
from oncehub_async.walk import Walk

from ..least_possible import least_of_pages
from ..list_service import DatedClock, Latency, client, nothing_left_behind
from ..several_lists import Lists
from ..virtual_time import run_virtual

COUNTS = {"bookings": 10_000, "contacts": 6_000, "sms_notifications": 3_900}


def walked(seed: int, latency: float) -> tuple[int, float]:
    """All three side by side; gives the requests and the seconds that they took."""
    lists = Lists.of(COUNTS, Latency(latency, 0.2, seed), seed)
    oncehub = client(lists, DatedClock(), Limits())

    async def count(walk: Walk[object]) -> int:
        return sum([len(page) async for page in walk.pages()])

    async def main() -> float:
        async with asyncio.TaskGroup() as group:
            counting = [
                group.create_task(count(getattr(oncehub, name).walk().raw())) for name in COUNTS
            ]
        assert [task.result() for task in counting] == list(COUNTS.values())
        return asyncio.get_running_loop().time()

    seconds = run_virtual(main())
    return sum(len(each.queries) for each in lists.by_path.values()), seconds


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_together_they_stay_under_the_edge(seed: int) -> None:
    """199 pages in three lists: each alone could afford what all together can't."""
    requests, seconds = walked(seed, 0.4)
    assert requests <= 200
    assert seconds <= 1.35 * least_of_pages(199, 0.4)


def test_longer_round_trips_are_shared_out() -> None:
    """At a second, one list alone would open three more places at once."""
    requests, seconds = walked(1, 1.0)
    assert requests <= 200
    assert seconds <= 2.0 * least_of_pages(199, 1.0)


@pytest.mark.parametrize("ends", ["complete", "left early", "cancelled"])
def test_who_has_ended_expects_nothing_more(ends: str) -> None:
    """However a walk ends."""
    lists = Lists.of({"bookings": 1_000}, Latency(0.4), 1)
    oncehub = client(lists, DatedClock(), Limits())
    demands = oncehub._caller.demands

    async def read() -> None:
        pages = oncehub.bookings.walk().raw().pages()
        async for _ in pages:
            assert len(demands.others(self)) == 1
            if ends == "left early":
                break
        await pages.aclose()

    async def main() -> None:
        async with nothing_left_behind(lists.by_path["/bookings"]):
            reading = asyncio.create_task(read())
            if ends == "cancelled":
                await asyncio.sleep(1.0)
                reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
            assert reading.cancelled() == (ends == "cancelled")
            assert demands.others(self) == []

    self = object()
    run_virtual(main())

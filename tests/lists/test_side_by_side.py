"""Walks that share the limits know of each other. Time is virtual."""

import asyncio
from collections.abc import Callable

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.least_possible import least_of_pages
from harness.list_service import (
    DatedClock,
    Latency,
    ListService,
    client,
    error,
    nothing_left_behind,
)
from harness.several_lists import PATHS, Lists
from harness.virtual_time import run_virtual
from oncehub_async import Budget, Limits, OnceHub, Resources, RetryPolicy
from oncehub_async._lists import Walk
from oncehub_async._rate import UNKNOWN, Demand, RateBudget
from oncehub_async._rate.forecast import Demands

COUNTS = {"bookings": 10_000, "contacts": 6_000, "sms_notifications": 3_900}


async def count(walk: Walk[object]) -> int:
    return sum([len(page) async for page in walk.pages()])


def one_client(lists: Lists) -> list[OnceHub]:
    """For all lists."""
    return [client(lists, DatedClock(), Limits(reserve=0))] * 3


def clients_with_one_budget(lists: Lists) -> list[OnceHub]:
    """One for each list."""
    budget = Budget(Limits(reserve=0), clock=DatedClock())
    return [client(lists, DatedClock(), None, budget=budget) for _ in COUNTS]


def clients_whose_key_comes_late(lists: Lists) -> list[OnceHub]:
    """Until then there is no budget."""
    found = []
    budget = Budget(Limits(reserve=0), clock=DatedClock())
    in_use: list[RateBudget] = []

    def late(_key: object) -> RateBudget:
        in_use.append(budget)
        return budget

    for _ in COUNTS:
        oncehub = client(lists, DatedClock(), None, budget=budget)
        caller = attrs.evolve(
            oncehub._caller, budget=late, budget_in_use=lambda: in_use[-1] if in_use else None
        )
        Resources.__init__(oncehub, caller)
        found.append(oncehub)
    return found


def walked(
    seed: int, latency: float, clients: Callable[[Lists], list[OnceHub]] = one_client
) -> tuple[int, float]:
    """All three side by side; gives the requests and the seconds that they took."""
    lists = Lists.of(COUNTS, Latency(latency, 0.2, seed), seed)

    async def main() -> float:
        async with asyncio.TaskGroup() as group:
            counting = [
                group.create_task(count(getattr(oncehub, name).list().walk().raw()))
                for oncehub, name in zip(clients(lists), COUNTS, strict=True)
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


@pytest.mark.parametrize("clients", [clients_with_one_budget, clients_whose_key_comes_late])
def test_clients_that_share_a_budget_share_what_is_left_of_it(
    clients: Callable[[Lists], list[OnceHub]],
) -> None:
    """As one client does."""
    requests, seconds = walked(2, 0.4, clients)
    assert requests <= 200
    assert seconds <= 1.35 * least_of_pages(199, 0.4)


def test_longer_round_trips_are_shared_out() -> None:
    """At a second, one list alone would open three more places at once."""
    requests, seconds = walked(1, 1.0)
    assert requests <= 200
    assert seconds <= 2.0 * least_of_pages(199, 1.0)


def test_a_walk_that_nobody_consumes_holds_nobody_up() -> None:
    """It may stand for ever in the middle of its list."""
    lists = Lists.of({"bookings": 5_000, "contacts": 9_000}, Latency(1.0, 0.2, 1), 1)
    oncehub = client(lists, DatedClock(), Limits(reserve=0))

    async def main() -> float:
        standing = oncehub.contacts.list().walk().raw().pages()
        await anext(standing)
        # Longer than the five minutes in which its own requests count.
        await asyncio.sleep(400)
        started = asyncio.get_running_loop().time()
        assert await count(oncehub.bookings.list().walk().raw()) == 5_000
        await standing.aclose()
        return asyncio.get_running_loop().time() - started

    assert run_virtual(main()) <= 2.0 * least_of_pages(50, 1.0)


def test_a_walk_that_doesn_t_get_its_first_page_holds_nobody_up() -> None:
    """Whatever its list may turn out to be."""
    lists = Lists.of({"bookings": 3_000, "contacts": 3_000}, Latency(1.0, 0.2, 1), 1)
    lists.by_path["/contacts"].before_answer = lambda _service, _number: error(500, "api_error")
    patient = RetryPolicy(attempts=30, longest_delay=60)
    oncehub = client(lists, DatedClock(), Limits(reserve=0), patient)

    async def main() -> float:
        trying = asyncio.create_task(count(oncehub.contacts.list().walk().raw()))
        await asyncio.sleep(5)
        started = asyncio.get_running_loop().time()
        assert await count(oncehub.bookings.list().walk().raw()) == 3_000
        took = asyncio.get_running_loop().time() - started
        trying.cancel()
        await asyncio.gather(trying, return_exceptions=True)
        return took

    assert run_virtual(main()) <= 2.0 * least_of_pages(30, 1.0)


@pytest.mark.parametrize("ends", ["complete", "left early", "cancelled"])
def test_who_has_ended_expects_nothing_more(ends: str) -> None:
    """However a walk ends."""
    lists = Lists.of({"bookings": 1_000}, Latency(0.4), 1)
    oncehub = client(lists, DatedClock(), Limits(reserve=0))
    budget = oncehub.budget
    assert isinstance(budget, Budget)
    demands = budget.demands

    async def read() -> None:
        pages = oncehub.bookings.list().walk().raw().pages()
        async for _ in pages:
            assert len(demands.others(self, 0.0)) == 1
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
            assert demands.others(self, 0.0) == []

    self = object()
    run_virtual(main())


LITTLE = Demand(low=1, likely=1, high=2, chains=1, longest=1)


def test_readers_hear_of_others_and_not_of_themselves() -> None:
    """The latest that each has announced."""
    demands = Demands()
    demands.announce("one", UNKNOWN)
    demands.announce("two", UNKNOWN)
    demands.announce("two", LITTLE)
    assert demands.others("one", 0.0) == [LITTLE]
    assert demands.others("two", 0.0) == [UNKNOWN]


def test_who_is_idle_for_long_counts_no_more_until_it_announces_something() -> None:
    """For a moment everybody is idle."""
    demands = Demands()
    demands.announce("one", LITTLE)
    demands.pause("one", 10.0)
    assert demands.others("two", 9.0) == [LITTLE]
    assert demands.others("two", 10.0) == []
    demands.announce("one", LITTLE)
    assert demands.others("two", 10.0) == [LITTLE]


instants = st.lists(st.integers(0, 10**8), max_size=300)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(instants, min_size=2, max_size=3),
    st.sampled_from([0.0, 0.4, 1.0]),
    st.sets(st.integers(0, 2)),
    st.integers(1, 9),
)
def test_each_gives_its_objects_whoever_reads_beside_it(
    times: list[list[int]], latency: float, left_standing: set[int], limit: int
) -> None:
    """Also while others stand still, and under one budget for all."""
    lists = Lists({})
    end = int(DatedClock().start.timestamp() * 1000)
    for path, ages in zip(PATHS.values(), times, strict=False):
        service = ListService([end - age for age in ages], Latency(latency, 0.2))
        service.share_limits(next(iter(lists.by_path.values()), service))
        lists = Lists({**lists.by_path, path: service})
    oncehub = client(lists, DatedClock(), Limits(reserve=0))
    names = list(PATHS)[: len(times)]

    async def read(number: int, name: str) -> None:
        pages = getattr(oncehub, name).list(limit=limit).walk().raw().pages()
        if number in left_standing:
            await anext(pages, None)
            await asyncio.sleep(1000)
            await pages.aclose()
            return
        found = [item["id"] async for page in pages for item in page]
        assert sorted(found) == sorted(lists.by_path[PATHS[name]].ids())

    async def main() -> None:
        async with asyncio.TaskGroup() as group:
            for number, name in enumerate(names):
                group.create_task(read(number, name))

    run_virtual(main())
    assert all(each.over_five_minutes == 0 for each in lists.by_path.values())

"""How many requests walks take, and how long. Time is virtual."""

import asyncio
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import attrs
import pytest

from harness.least_possible import least
from harness.list_service import DatedClock, ListService, client
from harness.virtual_time import run_virtual
from oncehub_async import Budget, Limits, Priority, Resources
from oncehub_async._http.response import RawAnswer

from .accounts import NOW, account, looks, walked


@pytest.mark.parametrize(
    ("bookings", "latency"),
    [(1_000, 0.05), (5_000, 0.15), (60_000, 0.4)],
)
def test_one_chain_where_one_is_enough(bookings: int, latency: float) -> None:
    """Short round trips, or so many pages that the five-minute limit is what holds it back."""
    service = account(bookings, latency)
    found, _ = walked(service)
    assert len(found) == bookings
    assert (looks(service), len(service.queries)) == (0, bookings // 100)


@pytest.mark.parametrize("seed", range(1, 6))
def test_a_walk_that_ends_right_under_the_edge_stays_under_it(seed: int) -> None:
    """199 pages: the 201st request would wait for five minutes."""
    service = account(19_900, 0.4, seed=seed)
    found, seconds = walked(service)
    assert len(set(found)) == 19_900
    assert len(service.queries) <= 200
    assert service.statuses[429] == 0
    assert seconds < 1.2 * least(19_900, 0.4)


@pytest.mark.parametrize(
    ("bookings", "latency", "times_least"),
    [(1_000, 0.05, 1.25), (5_000, 0.15, 1.25), (5_000, 0.4, 1.25), (60_000, 0.4, 1.1)],
)
def test_as_fast_as_the_limits_let_it(bookings: int, latency: float, times_least: float) -> None:
    """In multiples of the least possible time; no request is refused."""
    service = account(bookings, latency)
    _, seconds = walked(service)
    assert seconds <= times_least * least(bookings, latency)
    assert (service.statuses[429], service.over_five_minutes) == (0, 0)


def test_many_round_trips_at_once_where_they_take_long() -> None:
    """Ten pages at a second each take half of the time that they take one after the other."""
    service = account(1_000, 1.0)
    _, seconds = walked(service)
    assert seconds <= 5.0


@pytest.mark.parametrize("years", [0.25, 1.0, 8.0])
def test_faster_than_one_page_after_the_other_whatever_the_age(years: float) -> None:
    """Nothing tells it: looks before the beginning and a late end cost some of what is won."""
    service = account(1_000, 1.0, years=years)
    found, seconds = walked(service)
    assert len(found) == 1_000
    assert seconds <= 7.5


@pytest.mark.parametrize("years", [1.0, 8.0])
def test_the_age_of_fifty_pages_hardly_matters(years: float) -> None:
    """There is time to find it out."""
    service = account(5_000, 0.4, years=years)
    _, seconds = walked(service)
    assert seconds <= 1.4 * least(5_000, 0.4)


@pytest.mark.parametrize("years", [0.25, 8.0])
@pytest.mark.parametrize(("bookings", "times_least"), [(5_000, 1.25), (19_900, 1.2)])
def test_whoever_knows_when_a_list_began_has_it_as_fast_at_any_age(
    bookings: int, times_least: float, years: float
) -> None:
    """As fast as one of the expected age."""
    service = account(bookings, 0.4, years=years)
    _, seconds = walked(service, oldest=NOW - timedelta(days=years * 365))
    assert seconds <= times_least * least(bookings, 0.4)


def test_the_requests_are_the_pages_and_one_for_each_chain() -> None:
    """Every cut begins two chains, and each of those costs a partly filled page at most."""
    for seed in range(1, 8):
        service = account(5_000, 0.4, seed=seed)
        walked(service)
        assert looks(service) > 0
        assert len(service.queries) <= 50 + 1 + 2 * looks(service)


def test_times_of_cuts_are_whole_seconds() -> None:
    """Whatever a service's filters resolve, they cut nothing off there."""
    service = account(5_000, 1.0)
    walked(service)
    for query in service.queries:
        if "creation_time.lt" in query:
            assert datetime.fromisoformat(query["creation_time.lt"]).microsecond == 0


def test_requests_leave_no_faster_than_the_limits() -> None:
    """Counted on arrival, over sliding windows."""
    service = account(5_000, 0.4)
    walked(service)
    arrivals = service.arrivals
    for first, sixth in zip(arrivals, arrivals[5:], strict=False):
        assert sixth - first >= 1.0
    assert all(earlier <= later for earlier, later in pairwise(arrivals))
    assert NOW.tzinfo is UTC


def test_a_service_that_ignores_filters_is_not_asked_for_times_again_and_again() -> None:
    """Each such page is one that was there already."""

    def unfiltered(service: ListService, _number: int) -> RawAnswer | None:
        query = {name: value for name, value in service.queries[-1].items() if "time" not in name}
        return service.page(query)

    service = account(5_000, 1.0)
    service.before_answer = unfiltered
    found, _ = walked(service)
    assert len(found) == len(set(found)) == 5_000
    assert looks(service) <= 8


@pytest.mark.parametrize("days", [-4000, 4000])
def test_a_clock_that_is_wrong_by_years_costs_little(days: int) -> None:
    """The account's newest object is where the list begins."""
    service = account(5_000, 1.0)
    clock = DatedClock(start=NOW + timedelta(days=days))

    async def main() -> tuple[int, float]:
        walk = client(service, clock, service.limits).bookings.list().walk().raw()
        count = sum([len(page) async for page in walk.pages()])
        return count, asyncio.get_running_loop().time()

    count, seconds = run_virtual(main())
    assert count == 5_000
    assert seconds <= 2.5 * least(5_000, 1.0)


def test_cuts_don_t_queue_for_the_limits() -> None:
    """Where others use the limits up, a further chain would only make them wait."""
    service = account(5_000, 1.0)
    oncehub = client(service, DatedClock(), service.limits)

    async def others() -> None:
        for _ in range(10):
            await oncehub.with_priority(Priority.BULK).bookings.list(limit=1).first()

    async def main() -> None:
        async with asyncio.TaskGroup() as group:
            for _ in range(15):
                group.create_task(others())
            async with aclosing(oncehub.bookings.list().walk().raw().pages()) as pages:
                for _ in range(4):
                    await anext(pages)
                assert looks(service) == 0

    run_virtual(main())


def test_of_somebody_else_s_budget_nothing_is_known() -> None:
    """So that a walk under one risks no request that might be the one too many."""
    service = account(5_000, 1.0)
    budget = Budget(Limits(reserve=0), clock=DatedClock())

    class Another:
        """What the interface asks for, and no more."""

        acquire, settle = budget.acquire, budget.settle

    async def main() -> int:
        oncehub = client(service, DatedClock(), None)
        caller = attrs.evolve(oncehub._caller, budget=lambda _key: Another(), budget_in_use=Another)
        Resources.__init__(oncehub, caller)
        return sum([len(page) async for page in oncehub.bookings.list().walk().raw().pages()])

    assert run_virtual(main()) == 5_000
    assert looks(service) == 0

"""Walks: what they give, what they ask for, and how they end. Time is virtual."""

import asyncio
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from typing import Any

import orjson
import pytest

from harness.least_possible import least
from harness.list_service import (
    DeletedCursor,
    Latency,
    ListService,
    error,
    listed,
    nothing_left_behind,
    resources,
)
from harness.virtual_time import run_virtual
from oncehub_async import (
    BadRequestError,
    InvalidParameterError,
    OnceHub,
    PaginationError,
    RetryPolicy,
    ServerError,
)
from oncehub_async._http.response import RawAnswer
from oncehub_async._lists import Coverage, PlacedPage, coverage_data, coverage_from
from oncehub_async.models import Booking
from oncehub_async.simulator import Account, Simulator

from .accounts import NOW, account, every_day, ids_of, looks, walked


def test_a_beginning_has_a_time_zone() -> None:
    """As every time that is passed."""
    with pytest.raises(InvalidParameterError, match="oldest"):
        resources(every_day(1)).bookings.list().walk(oldest=NOW.replace(tzinfo=None))


def test_newest_first_is_the_order_of_the_list() -> None:
    """Whatever came first."""
    service = account(3_000, 1.0)
    found, _ = walked(service, newest_first=True)
    assert found == service.ids()
    unordered, _ = walked(account(3_000, 1.0))
    assert unordered != found


def test_filters_are_sent_with_every_request() -> None:
    """And their ends hold also where the walk is cut."""
    service = every_day(900, latency=Latency(1.0))
    gt, lt = NOW - timedelta(days=800), NOW - timedelta(days=30)
    found, _ = walked(service, status="scheduled", creation_time_gt=gt, creation_time_lt=lt)
    assert sorted(found) == sorted(service.ids()[31:800])
    assert {query["status"] for query in service.queries} == {"scheduled"}
    assert {query["creation_time.gt"] for query in service.queries} == {"2024-08-23T00:00:00Z"}
    assert max(query["creation_time.lt"] for query in service.queries) == "2026-10-02T00:00:00Z"
    assert len({query["creation_time.lt"] for query in service.queries}) > 1


def test_a_slow_consumer_slows_the_fetching_down() -> None:
    """No more than what can be under way is fetched ahead."""
    service = every_day(3_000, latency=Latency(1.0), limits=None)

    async def main() -> None:
        ahead = 0
        pages = resources(service).bookings.list().walk().pages()
        consumed = 0
        async for _ in pages:
            consumed += 1
            await asyncio.sleep(60)
            ahead = max(ahead, len(service.queries) - consumed)
        assert ahead <= 17

    run_virtual(main())


def test_several_walks_share_the_limits() -> None:
    """Together they take what one of both lengths would."""
    service = account(2_000, 0.4)

    async def main() -> float:
        oncehub = resources(service)
        first, second = await asyncio.gather(ids_of(oncehub), ids_of(oncehub))
        assert sorted(first) == sorted(second) == sorted(service.ids())
        return asyncio.get_running_loop().time()

    assert run_virtual(main()) <= 1.4 * least(4_000, 0.4)
    assert service.statuses[429] == 0


def test_an_empty_list_is_one_request() -> None:
    """And nothing comes."""
    service = every_day(0)
    assert walked(service)[0] == []
    assert len(service.queries) == 1


async def test_the_first_costs_one_request_and_items_are_models() -> None:
    """Over sockets, with the simulator; also of contacts and text messages."""
    async with Simulator(Account(bookings=150, contacts=20), limits=None) as sim:
        async with OnceHub(sim.api_key, base_url=sim.url) as oncehub:
            newest = await oncehub.bookings.list().walk().first()
            assert newest is not None
            assert newest.id == next(sim.ids("bookings"))
            assert sim.stats.requests == 1
            async for booking in oncehub.bookings.list(expand="owner").walk():
                assert type(booking) is Booking
            for walk, name in (
                (oncehub.contacts.list().walk(), "contacts"),
                (oncehub.sms_notifications.list().walk(), "sms_notifications"),
            ):
                found = [each.id async for each in walk]
                assert sorted(found) == sorted(sim.ids(name))


@pytest.mark.parametrize("cursor", ["after", "before"])
def test_a_walk_takes_no_cursor(cursor: str) -> None:
    """It reads all of a list; the remedy is told."""
    options: dict[str, Any] = {cursor: "BKNG-1"}
    with pytest.raises(InvalidParameterError, match=rf"use list\({cursor}=...\)"):
        OnceHub("k").bookings.list(**options).walk()


def shuffled(service: ListService, _number: int) -> RawAnswer | None:
    """The list as it is, but for its order of creation times."""
    query = service.queries[-1]
    names = service.ids()
    start = names.index(query["after"]) + 1 if "after" in query else 0
    page = names[start : start + 100]
    data = [
        {"id": each, "creation_time": f"2026-01-{index % 28 + 1:02}T00:00:00Z"}
        for index, each in enumerate(page)
    ]
    return listed(data, start + 100 < len(names))


def without_times(service: ListService, _number: int) -> RawAnswer | None:
    """Objects that don't say when they were created."""
    query = service.queries[-1]
    names = service.ids()
    start = names.index(query["after"]) + 1 if "after" in query else 0
    return listed([{"id": each} for each in names[start : start + 100]], start + 100 < len(names))


@pytest.mark.parametrize("page", [shuffled, without_times])
def test_a_list_in_another_order_is_read_one_page_after_the_other(page: Any) -> None:
    """Following its pages is safe whatever the order."""
    service = every_day(450, latency=Latency(1.0), before_answer=page)
    found, _ = walked(service)
    assert found == service.ids()
    assert looks(service) == 0


def odd(value: object, place: int) -> Any:
    """The list as it is, but for one object, which tells such a creation time."""

    def answer(service: ListService, _number: int) -> RawAnswer | None:
        page = orjson.loads(service.page(service.queries[-1]).body)
        for each in page["data"]:
            if each["id"] == f"BKNG-{place}":
                each["creation_time"] = value
                if value is MISSING:
                    del each["creation_time"]
        return listed(page["data"], page["has_more"])

    return answer


MISSING = object()


@pytest.mark.parametrize("place", [0, 1, 300, 777, 999, 1000, 1500, 1898, 1899, 1900, 1998, 1999])
@pytest.mark.parametrize(
    "value",
    [
        pytest.param(MISSING, id="missing"),
        None,
        "",
        17,
        "yesterday",
        "1970-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-12:00",
        "2026-10-30T12:00:00",
        "2031-01-01T00:00:00Z",
        "2016-01-01T00:00:00Z",
        "2023-02-03T04:05:06Z",
    ],
)
def test_one_odd_object_ends_no_walk(value: object, place: int) -> None:
    """Wherever it stands: from there, the list is read one page after the other."""
    service = every_day(2_000, latency=Latency(1.0), before_answer=odd(value, place))
    found, _ = walked(service, newest_first=True)
    assert found == service.ids()


@pytest.mark.parametrize("years", [1, 9999])
@pytest.mark.parametrize("hours", [-23, 23])
def test_times_at_the_ends_of_all_years_tell_nothing_and_break_nothing(
    years: int, hours: int
) -> None:
    """Told as the oldest, or as the end of a filter."""
    time = datetime(years, 1, 1, tzinfo=timezone(timedelta(hours=hours)))
    service = every_day(900, latency=Latency(1.0))
    if (years, hours) == (1, 23):
        with pytest.raises(InvalidParameterError, match="oldest: is beyond the years 1 to 9999"):
            walked(service, oldest=time)
    else:
        assert sorted(walked(service, oldest=time)[0]) == sorted(service.ids())


def test_disorder_in_the_middle_of_a_walk_loses_nothing() -> None:
    """What lies between its parts is read one page after the other, each object once."""

    def later(service: ListService, number: int) -> RawAnswer | None:
        return shuffled(service, number) if number > 6 else None

    service = every_day(2_000, latency=Latency(1.0), before_answer=later)
    found, _ = walked(service)
    assert sorted(found) == sorted(service.ids())


@pytest.mark.parametrize("ends", [True, False])
def test_disorder_and_lost_places_are_an_error(ends: bool) -> None:
    """Where the order tells nothing, a list that starts anew or ends too early is not believed."""

    def later(service: ListService, number: int) -> RawAnswer | None:
        if number <= 6:
            return None
        if number == 7:
            return shuffled(service, number)
        return listed([], False) if ends else service.page({"limit": "100"})

    service = every_day(2_000, latency=Latency(1.0), before_answer=later)
    with pytest.raises(PaginationError, match="not complete"):
        walked(service)


def test_disorder_and_an_end_that_comes_too_early_are_an_error() -> None:
    """Of what stands below, all ids are known, but more of it than a page can't all be gone."""

    def later(service: ListService, number: int) -> RawAnswer | None:
        if number <= 30:
            return None
        if number == 31:
            return shuffled(service, number)
        place = service.ids().index(service.queries[-1]["after"]) + 1
        return listed([{"id": each} for each in service.ids()[place : place + 2]], False)

    service = every_day(600, latency=Latency(1.0), before_answer=later)
    with pytest.raises(PaginationError, match="ends before objects that were there"):
        walked(service, limit=5)


def test_disorder_and_an_empty_page_where_more_was_announced_are_an_error() -> None:
    """Also where little is known of what stands below: it can be gone, but not all of the rest."""

    def later(service: ListService, number: int) -> RawAnswer | None:
        if number <= 6:
            return None
        return shuffled(service, number) if number == 7 else listed([], False)

    service = every_day(2_000, latency=Latency(1.0), before_answer=later)
    with pytest.raises(PaginationError, match="is empty although more was announced"):
        walked(service, limit=10)


@pytest.mark.parametrize("newest_first", [True, False])
async def test_a_list_without_creation_times_is_read_one_page_after_the_other(
    newest_first: bool,
) -> None:
    """What can't be filtered by them is walked all the same."""
    async with Simulator(Account(users=230), limits=None) as sim:
        async with OnceHub(sim.api_key, base_url=sim.url) as oncehub:
            walk = oncehub.users.list().walk(newest_first=newest_first, oldest=NOW)
            assert [each.id async for each in walk] == list(sim.ids("users"))
            assert sim.stats.requests == 3


@pytest.mark.parametrize("mode", ["error", "restart", "empty", "position"])
def test_a_deleted_cursor_is_survived(mode: DeletedCursor) -> None:
    """Whatever the service answers then, the walk goes on from the object before, or by time."""

    def delete(service: ListService, number: int) -> None:
        query = service.queries[-1]
        if number % 3 == 0:
            service.delete(query.get("after") or query.get("before") or "")

    service = account(2_000, 0.4)
    service.before_answer, service.deleted_cursor = delete, mode
    before = set(service.ids())
    found, _ = walked(service)
    assert len(found) == len(set(found))
    assert before & set(service.ids()) <= set(found)
    assert len(before - set(service.ids())) >= 5


def test_a_list_that_does_not_advance_is_an_error() -> None:
    """However it is asked for."""

    def stuck(service: ListService, _number: int) -> RawAnswer:
        return service.page({"limit": "100"})

    service = every_day(450, before_answer=stuck)
    with pytest.raises(PaginationError, match="not complete"):
        walked(service)
    assert len(service.queries) < 10


@pytest.mark.parametrize(
    ("status", "first", "expected"), [(400, 1, BadRequestError), (500, 8, ServerError)]
)
def test_an_error_ends_the_walk_and_leaves_nothing_behind(
    status: int, first: int, expected: type[Exception]
) -> None:
    """After the retries; what was under way is ended."""

    def fails(_service: ListService, number: int) -> RawAnswer | None:
        return error(status, "api_error") if number >= first else None

    service = every_day(3_000, latency=Latency(1.0), before_answer=fails)

    async def main() -> None:
        oncehub = resources(service, RetryPolicy(attempts=2, first_delay=0.1))
        async with nothing_left_behind(service):
            with pytest.raises(expected):
                await oncehub.bookings.list().walk().collect()

    run_virtual(main())


def restored(pages: Iterable[PlacedPage[Any]]) -> Coverage:
    coverage = Coverage()
    for page in pages:
        coverage.add(
            page.placement, page.positions, older_than=page.older_than, following=page.following
        )
    return coverage


@pytest.mark.parametrize("stop", [1, 2, 5, 9, 14, 18])
def test_an_unfinished_walk_goes_on_where_it_was(stop: int) -> None:
    """From its pages alone; nothing is fetched again but what was under way."""
    service = account(2_000, 1.0)

    async def main() -> None:
        walk = resources(service).bookings.list().walk().raw()
        pages: list[PlacedPage[Any]] = []
        begun = walk.placed_pages()
        async for page in begun:
            pages.append(page)
            if len(pages) == stop:
                break
        await begun.aclose()
        service.queries.clear()
        rest = [page async for page in walk.placed_pages(restored(pages))]
        found = [position.id for page in [*pages, *rest] for position in page.positions]
        assert sorted(found) == sorted(service.ids())
        assert len(service.queries) <= 20 - stop + 10

    run_virtual(main())


def test_what_led_nowhere_is_tried_again_by_the_next_walk() -> None:
    """Once the service answers as it should; the coverage is the one that the first walk left."""
    lost = True

    def restarts(service: ListService, _number: int) -> RawAnswer | None:
        return service.page({"limit": "100"}) if lost else None

    service, coverage = every_day(450, before_answer=restarts), Coverage()

    async def main() -> list[str]:
        nonlocal lost
        walk = resources(service).bookings.list().raw().walk()
        found: list[str] = []
        with pytest.raises(PaginationError, match="not complete"):
            async for page in walk.placed_pages(coverage):
                found += [each["id"] for each in page.items]
        lost = False
        async for page in walk.placed_pages(coverage_from(coverage_data(coverage))):
            found += [each["id"] for each in page.items]
        return found

    assert sorted(run_virtual(main())) == sorted(service.ids())


@pytest.mark.parametrize("year", [1, 9999])
def test_a_time_at_the_end_of_all_years_is_survived(year: int) -> None:
    """The default date of other languages gets into accounts."""

    def odd(service: ListService, _number: int) -> RawAnswer | None:
        if service.queries[-1].get("after"):
            return listed([{"id": "BKNG-X", "creation_time": f"{year:04}-01-01T00:00:00Z"}], False)
        if year == 9999:
            return listed([{"id": "BKNG-Y", "creation_time": "9999-12-31T23:59:59Z"}], True)
        return None

    service = every_day(450, latency=Latency(1.0), before_answer=odd)
    assert "BKNG-X" in walked(service)[0]


def test_an_unordered_list_that_is_left_early_leaves_nothing_behind() -> None:
    """Not even the page that is fetched ahead."""
    service = every_day(450, latency=Latency(1.0), before_answer=without_times)

    async def main() -> None:
        async with nothing_left_behind(service):
            items = aiter(resources(service).bookings.list().walk().raw())
            await anext(items)
            await items.aclose()

    run_virtual(main())


def test_an_object_twice_on_a_page_is_an_error() -> None:
    """As in a list."""

    def double(service: ListService, _number: int) -> RawAnswer:
        name, time = service.ids()[0], "2026-01-01T00:00:00Z"
        return listed([{"id": name, "creation_time": time}] * 2, False)

    with pytest.raises(PaginationError, match="twice"):
        walked(every_day(3, before_answer=double))


def test_newest_first_keeps_a_bounded_number_of_pages() -> None:
    """However long the round trips are."""
    service = account(40_000, 2.5)
    kept = 0

    async def main() -> None:
        nonlocal kept
        walk = resources(service).bookings.list().walk(newest_first=True).raw()
        given = 0
        async for page in walk.pages():
            given += len(page)
            kept = max(kept, 100 * len(service.arrivals) - given)

    run_virtual(main())
    assert kept <= 100 * 220


def test_a_service_that_means_something_else_by_before_loses_nothing() -> None:
    """Its newest objects, say, and not those next to the cursor: one page tells."""

    def newest(service: ListService, _number: int) -> RawAnswer | None:
        query = dict(service.queries[-1])
        if "before" not in query:
            return None
        place = service.ids().index(query.pop("before"))
        page = service.ids()[: min(place, 100)]
        full = service.page({"limit": "100"})
        return full if len(page) == 100 else None

    service = account(3_000, 1.0)
    service.before_answer = newest
    found, _ = walked(service)
    assert sorted(found) == sorted(service.ids())

"""Whatever the account looks like and whatever happens meanwhile: the walk gives what list gives."""

import asyncio
import random
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from harness.list_service import Latency, ListService, error, nothing_left_behind, resources
from harness.virtual_time import run_virtual
from oncehub_async import ConnectionLostError, RetryPolicy
from oncehub_async._http.response import RawAnswer
from oncehub_async.errors import PaginationError

CURSORS = ("after", "before")
HOUR = 3_600_000
DAY = 24 * HOUR
YEAR = 365 * DAY
START = 1_700_000_000_000


def spread(seed: int, count: int, span: int, step: int) -> list[int]:
    """Anywhere in a span, at multiples of a step."""
    pick = random.Random(seed)
    return [pick.randrange(0, span, step) for _ in range(count)]


def in_bursts(seed: int, count: int, bursts: int) -> list[int]:
    """Dense hours with quiet months between them, some of it all at one instant."""
    pick = random.Random(seed)
    starts = [pick.randrange(3 * YEAR) for _ in range(bursts)]
    return [pick.choice(starts) + pick.choice((0, 0, pick.randrange(HOUR))) for _ in range(count)]


seeds = st.integers(0, 10**6)
instants = st.one_of(
    st.builds(spread, seeds, st.integers(0, 300), st.just(3 * YEAR), st.sampled_from([1, DAY])),
    st.builds(spread, seeds, st.integers(0, 100), st.just(4000), st.sampled_from([1, 1000])),
    st.builds(in_bursts, seeds, st.integers(0, 300), st.integers(1, 6)),
    st.lists(st.integers(0, 5), max_size=30),
)
latencies = st.builds(
    Latency,
    st.sampled_from([0.0, 0.2, 0.4, 1.0, 3.0]),
    st.sampled_from([0.0, 0.2, 0.9]),
    st.integers(0, 9),
)
limits = st.integers(1, 9)


async def walked(service: ListService, limit: int, **options: Any) -> list[str]:
    bookings = resources(service, RetryPolicy(attempts=12)).bookings
    walk = bookings.list(limit=limit).walk(**options)
    async with nothing_left_behind(service):
        return [booking["id"] async for booking in walk.raw()]


beginnings = st.none() | st.datetimes(timezones=st.just(UTC))


@settings(max_examples=60, deadline=None)
@given(instants, latencies, limits, st.booleans(), beginnings)
def test_a_walk_gives_each_object_once(
    times: list[int], latency: Latency, limit: int, newest_first: bool, oldest: datetime | None
) -> None:
    """Exactly what one page after the other gives; in the same order if that is asked for.

    When it is told that the list began only decides how fast.
    """
    service = ListService([START + each for each in times], latency)
    found = run_virtual(walked(service, limit, newest_first=newest_first, oldest=oldest))
    if newest_first:
        assert found == service.ids()
    else:
        assert sorted(found) == sorted(service.ids())


Change = tuple[str, int]
changes = st.lists(
    st.tuples(
        st.sampled_from(["none", "create", "delete", "delete cursor", "429", "500", "lost"]),
        st.integers(0, 300),
    ),
    max_size=60,
)


def during(script: list[Change]) -> Callable[[ListService, int], RawAnswer | Exception | None]:
    """What happens before each request is answered."""

    def happens(service: ListService, number: int) -> RawAnswer | Exception | None:
        what, pick = script[number - 1] if number <= len(script) else ("none", 0)
        match what:
            case "create":
                # Later than what was there: at the very same instant, nothing would tell a new
                # object from one that the walk hasn't come to.
                service.create(1 + pick)
            case "delete":
                ids = service.ids()
                if ids:
                    service.delete(ids[pick % len(ids)])
            case "delete cursor":
                query = service.queries[-1]
                service.delete(query.get("after") or query.get("before") or "")
            case "429":
                return error(429, "rate_limit_error")
            case "500":
                return error(500, "api_error")
            case "lost":
                return ConnectionLostError("lost", method="GET", path="/bookings")
        return None

    return happens


@settings(max_examples=60, deadline=None)
@given(instants, latencies, limits, changes)
def test_what_stays_is_there_once_whatever_changes(
    times: list[int], latency: Latency, limit: int, script: list[Change]
) -> None:
    """Objects that existed before and exist afterwards, whatever is created, deleted or fails."""
    service = ListService([START + each for each in times], latency, before_answer=during(script))
    before = set(service.ids())
    found = run_virtual(walked(service, limit))
    assert len(found) == len(set(found))
    assert before & set(service.ids()) <= set(found)


@settings(max_examples=60, deadline=None)
@given(instants, latencies, limits, st.lists(st.integers(0, 9), max_size=80))
def test_a_service_that_ignores_cursors_is_not_believed(
    times: list[int], latency: Latency, limit: int, script: list[int]
) -> None:
    """The first page in place of another: complete, or a clear error, never less."""

    def ignores(service: ListService, number: int) -> RawAnswer | None:
        if script[number - 1 : number] < [7]:
            return None
        query = {key: value for key, value in service.queries[-1].items() if key not in CURSORS}
        return service.page(query)

    service = ListService([START + each for each in times], latency, before_answer=ignores)
    try:
        found = run_virtual(walked(service, limit))
    except PaginationError:
        return
    assert sorted(found) == sorted(service.ids())


@settings(max_examples=60, deadline=None)
@given(instants, latencies, limits, changes, st.sampled_from(["error", "restart", "empty"]))
def test_a_deleted_cursor_never_loses_anything(
    times: list[int], latency: Latency, limit: int, script: list[Change], mode: Any
) -> None:
    """Whatever the service does then: complete, or a clear error."""
    service = ListService(
        [START + each for each in times],
        latency,
        before_answer=during(script),
        deleted_cursor=mode,
    )
    first_page, before = set(service.ids()[:limit]), set(service.ids())
    try:
        found = run_virtual(walked(service, limit))
    except PaginationError:
        return
    # A list that starts anew is known by its first page, if anything of that is still there.
    assume(mode != "restart" or first_page & set(service.ids()))
    assert len(found) == len(set(found))
    assert before & set(service.ids()) <= set(found)


@settings(max_examples=30, deadline=None)
@given(instants, latencies, limits, st.integers(0, 60), st.booleans())
def test_leaving_early_leaves_nothing_behind(
    times: list[int], latency: Latency, limit: int, wanted: int, newest_first: bool
) -> None:
    """Neither a task nor a request, wherever the loop is left or cancelled."""
    service = ListService([START + each for each in times], latency)

    async def main() -> None:
        walk = resources(service).bookings.list(limit=limit).walk(newest_first=newest_first)
        async with nothing_left_behind(service):
            seen = 0
            items = aiter(walk)
            async for _ in items:
                seen += 1
                if seen >= wanted:
                    break
            await items.aclose()

    run_virtual(main())


@settings(max_examples=30, deadline=None)
@given(instants, latencies, limits, st.floats(0, 20))
def test_a_cancelled_walk_leaves_nothing_behind(
    times: list[int], latency: Latency, limit: int, seconds: float
) -> None:
    """Whenever it is cancelled."""
    service = ListService([START + each for each in times], latency)

    async def main() -> None:
        walk = resources(service).bookings.list(limit=limit).walk()
        async with nothing_left_behind(service):
            task = asyncio.create_task(walk.collect())
            await asyncio.sleep(seconds)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            del task

    run_virtual(main())

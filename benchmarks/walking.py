"""How long reading all bookings takes, beside the least that the rate limits allow.

Time is virtual, so that a table of sixty thousand bookings at a second of latency takes seconds to
make and comes out the same on any machine. The service keeps both limits strictly, on arrival;
half of the latency lies before that, half behind, each give or take 20 %.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import attrs
import orjson

from harness.least_possible import least
from harness.list_service import DatedClock, Latency, ListService, resources
from harness.virtual_time import run_virtual
from oncehub_async._http.request import Operation, Request
from oncehub_async.simulator._data.timeline import Timeline

BOOKINGS = (1_000, 5_000, 19_900, 60_000)
LATENCIES = (0.05, 0.15, 0.4, 1.0)
JITTER = 0.2
ACCOUNTS = {1_000: 9, 5_000: 9, 19_900: 5, 60_000: 3}
"""How many accounts of a size are read; what is printed is the median one."""
_LIST = Operation("GET", "/bookings")
_END = int(DatedClock().start.timestamp() * 1000)

Way = Callable[[ListService], Awaitable[int]]


@attrs.frozen
class Reading:
    """How one account was read."""

    times_least: float
    seconds: float
    requests: int
    refused: int
    over_five_minutes: int


async def walk(service: ListService) -> int:
    """`bookings.list().walk()`."""
    return sum(
        [len(page) async for page in resources(service).bookings.list().walk().raw().pages()]
    )


async def walk_with_its_beginning(service: ListService) -> int:
    """`bookings.list().walk(oldest=...)`, for accounts of which one knows how old they are."""
    oldest = datetime.fromtimestamp(min(service.times) / 1000, UTC)
    walk = resources(service).bookings.list().walk(oldest=oldest)
    return sum([len(page) async for page in walk.raw().pages()])


async def one_page_after_the_other(service: ListService) -> int:
    """`bookings.list()`, which keeps to the limits and handles refusals."""
    return sum([len(page) async for page in resources(service).bookings.list().raw().pages()])


def recipe(limit: int) -> Way:
    """The vendor's: follow the list by its last id; here it waits a second after a 429."""

    async def follow(service: ListService) -> int:
        seen, query = 0, {"limit": str(limit)}
        while True:
            answer = await service.handle(Request(_LIST, query=query))
            if answer.status == 429:
                await asyncio.sleep(1.0)
                continue
            page = orjson.loads(answer.body)
            seen += len(page["data"])
            if not page["has_more"]:
                return seen
            query["after"] = page["data"][-1]["id"]

    return follow


def times_of(bookings: int, account: int, years: float) -> list[int]:
    """When the bookings of an account were created that began so many years ago."""
    timeline = Timeline(bookings, _END, account, "bookings")
    # The simulator's accounts are three years old.
    return [_END - int((_END - timeline.at(index)) * years / 3) for index in range(bookings)]


def read(bookings: int, latency: float, way: Way, account: int, years: float = 3) -> Reading:
    """Read one account, which began so many years ago."""
    service = ListService(times_of(bookings, account, years), Latency(latency, JITTER, account))

    async def main() -> float:
        seen = await way(service)
        if seen != bookings:
            raise AssertionError(f"{seen} of {bookings} were read")
        return asyncio.get_running_loop().time()

    seconds = run_virtual(main())
    return Reading(
        seconds / least(bookings, latency),
        seconds,
        len(service.queries),
        service.statuses[429],
        service.over_five_minutes,
    )


def median(bookings: int, latency: float, way: Way, accounts: int) -> tuple[Reading, Reading, int]:
    """The median and the slowest of several accounts, and the refusals of all together."""
    found = [read(bookings, latency, way, account + 1) for account in range(accounts)]
    found.sort(key=lambda each: each.seconds)
    return found[(len(found) - 1) // 2], found[-1], sum(each.refused for each in found)


def table() -> None:
    """Print the table."""
    print("Time to read all bookings, in multiples of the least possible\n")
    print(
        f"{'bookings':>8} {'latency':>8} {'least':>8} | {'walk':>6} {'slowest':>8} {'requests':>9} "
        f"{'429':>4} | {'list':>6} {'recipe 100':>11} {'recipe 10':>10}"
    )
    for bookings in BOOKINGS:
        for latency in LATENCIES:
            typical, slowest, refused = median(bookings, latency, walk, ACCOUNTS[bookings])
            if slowest.over_five_minutes or typical.over_five_minutes:
                raise AssertionError("the five-minute limit was exceeded")
            others = [
                median(bookings, latency, way, 1)[0].times_least
                for way in (one_page_after_the_other, recipe(100), recipe(10))
            ]
            print(
                f"{bookings:>8,} {latency * 1000:>5.0f} ms {least(bookings, latency):>6.1f} s | "
                f"{typical.times_least:>6.2f} {slowest.times_least:>8.2f} {typical.requests:>9} "
                f"{refused:>4} | {others[0]:>6.2f} {others[1]:>11.2f} {others[2]:>10.2f}",
                flush=True,
            )


def table_of_ages() -> None:
    """Print what becomes of a walk where the account isn't as old as most are."""
    print("\nThe same for accounts of other ages (slowest of three: walk, and with oldest=)\n")
    for years in (0.25, 1, 3, 8):
        for bookings, latency in ((1_000, 1.0), (5_000, 0.4), (19_900, 0.4), (60_000, 0.4)):
            found = [
                max(
                    read(bookings, latency, way, account, years).times_least
                    for account in (101, 102, 103)
                )
                for way in (walk, walk_with_its_beginning)
            ]
            print(
                f"{years:>5} years {bookings:>7,} {latency * 1000:>5.0f} ms "
                f"{found[0]:>6.2f} {found[1]:>6.2f}",
                flush=True,
            )


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    table()
    table_of_ages()

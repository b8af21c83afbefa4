"""Accounts to walk through, and walks through them. Time is virtual."""

import asyncio
from datetime import datetime
from typing import Any

from harness.list_service import DatedClock, Latency, ListService, resources
from harness.virtual_time import run_virtual
from oncehub_async import Resources
from oncehub_async.simulator._data.timeline import Timeline

NOW = DatedClock().start
MILLISECONDS = int(NOW.timestamp() * 1000)
DAY = 86_400_000


def account(
    bookings: int, latency: float = 0.0, jitter: float = 0.2, seed: int = 1, years: float = 3
) -> ListService:
    """An account as the simulator makes them, so many years old."""
    timeline = Timeline(bookings, MILLISECONDS, seed, "bookings")
    ages = (MILLISECONDS - timeline.at(index) for index in range(bookings))
    return ListService(
        [MILLISECONDS - int(age * years / 3) for age in ages], Latency(latency, jitter, seed)
    )


def every_day(count: int, **settings: Any) -> ListService:
    """A booking a day, the newest one now."""
    return ListService([MILLISECONDS - DAY * number for number in range(count)], **settings)


async def ids_of(
    oncehub: Resources,
    *,
    newest_first: bool = False,
    oldest: datetime | None = None,
    **filters: Any,
) -> list[str]:
    walk = oncehub.bookings.list(**filters).walk(newest_first=newest_first, oldest=oldest)
    return [each["id"] async for each in walk.raw()]


def walked(service: ListService, **options: Any) -> tuple[list[str], float]:
    """The ids in the order in which they came, and the seconds that it took."""

    async def main() -> tuple[list[str], float]:
        found = await ids_of(resources(service), **options)
        return found, asyncio.get_running_loop().time()

    return run_virtual(main())


def looks(service: ListService) -> int:
    return sum("creation_time.lt" in query for query in service.queries)

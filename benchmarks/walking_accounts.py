"""How long reading all bookings takes over accounts as they are, against the least possible.

Sizes of 300 to 80,000 bookings and ages of 3 months to 12 years, both log-uniform; a latency of
50, 150, 400 or 1,000 ms. Time is virtual, as in `benchmarks.walking`; the same request takes as
long in each way to read, so that the ways can be compared account by account.
`python -m benchmarks.walking_accounts SEED ACCOUNTS`.
"""

import asyncio
import logging
import os
import random
import sys
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from math import exp, log
from multiprocessing import get_context

import attrs

from benchmarks.walking import (
    JITTER,
    LATENCIES,
    Way,
    one_page_after_the_other,
    times_of,
    walk,
    walk_with_its_beginning,
)
from harness.least_possible import least
from harness.list_service import Latency, ListService
from harness.virtual_time import run_virtual

SEED = 1
ACCOUNTS = 200
SIZES = (300, 80_000)
YEARS = (0.25, 12.0)
WAYS: Mapping[str, Way] = {
    "list": one_page_after_the_other,
    "walk": walk,
    "walk, told": walk_with_its_beginning,
}


@attrs.frozen
class Account:
    """One of them."""

    bookings: int
    years: float
    latency: float
    seed: int


@attrs.frozen
class Reading:
    """How it was read in one way."""

    seconds: float
    requests: int
    refused: int


@attrs.frozen
class Figures:
    """What one way comes to, over all accounts."""

    lost: float
    """Mean seconds more than the least possible."""
    times_list: float
    """The slowest one, in multiples of one page after the other."""
    refused: float
    """Of a thousand requests."""
    spent: float
    """Mean requests more than pages."""


def accounts(seed: int, count: int) -> list[Account]:
    """Any number of accounts; the same seed gives the same ones."""
    pick = random.Random(seed)
    return [
        Account(
            round(exp(pick.uniform(*map(log, SIZES)))),
            exp(pick.uniform(*map(log, YEARS))),
            pick.choice(LATENCIES),
            number,
        )
        for number in range(count)
    ]


def read(account: Account) -> dict[str, Reading]:
    """Read one account in each way."""
    logging.disable(logging.WARNING)
    times = times_of(account.bookings, account.seed, account.years)
    return {name: _read(account, times, way) for name, way in WAYS.items()}


def _read(account: Account, times: list[int], way: Way) -> Reading:
    latency = Latency(account.latency, JITTER, account.seed, by_request=True)
    service = ListService(times, latency)

    async def main() -> float:
        if await way(service) != account.bookings:
            raise AssertionError(f"not all was read of {account}")
        return asyncio.get_running_loop().time()

    return Reading(run_virtual(main()), len(service.queries), service.statuses[429])


def readings(found: list[Account]) -> list[dict[str, Reading]]:
    """Of each account, in each way; in processes of their own, for it takes a while."""
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        return list(pool.map(read, found, chunksize=5))


def figures(found: list[Account], all_read: list[dict[str, Reading]], way: str) -> Figures:
    """What one way comes to."""
    own = [each[way] for each in all_read]
    requests = sum(each.requests for each in own)
    lost = [
        each.seconds - least(account.bookings, account.latency)
        for account, each in zip(found, own, strict=True)
    ]
    return Figures(
        sum(lost) / len(own),
        max(each[way].seconds / each["list"].seconds for each in all_read),
        1000 * sum(each.refused for each in own) / requests,
        (requests - sum(-(-account.bookings // 100) for account in found)) / len(own),
    )


def table(seed: int = SEED, count: int = ACCOUNTS) -> None:
    """Print the table."""
    found = accounts(seed, count)
    all_read = readings(found)
    print(f"{count} accounts, seed {seed}: mean seconds more than the least possible\n")
    for way in WAYS:
        of_way = figures(found, all_read, way)
        print(
            f"{of_way.lost:6.2f} s  {way}: at most {of_way.times_list:.3f} times list, "
            f"{of_way.refused:.2f} of 1,000 requests answered 429, "
            f"{of_way.spent:.2f} requests more than pages",
            flush=True,
        )


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    table(*map(int, sys.argv[1:]))

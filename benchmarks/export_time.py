"""How long an export takes, beside the walk alone and the least that the rate limits allow.

Time is virtual, as in `benchmarks.walking`, but for the work on files: as much virtual time passes
for it as it takes on this machine. `python -m benchmarks.export_time`.
"""

import asyncio
import logging
import tempfile
from collections.abc import Mapping
from math import ceil
from pathlib import Path

import attrs

from benchmarks.walking import ACCOUNTS, JITTER, median, walk
from harness.least_possible import least_of_pages
from harness.list_service import DatedClock, Latency, client
from harness.several_lists import PATHS, Lists
from harness.virtual_time import WorkLoop
from oncehub_async import Limits
from oncehub_async.export import plan_export, run_export

ALONE = ((5_000, 0.15), (5_000, 0.4), (19_900, 0.4))
TOGETHER: tuple[tuple[tuple[int, int, int], float], ...] = (
    ((5_000, 2_000, 1_000), 0.15),
    ((5_000, 2_000, 1_000), 0.4),
    # 199 pages: one request more than 200 waits for five minutes.
    ((10_000, 6_000, 3_900), 0.15),
    ((10_000, 6_000, 3_900), 0.4),
    ((20_000, 8_000, 4_000), 0.4),
)


@attrs.frozen
class Exported:
    """How an account was exported."""

    times_least: float
    requests: int
    refused: int
    over_five_minutes: int


def export(counts: Mapping[str, int], latency: float, account: int) -> Exported:
    """Export one account to JSON Lines."""
    lists = Lists.of(counts, Latency(latency, JITTER, account), account)

    async def main() -> float:
        with tempfile.TemporaryDirectory() as folder:
            oncehub = client(lists, DatedClock(), Limits(reserve=0))
            manifest = await run_export(oncehub, plan_export(list(counts)), Path(folder))
            seconds = asyncio.get_running_loop().time()
        found = {name: entry.count for name, entry in manifest.resources.items()}
        if not manifest.complete or found != counts:
            raise AssertionError(manifest.as_dict())
        return seconds

    with asyncio.Runner(loop_factory=WorkLoop) as runner:
        seconds = runner.run(main())
    services = lists.by_path.values()
    pages = sum(ceil(count / 100) for count in counts.values())
    return Exported(
        seconds / least_of_pages(pages, latency),
        sum(len(each.queries) for each in services),
        sum(each.statuses[429] for each in services),
        sum(each.over_five_minutes for each in services),
    )


def several(counts: Mapping[str, int], latency: float) -> list[Exported]:
    """Of several accounts, the fastest first."""
    accounts = ACCOUNTS.get(counts["bookings"], 5)
    found = [export(counts, latency, account + 1) for account in range(accounts)]
    return sorted(found, key=lambda each: each.times_least)


def table() -> None:
    """Print both: bookings alone, beside their walk, and several resources at once."""
    print("Time to export, in multiples of the least possible (median, slowest)\n")
    for bookings, latency in ALONE:
        walked, slowest, _ = median(bookings, latency, walk, ACCOUNTS[bookings])
        told = f"walk alone {walked.times_least:.2f} {slowest.times_least:.2f}"
        _tell({"bookings": bookings}, latency, told)
    for counts, latency in TOGETHER:
        _tell(dict(zip(PATHS, counts, strict=True)), latency)


def _tell(counts: Mapping[str, int], latency: float, beside: str = "") -> None:
    found = several(counts, latency)
    if any(each.over_five_minutes for each in found):
        raise AssertionError("the five-minute limit was exceeded")
    typical, slowest = found[(len(found) - 1) // 2], found[-1]
    names = " + ".join(f"{count:,} {name}" for name, count in counts.items())
    refused = sum(each.refused for each in found)
    print(
        f"{typical.times_least:6.2f} {slowest.times_least:6.2f}  {names} at {latency * 1000:.0f} "
        f"ms: {typical.requests} requests, {refused} of all answered 429; {beside}".rstrip("; "),
        flush=True,
    )


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    table()

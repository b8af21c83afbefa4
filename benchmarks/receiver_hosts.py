"""An inbox in PostgreSQL beside one in SQLite: `python -m benchmarks.receiver_hosts`.

Accepting, by HTTP, and working are measured in many short rounds, one inbox after the other, so
that what else the machine does disturbs both alike; the ratios are medians over the rounds. Then
how long a claim takes beside many events that wait, and how much more is done by three processes
on one inbox than by one where handlers wait for something.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from oncehub_async.cli._handling_log import wait_until_finished
from oncehub_async.webhooks import Event, Receiver, inbox_at

from .inbox_backlog import DONE, Fill, due, held_up, put
from .postgres_schema import new_inbox
from .receiver_accept import running
from .receiver_load import SECRET, rate, rate_by_aiohttp, signed
from .receiver_servers import CALLING, HANDLER

SQLITE, POSTGRES = "sqlite", "postgres"
ROUNDS = 9
DELIVERIES = 1_500
WORKED = 2_000
WAITING, FEW = 100_000, 1_000
CLAIMS = 100
CALLED = 1_200
PATIENCE = 60.0


def accepted(places: dict[str, str]) -> dict[str, tuple[list[float], list[float]]]:
    """Deliveries a second in each round: of raw bytes, and by aiohttp's client."""
    rates: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in places}
    with ExitStack() as stack:
        ports = {
            name: stack.enter_context(running(f"served_{name}", places[name])) for name in places
        }
        for number in range(ROUNDS + 1):
            for name, port in ports.items():
                first = number * DELIVERIES * 2
                raw = asyncio.run(rate(port, signed(DELIVERIES, first)))
                more = signed(DELIVERIES, first + DELIVERIES)
                by_aiohttp = asyncio.run(rate_by_aiohttp(port, more))
                if number:  # the first round warms up
                    rates[name][0].append(raw)
                    rates[name][1].append(by_aiohttp)
    return rates


async def worked(place: str, number: int) -> float:
    """Events a second that a receiver claims, hands to a handler that does nothing, and ends."""
    inbox, _ = inbox_at(place, "inbox")
    await inbox.open()
    await put(inbox, range(WORKED), (HANDLER,), WORKED, f"work-{number}")
    await inbox.close()
    receiver = Receiver(signing_secret=SECRET, inbox=inbox_at(place, "inbox")[0])
    moments: list[float] = []

    @receiver.on("booking", name=HANDLER)
    async def handler(_event: Event) -> None:
        moments.append(time.perf_counter())

    async with receiver:
        await receiver.idle()
        moments.append(time.perf_counter())
    if len(moments) != WORKED + 1:
        raise RuntimeError(f"{len(moments) - 1} of {WORKED} were handled")
    return WORKED / (moments[-1] - moments[0])


async def claim_times(places: Sequence[tuple[str, int]], fill: Fill) -> list[list[float]]:
    """Milliseconds that claims of ten events took in inboxes where so many wait, each in turn."""
    inboxes = [inbox_at(place, "inbox")[0] for place, _ in places]
    for inbox, (_, many) in zip(inboxes, places, strict=True):
        await inbox.open()
        await fill(inbox, many)
        await put(inbox, range(CLAIMS * 10), ("up",), CLAIMS * 10, "healthy")
    took: list[list[float]] = [[] for _ in inboxes]
    for _ in range(CLAIMS):
        for inbox, times in zip(inboxes, took, strict=True):
            began = time.perf_counter()
            claims = await inbox.claim(10, ("down", "up"), 2.0)
            times.append((time.perf_counter() - began) * 1e3)
            work = [work for claim in claims for work in claim.work]
            await asyncio.gather(*(inbox.settle(each, DONE, 2.0) for each in work))
    for inbox in inboxes:
        await inbox.close()
    return took


def called(place: str, processes: int, number: int) -> float:
    """Events a second that so many processes do, whose handlers wait for a service."""
    with ExitStack() as stack:
        for _ in range(processes):
            stack.enter_context(running(CALLING, place))
        return asyncio.run(_done(place, number))


async def _done(place: str, number: int) -> float:
    inbox, _ = inbox_at(place, "inbox")
    await inbox.open()
    began = time.perf_counter()
    await put(inbox, range(CALLED), (HANDLER,), CALLED, f"call-{number}")
    await wait_until_finished(place, PATIENCE)
    took = time.perf_counter() - began
    await inbox.close()
    return CALLED / took


@contextmanager
def both() -> Iterator[dict[str, str]]:
    """Places of an inbox in a file and of one in PostgreSQL."""
    with tempfile.TemporaryDirectory() as folder, new_inbox() as url:
        yield {SQLITE: str(Path(folder) / "inbox.db"), POSTGRES: str(url)}


def _share(rates: Mapping[str, Sequence[float]]) -> str:
    pairs = zip(rates[POSTGRES], rates[SQLITE], strict=True)
    share = statistics.median(ours / theirs for ours, theirs in pairs)
    postgres, sqlite = (statistics.median(rates[name]) for name in (POSTGRES, SQLITE))
    return f"{share:8.2f}   {postgres:,.0f}/s beside {sqlite:,.0f}/s"


def accepting() -> None:
    """Print what deliveries by HTTP come to."""
    with both() as places:
        rates = accepted(places)
    for number, sender in enumerate(("raw bytes", "aiohttp's client")):
        told = _share({name: of_name[number] for name, of_name in rates.items()})
        print(
            f"{f'PostgreSQL beside SQLite: accepting with serve, {sender}':<66}{told}", flush=True
        )


def working() -> None:
    """Print what handling comes to."""
    rates: dict[str, list[float]] = {SQLITE: [], POSTGRES: []}
    with both() as places:
        for number in range(ROUNDS):
            for name, place in places.items():
                rates[name].append(asyncio.run(worked(place, number)))
    told = _share(rates)
    print(f"{'the same: claiming, handing to a handler, ending':<66}{told}", flush=True)


def claiming(waiting: int) -> None:
    """Print how long claims take, beside the same where little waits, and beside SQLite."""
    for fill, kind in ((due, "due"), (held_up, "held up or failed")):
        with both() as places, new_inbox() as other:
            asked = [(places[POSTGRES], waiting), (str(other), FEW), (places[SQLITE], waiting)]
            many, few, sqlite = asyncio.run(claim_times(asked, fill))
        cuts = statistics.quantiles(many, n=10)
        grown = statistics.median(here / there for here, there in zip(many, few, strict=True))
        name = f"a claim of 10 beside {waiting:,} that are {kind}"
        print(f"{name:<66}{cuts[4]:8.1f} ms, p10 {cuts[0]:.1f}, p90 {cuts[8]:.1f};", end=" ")
        told = f"{grown:.2f} times one beside {FEW:,}; SQLite {statistics.median(sqlite):.1f} ms"
        print(told, flush=True)


def calling() -> None:
    """Print what three processes do beside one."""
    rates: dict[int, list[float]] = {1: [], 3: []}
    with new_inbox() as url:
        for number in range(3):
            for processes, of_many in rates.items():
                of_many.append(called(str(url), processes, 10 * number + processes))
    many = statistics.median(three / one for one, three in zip(rates[1], rates[3], strict=True))
    alone = statistics.median(rates[1])
    name = "three processes beside one, where handlers wait"
    print(f"{name:<66}{many:8.2f}   {alone:,.0f}/s by one", flush=True)


def main(waiting: int = WAITING) -> None:
    """Print the table."""
    with new_inbox() as url:
        if url is None:
            return
    accepting()
    working()
    claiming(waiting)
    calling()


if __name__ == "__main__":
    main(*(int(each) for each in sys.argv[1:]))

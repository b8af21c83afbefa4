"""How long a sync takes until it can be asked, beside the plain walk; and a search for deletions.

Against the simulator with its strict limits, on a clock that runs faster than the real one where
it takes minutes, so that rows and commits count with so many times what they take.
`python -m benchmarks.sync_time`; a number after it is how many runs under faults are made, of which
none may mark what is there.
"""

import asyncio
import contextlib
import logging
import sys
import tempfile
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from random import Random

from oncehub_async import Budget, Clock, Limits, OnceHub, OnceHubError, RetryPolicy
from oncehub_async._ground import read_zoned_time
from oncehub_async.simulator import Account, Fault, FaultKind, Simulator
from oncehub_async.sync import TABLES, AccountSync, SyncProgress, database_of, reading, sync

from .postgres_schema import address, new_schema

BOOKINGS, CONTACTS = 20_000, 20_000
LATENCY = 0.4
SPEED, FASTER = 5.0, 20.0
SPANS = (timedelta(days=7), timedelta(days=90))
LONG_LISTS = ("bookings", "contacts", "sms_notifications")
DELETED, RUNS = 20, 20
FAULTS: tuple[FaultKind, ...] = (
    "server_error", "html", "empty", "truncated_json", "rate_limit", "drop_after",
    "stuck_list", "repeating_link", "deleted_cursor", "foreign_link",
)  # fmt: skip


@asynccontextmanager
async def account_of(account: Account, speed: float) -> AsyncIterator[tuple[Simulator, OnceHub]]:
    """A strict service that nobody else asks, and a client."""
    async with Simulator(account, clock=Clock(speed=speed)) as sim:
        sim.inject(Fault("latency", seconds=LATENCY))
        budget = Budget(Limits(reserve=0), clock=sim.clock)
        async with OnceHub(
            sim.api_key, base_url=sim.url, clock=sim.clock, budget=budget
        ) as oncehub:
            yield sim, oncehub


async def walk_all() -> float:
    """Seconds that reading all lists takes, side by side: the least that a sync needs."""
    async with account_of(Account(bookings=BOOKINGS), SPEED) as (sim, oncehub):

        async def read(name: str) -> None:
            listing = getattr(oncehub, name).list()
            objects = listing.walk() if name in LONG_LISTS else listing
            if len(await objects.raw().collect()) != len([*sim.ids(name)]):
                raise AssertionError(f"{name}: not all were read")

        started = sim.clock.now()
        await asyncio.gather(*(read(name) for name in TABLES))
        return sim.clock.now() - started


async def sync_all(place: str, schema: str | None = None) -> float:
    """Seconds until everything is there."""
    async with account_of(Account(bookings=BOOKINGS), SPEED) as (sim, oncehub):
        started = sim.clock.now()
        found = await sync(oncehub, database_of(place, schema=schema))
        if not found.complete:
            raise AssertionError(found.errors)
        return sim.clock.now() - started


async def sync_newest(place: str, schema: str | None = None) -> list[float]:
    """Seconds until the newest 7 days and the newest 90 can be asked for, on the real clock."""
    async with account_of(Account(bookings=BOOKINGS), 1.0) as (sim, oncehub):
        times = (read_zoned_time(sim.object(each)["creation_time"]) for each in sim.ids("bookings"))
        newest, reached = max(each for each in times if each), asyncio.Event()
        seconds: list[float] = []

        def note(progress: SyncProgress) -> None:
            since = progress.tables["bookings"].complete_since
            while len(seconds) < 2 and since and since <= newest - SPANS[len(seconds)]:
                seconds.append(sim.clock.now() - started)
            if len(seconds) == 2:
                reached.set()

        started = sim.clock.now()
        database = database_of(place, schema=schema)
        async with AccountSync(oncehub, database, on_progress=note) as account:
            syncing = asyncio.create_task(account.run())
            await reached.wait()
            syncing.cancel()
            await asyncio.wait([syncing])
        return seconds


async def search(folder: Path) -> tuple[float, float, int]:
    """Minutes of a search among 20,000 contacts, its part of the budget, and what it found."""
    async with (
        account_of(Account(contacts=CONTACTS), FASTER) as (sim, oncehub),
        AccountSync(oncehub, folder / "contacts.duckdb") as account,
    ):
        await account.run()
        for each in Random(1).sample([*sim.ids("contacts")], DELETED):
            sim.delete(each)
        started, before = sim.clock.now(), sim.stats.requests
        found = await account.search_all()
        seconds, asked = sim.clock.now() - started, sim.stats.requests - before
    return seconds / 60, asked / seconds * 300 / 200, len(found.get("contacts", {}))


async def false_deletions(folder: Path, runs: int) -> tuple[int, int]:
    """Rows marked as deleted whose objects are there, and those that were deleted and marked."""
    account, wrong, right = Account(bookings=60, contacts=130, users=120, seed=2), 0, 0
    for run in range(runs):
        pick = Random(run)
        file = folder / f"{run}.duckdb"
        async with Simulator(account, clock=Clock(speed=100), limits=None) as sim:
            retry = RetryPolicy(attempts=2, first_delay=0.1, longest_delay=1.0)
            budget = Budget(Limits(1_000, 1_000_000, reserve=0), clock=sim.clock)
            async with (
                OnceHub(
                    sim.api_key, base_url=sim.url, clock=sim.clock, budget=budget, retry=retry
                ) as oncehub,
                AccountSync(oncehub, file) as synced,
            ):
                await synced.run()
                for _ in range(3):
                    sim.clear_faults()
                    sim.inject(*(Fault(pick.choice(FAULTS), rate=0.3) for _ in range(2)))
                    for name in ("users", "contacts", "bookings"):
                        sim.delete(pick.choice([*sim.ids(name)]))
                    await synced.round()
                    with contextlib.suppress(OnceHubError):
                        await synced.search_all()
            async with reading(file) as database:
                for name in ("users", "contacts", "bookings"):
                    marked = await database.fetch(f'SELECT id FROM "{name}" WHERE "_deleted"')
                    there = {*sim.ids(name)}
                    wrong += sum(each in there for (each,) in marked)
                    right += sum(each not in there for (each,) in marked)
        file.unlink()
    return wrong, right


def table(runs: int = RUNS) -> None:
    """Print all of it."""
    walked = asyncio.run(walk_all())
    print(f"{walked:6.0f}  s to walk all lists, {BOOKINGS:,} bookings at {LATENCY * 1000:.0f} ms")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        one, other = (str(folder / f"{each}.duckdb") for each in ("one", "other"))
        _tell("DuckDB", sync_all(one), sync_newest(other), walked)
        with new_schema() as schema, new_schema() as second:
            if schema is not None and second is not None:
                ways = sync_all(address(), schema), sync_newest(address(), second)
                _tell("PostgreSQL", *ways, walked)
        minutes, part, found = asyncio.run(search(folder))
        print(
            f"{minutes:6.1f}  minutes to find {found} of {DELETED} deleted among {CONTACTS:,} "
            f"contacts, with {part:.2f} of the budget",
            flush=True,
        )
        wrong, right = asyncio.run(false_deletions(folder, runs))
        print(f"{wrong:6}  false deletions in {runs:,} runs under faults, {right:,} true ones")
        if wrong or found != DELETED:
            raise AssertionError("what is marked as deleted isn't what was deleted")


def _tell(
    name: str,
    whole: Coroutine[None, None, float],
    newest: Coroutine[None, None, list[float]],
    walked: float,
) -> None:
    print(f"{asyncio.run(whole) / walked:6.2f}  times that to sync it into {name}", flush=True)
    week, quarter = asyncio.run(newest)
    told = f"{week:6.1f}  s until the newest 7 days are there, {quarter:.1f} until 90 are"
    print(told, flush=True)


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    table(*(int(each) for each in sys.argv[1:]))

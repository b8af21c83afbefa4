"""The newest days come first, interrupted syncs go on where they were, rounds are planned."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from oncehub_async import ClientStateError, Clock, InvalidParameterError
from oncehub_async._lists import (
    Coverage,
    Following,
    Placement,
    Position,
    Side,
    coverage_data,
    coverage_from,
)
from oncehub_async.errors import AuthenticationError
from oncehub_async.simulator import Account, Fault, Simulator
from oncehub_async.sync import TABLES, AccountSync, DatabaseBusyError, SyncProgress, sync
from oncehub_async.sync._account_sync import SyncedAccount
from oncehub_async.sync._history_windows import (
    HistoryWindow,
    ListPlace,
    moved_mark,
    windows_of,
)
from oncehub_async.sync._round_plan import ALWAYS_FIRST, IN_TURN, MOST_REQUESTS, lists_of_round

from .synced import client, differences, opened, rows_of

NEWEST = datetime(2026, 11, 1, 12, tzinfo=UTC)
ACCOUNT = Account(bookings=900, contacts=150, sms_notifications=50, seed=5)
SMALL = Account(bookings=120, contacts=30, sms_notifications=5, seed=5)
FAST = Clock(speed=100)


def test_the_windows_cover_all_and_overlap_nowhere() -> None:
    """The last 7 days, the last 90, the rest, as far back as is wanted."""
    week, quarter = NEWEST - timedelta(days=7), NEWEST - timedelta(days=90)
    assert windows_of(NEWEST, None) == (
        HistoryWindow(week, None),
        HistoryWindow(quarter, week),
        HistoryWindow(None, quarter),
    )
    for days in (0, 3, 7, 30, 90, 400):
        since = NEWEST - timedelta(days=days)
        windows = windows_of(NEWEST, since)
        assert windows[0].upper is None
        assert windows[-1].lower == since
        assert all(one.lower == other.upper for one, other in pairwise(windows))


def test_the_mark_moves_to_what_was_seen_before_the_round() -> None:
    """Never to what came with it, and never back."""
    one, two = NEWEST, NEWEST + timedelta(hours=1)
    assert moved_mark(None, one) == one
    assert moved_mark(one, two) == two
    assert moved_mark(two, one) == two
    assert moved_mark(one, None) == one
    place = ListPlace().noting([one, None, two], one)
    assert place.seen == one  # the other lies in the future


def test_a_place_is_kept_as_it_is() -> None:
    """With the coverage of the window that is being read."""
    coverage = Coverage()
    new = [Position(f"B-{i}", NEWEST - timedelta(minutes=i // 2)) for i in range(7)]
    coverage.add(Placement(0, Side.OLDER, 0, 7), new, following=Following("B-6", announced=True))
    older = [Position(f"C-{i}", NEWEST - timedelta(days=i + 1)) for i in range(3)]
    coverage.add(Placement(1, Side.OLDER, 0, 3, ends=True), older, older_than=NEWEST - timedelta(1))
    again = coverage_from(coverage_data(coverage))
    assert coverage_data(again) == coverage_data(coverage)
    assert [each.at_end for each in again.segments] == [False, True]
    place = ListPlace(
        begun=True, windows=windows_of(NEWEST, None), coverage=coverage, mark=NEWEST, seen=NEWEST
    )
    assert ListPlace.from_data(place.as_data()).as_data() == place.as_data()
    with pytest.raises((ValueError, KeyError, TypeError)):
        ListPlace.from_data({"begun": True})


def test_a_round_reads_what_it_can_for_eight_requests() -> None:
    """Whatever the lists' sizes, each has its turn."""
    for pages in ({}, {"users": 3}, {"users": 9, "webhooks": 2}):
        last_read = dict.fromkeys((*ALWAYS_FIRST, *IN_TURN), 0)
        seen: Counter[str] = Counter()
        for number in range(1, 41):
            lists = lists_of_round(last_read, pages, frozenset(), number)
            costs = [pages.get(each, 1) for each in lists]
            assert 2 + sum(costs) <= MOST_REQUESTS or len(lists) == 1
            seen.update(lists)
            last_read |= dict.fromkeys(lists, number)
        assert seen.keys() == {*ALWAYS_FIRST, *IN_TURN}
    busy = lists_of_round(last_read, {}, frozenset(), 41, is_busy=True)
    assert {*busy} == {*ALWAYS_FIRST, *IN_TURN}


async def test_the_newest_days_are_there_first(database_url: str) -> None:
    """What a table says is complete has been committed, and reaches further back each time."""
    told: list[datetime] = []

    def note(progress: SyncProgress) -> None:
        since = progress.tables["bookings"].complete_since
        if since is not None and (not told or told[-1] != since):
            told.append(since)

    async with Simulator(ACCOUNT, clock=FAST, limits=None) as sim, client(sim) as oncehub:
        await sync(oncehub, database_url, on_progress=note)
        assert len(told) >= 2
        assert told == sorted(told, reverse=True)


async def test_an_interrupted_sync_goes_on_where_it_was(database_url: str) -> None:
    """It fetches next to nothing twice."""
    async with Simulator(ACCOUNT, clock=FAST, limits=None) as sim, client(sim) as oncehub:
        sim.inject(Fault("latency", seconds=5))
        for _ in range(3):
            task = asyncio.ensure_future(sync(oncehub, database_url))
            await asyncio.sleep(1.2)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        sim.clear_faults()
        assert (await sync(oncehub, database_url)).complete
        pages = sim.stats.by_operation["list-all-bookings"]
        assert pages < 9 * 2 + 4 * 5  # a round's look for changes, and what was under way
        async with opened(database_url) as database:
            assert await differences(sim, database) == []


async def test_since_can_reach_further_back_later(database_url: str) -> None:
    """What is there isn't fetched again."""
    async with Simulator(ACCOUNT, clock=FAST, limits=None) as sim, client(sim) as oncehub:
        times = sorted(_created(sim, each) for each in sim.ids("bookings"))
        for since in (times[-150], times[-500]):
            assert (await sync(oncehub, database_url, since=since)).complete
            async with opened(database_url) as database:
                rows = await rows_of(database, "bookings")
                assert len(rows) == sum(each >= since for each in times)
        assert (await sync(oncehub, database_url)).complete
        async with opened(database_url) as database:
            assert await differences(sim, database) == []


def _created(sim: Simulator, key: str) -> datetime:
    return datetime.fromisoformat(sim.object(key)["creation_time"])


async def test_old_rows_stay_readable_until_the_new_ones_are_there(database_url: str) -> None:
    """A table that is read anew has never fewer rows than before."""
    counts = []
    async with Simulator(ACCOUNT, clock=FAST, limits=None) as sim, client(sim) as oncehub:
        await sync(oncehub, database_url)
        async with AccountSync(oncehub, database_url, resync=["bookings"]) as account:
            counts.append(len(await rows_of(account.database, "bookings")))
            state = account._account.states["bookings"]
            assert not state.complete
            assert (await account.run()).complete
            counts.append(len(await rows_of(account.database, "bookings")))
        assert counts == [900, 900]
        async with opened(database_url) as database:
            assert await differences(sim, database) == []


async def test_a_watch_brings_what_happens(database_url: str) -> None:
    """New, changed and deleted objects, also while history is read."""
    async with Simulator(ACCOUNT, clock=FAST, limits=None) as sim, client(sim) as oncehub:
        async with AccountSync(oncehub, database_url) as account:
            new = gone = ""
            async for found in account.watch(every=60):
                if found.complete and not new:
                    new, gone = sim.create("bookings"), [*sim.ids("contacts")][20]
                    sim.delete(gone)
                elif gone in found.deleted.get("contacts", ()):
                    break
                assert found.number < 400
            assert new in await rows_of(account.database, "bookings")
        async with opened(database_url) as database:
            assert await differences(sim, database) == []


async def test_events_go_in_at_once(database_url: str) -> None:
    """With the contact that they carry; what comes late overwrites nothing newer."""
    async with Simulator(ACCOUNT, clock=FAST, limits=None) as sim, client(sim) as oncehub:
        async with AccountSync(oncehub, database_url) as account:
            await account.run()
            key = next(iter(sim.ids("bookings")))
            booking = {**sim.object(key), "status": "no_show"}
            contact = sim.object(booking["contact"]) if booking.get("contact") else None

            async def handled(**changes: Any) -> dict[str, Any]:
                await account.handle(_Event({**booking, "contact": contact, **changes}))
                return (await rows_of(account.database, "bookings"))[key]

            later = "2026-11-02T00:00:00.000Z"
            assert (await handled(last_updated_time=later))["status"] == "no_show"
            late = "2020-01-01T00:00:00.000Z"
            assert (await handled(status="scheduled", last_updated_time=late))[
                "status"
            ] == "no_show"
            await account.handle(_Event({"id": "CVR-1", "object": "conversation"}))
            await account.handle(_Event("nonsense"))


class _Event:
    """What a receiver hands to a handler."""

    def __init__(self, data: Any) -> None:
        self.raw = {"type": "booking.no_show", "data": data}


async def test_what_fails_is_told_and_read_later(database_url: str) -> None:
    """The other tables go on."""
    async with Simulator(ACCOUNT, clock=FAST, limits=None) as sim:
        async with client(sim, retry_attempts=1) as oncehub:
            sim.inject(Fault("server_error", operations="list-all-contacts"))
            found = await sync(oncehub, database_url)
            assert found.errors.keys() == {"contacts"}
            assert not found.complete
            async with opened(database_url) as database:
                assert len(await rows_of(database, "bookings")) == 900
                table = database.dialect.table("_oncehub_sync")
                errors = await database.fetch(f"SELECT object FROM {table} WHERE error IS NOT NULL")
                assert errors == [("contacts",)]
            sim.clear_faults()
            assert (await sync(oncehub, database_url)).complete
            async with opened(database_url) as database:
                assert await differences(sim, database) == []
                assert len(await rows_of(database, TABLES[0])) == 900


async def test_a_watch_survives_a_database_that_goes_away(database_url: str) -> None:
    """What failed is told, and the next look begins with a new connection."""
    if database_url.startswith("duckdb"):
        pytest.skip("a file has no connection that could be lost")
    import asyncpg

    async with Simulator(ACCOUNT, clock=FAST, limits=None) as sim, client(sim) as oncehub:
        async with AccountSync(oncehub, database_url) as account:
            lost, recovered = False, False
            async for found in account.watch(every=60):
                if not lost and found.complete:
                    other = await asyncpg.connect(database_url.partition("?")[0])
                    assert await other.fetchval(
                        "SELECT pg_terminate_backend(l.pid) FROM pg_locks l "
                        "WHERE l.locktype = 'advisory' AND l.objid::bigint = "
                        "(hashtext($1)::bigint & 4294967295)",
                        database_url.partition("schema=")[2],
                    )
                    await other.close()
                    lost, new = True, sim.create("bookings")
                elif lost and not found.errors and found.changes.get("bookings"):
                    recovered = True
                    break
                assert found.number < 100
            assert recovered
            assert new in await rows_of(account.database, "bookings")


async def test_a_database_that_is_busy_holds_up_no_watch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What a look couldn't write is told and written at the next; only at the first it is an error."""
    write = SyncedAccount.write
    busy = True

    async def refuse(self: SyncedAccount, *arguments: Any, **settings: Any) -> Any:
        if busy:
            raise DatabaseBusyError("account.duckdb is open in another program; close it there")
        return await write(self, *arguments, **settings)

    async with Simulator(SMALL, clock=FAST, limits=None) as sim, client(sim) as oncehub:
        async with AccountSync(oncehub, tmp_path / "account.duckdb") as account:
            monkeypatch.setattr(SyncedAccount, "write", refuse)
            with pytest.raises(DatabaseBusyError):
                await anext(account.watch(every=60))
            busy, told = False, list[bool]()
            async for found in account.watch(every=60):
                if not told:
                    busy = True  # before history is read, and while the next look is
                elif len(told) == 2:
                    assert found.errors == {
                        "database": "account.duckdb is open in another program; close it there"
                    }
                    busy = False
                told.append("database" in found.errors)
                if found.complete:
                    break
                assert found.number < 100
            assert told[:3] == [False, True, True]
            assert told[-1] is False
        assert "history is read on later: account.duckdb is open" in caplog.text
        async with opened(str(tmp_path / "account.duckdb")) as database:
            assert await differences(sim, database) == []


async def test_a_key_that_is_revoked_ends_a_sync_and_a_watch(tmp_path: Path) -> None:
    """While changes are looked for, history is read or deletions are searched for."""
    for during in ("list-all-users", "list-all-bookings", "list-all-contacts"):
        database = tmp_path / f"{during}.duckdb"
        async with Simulator(SMALL, clock=FAST, limits=None) as sim, client(sim) as oncehub:
            sim.inject(Fault("server_error", during, status=401))
            with pytest.raises(AuthenticationError):
                await sync(oncehub, database)
            sim.clear_faults()
            async with AccountSync(oncehub, database) as account:
                with pytest.raises(AuthenticationError):
                    async for found in account.watch(every=60):
                        if found.number > 1:
                            sim.inject(Fault("server_error", during, status=401))
                        assert found.number < 100


async def test_what_is_not_open_and_too_few_seconds_are_refused(tmp_path: Path) -> None:
    """Before anything is asked."""
    async with Simulator(SMALL, clock=FAST, limits=None) as sim, client(sim) as oncehub:
        account = AccountSync(oncehub, tmp_path / "account.duckdb")
        for use in (account.run(), account.round(), account.check(), account.search_all()):
            with pytest.raises(ClientStateError, match="open the sync first"):
                await use
        async with account:
            with pytest.raises(InvalidParameterError, match="every: has to be 10 seconds or more"):
                await anext(account.watch(every=9))
        assert sim.stats.requests == 0


async def test_a_search_that_fails_is_told_and_begins_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The watch goes on, and finds what was deleted once the service answers again."""
    async with Simulator(SMALL, clock=FAST, limits=None) as sim:
        async with client(sim, retry_attempts=1) as oncehub:
            await sync(oncehub, tmp_path / "account.duckdb")
            gone = [*sim.ids("contacts")][10]
            sim.delete(gone)
            sim.inject(Fault("server_error", "list-all-contacts", status=501))
            async with AccountSync(oncehub, tmp_path / "account.duckdb") as account:
                async for found in account.watch(every=10):
                    if "the search for deletions stopped" in caplog.text:
                        sim.clear_faults()
                    if gone in found.deleted.get("contacts", ()):
                        break
                    assert found.number < 400
            assert "contacts: the search for deletions stopped: " in caplog.text

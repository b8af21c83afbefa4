"""Rows are written at times that never go back, whatever the clock does."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest

from oncehub_async import Budget, Clock, OnceHub
from oncehub_async.privacy import PersonPlaces, erase_person
from oncehub_async.simulator import Account, Simulator
from oncehub_async.sync import (
    TABLES,
    AccountSync,
    Batch,
    Blanking,
    Database,
    Deletion,
    Upsert,
    Writing,
    column_policy,
    sync,
    table_of,
)
from oncehub_async.sync._object_rows import row_of
from oncehub_async.sync._row_stamps import stamp_after

from ..privacy.someone import put
from .synced import UNTHROTTLED, differences, opened, rows_of
from .test_column_policies import everything

ACCOUNT = Account(bookings=160, contacts=60, sms_notifications=20, seed=9)
YEAR = timedelta(days=365)
NOW = datetime(2026, 11, 27, 12, 0, 0, 5, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


@attrs.frozen
class SetBack(Clock):
    """A clock whose date somebody sets."""

    by: list[timedelta] = attrs.Factory(lambda: [timedelta()])

    def date(self) -> datetime:
        """The date, as it was set."""
        return super().date() - self.by[0]


@asynccontextmanager
async def account(by: timedelta = timedelta()) -> AsyncIterator[tuple[Simulator, OnceHub, SetBack]]:
    """An account, and a client on a machine whose clock can be set back."""
    clock = SetBack(100.0, [by])
    async with (
        Simulator(ACCOUNT, clock=Clock(100), limits=None) as sim,
        OnceHub(
            sim.api_key, base_url=sim.url, clock=clock, budget=Budget(UNTHROTTLED, clock=clock)
        ) as oncehub,
    ):
        yield sim, oncehub, clock


async def stamps(url: str) -> dict[str, datetime]:
    """When each row was written, of all tables."""
    async with opened(url) as database:
        return {
            key: row["_synced_at"]
            for name in TABLES
            for key, row in (await rows_of(database, name)).items()
        }


def change(sim: Simulator) -> set[str]:
    """New, changed and deleted objects: their ids."""
    touched = [*[*sim.ids("bookings")][:5], *[*sim.ids("contacts")][:5]]
    for each in touched:
        sim.touch(each)
    gone = [*sim.ids("users")][2]
    sim.delete(gone)
    return {*touched, gone, sim.create("contacts"), sim.create("bookings")}


@pytest.mark.parametrize(
    ("latest", "now", "stamp"),
    [
        (None, NOW, NOW),
        (NOW - MICROSECOND, NOW, NOW),
        (NOW, NOW, NOW + MICROSECOND),
        (NOW, NOW - YEAR, NOW + MICROSECOND),
    ],
)
def test_each_is_later_than_the_one_before(
    latest: datetime | None, now: datetime, stamp: datetime
) -> None:
    """By a microsecond at least; and the clock's own, where that is later."""
    assert stamp_after(latest, now) == stamp


async def test_a_clock_set_back_between_runs(database_url: str) -> None:
    """What changed is later than all that was there; what didn't, stays as it was."""
    async with account() as (sim, oncehub, clock):
        await sync(oncehub, database_url)
        before = await stamps(database_url)
        changed = change(sim)
        clock.by[0] = YEAR
        async with AccountSync(oncehub, database_url) as synced:
            await synced.run()
            written = {name: await synced.rows_written(name) for name in TABLES}
        after = await stamps(database_url)
        assert {key for key in after if after[key] != before.get(key)} >= changed
        later = {key: each for key, each in after.items() if each != before.get(key)}
        assert min(later.values()) > max(before.values())
        assert sum(written.values()) == len(later)
        async with opened(database_url) as database:
            assert await differences(sim, database) == []


async def test_a_clock_set_back_within_a_run(database_url: str) -> None:
    """Round after round; and deletions of long lists are found all the same."""
    async with (
        account() as (sim, oncehub, clock),
        AccountSync(oncehub, database_url) as synced,
    ):
        await synced.run()
        first = await _latest(synced.database)
        clock.by[0] = YEAR
        changed = change(sim)
        await synced.round()
        second = await _latest(synced.database)
        assert second > first
        rows = await rows_of(synced.database, "contacts")
        assert all(rows[key]["_synced_at"] > first for key in changed & rows.keys())
        gone = [*sim.ids("contacts")][9]
        sim.delete(gone)
        assert {*(await synced.search_all())["contacts"]} == {gone}
        row = (await rows_of(synced.database, "contacts"))[gone]
        assert row["_deleted"]
        assert row["_synced_at"] > second


async def _latest(database: Database) -> datetime:
    found = [row for name in TABLES for row in (await rows_of(database, name)).values()]
    latest: datetime = max(row["_synced_at"] for row in found)
    return latest


async def test_every_writer_takes_the_time_of_the_commit(database_url: str) -> None:
    """Rows, deletions, what is blanked: one time for all of a commit, later than any before."""
    table = table_of("contacts")
    rows = [row_of(table, {"id": f"CTC-{number}", "city": "Ulm"}) for number in range(4)]
    later = row_of(table, {"id": "CTC-1", "city": "Bonn"})
    async with opened(database_url) as database:
        await database.commit(Batch(upserts=[Upsert("contacts", rows)], now=NOW))
        for number, more in enumerate(
            (
                {"upserts": [Upsert("contacts", [later])]},
                {"upserts": [Upsert("contacts", rows[:1], Writing.ALL)]},
                {"deletions": [Deletion("contacts", {"CTC-2": None})]},
                {"blankings": [Blanking("contacts", ["city"], NOW)]},
                {"settings": {"a": "b"}},
            ),
            start=1,
        ):
            held: Any = more
            await database.commit(Batch(**held, now=NOW - YEAR))
            found = await rows_of(database, "contacts")
            changed = [key for key, row in found.items() if row["_synced_at"] > NOW]
            assert len(changed) == min(number, 4)
            assert max(row["_synced_at"] for row in found.values()) == NOW + MICROSECOND * min(
                number, 4
            )
        assert found["CTC-3"]["city"] is None
        assert found["CTC-1"]["city"] == "Bonn"  # it was written later


async def test_a_database_of_an_older_version(database_url: str) -> None:
    """It kept no latest time: its rows tell."""
    async with account() as (sim, oncehub, clock):
        await sync(oncehub, database_url)
        before = await stamps(database_url)
        async with opened(database_url) as database:
            settings = database.dialect.table("_oncehub_settings")
            await database.commit(
                Batch(
                    now=NOW,
                    statements=[f"UPDATE {settings} SET value = '3' WHERE name = 'schema_version'"],
                )
            )
            await _forget_latest(database)
        clock.by[0] = YEAR
        changed = change(sim)
        await sync(oncehub, database_url)
        after = await stamps(database_url)
        assert min(after[key] for key in changed) > max(before.values())
        async with opened(database_url) as database:
            kept = await database.fetch(
                f"SELECT value FROM {settings} WHERE name = 'schema_version'"
            )
            assert int(kept[0][0]) >= 4


async def _forget_latest(database: Database) -> None:
    settings = database.dialect.table("_oncehub_settings")
    if database.dialect.name == "duckdb":
        import duckdb

        await database.close()
        with duckdb.connect(database.shown) as connection:
            connection.execute(f"DELETE FROM {settings} WHERE name = 'latest_synced_at'")
        await database.open()
        return
    connection = database._connection  # type: ignore[attr-defined]
    await connection.execute(f"DELETE FROM {settings} WHERE name = 'latest_synced_at'")


async def test_an_erased_person_is_a_change(database_url: str) -> None:
    """Whoever loads rows from here is told, also where this machine's clock is behind."""
    async with account() as (sim, oncehub, clock):
        contact = [*sim.ids("contacts")][3]
        put(sim, contact, email="zoe@mail.example")
        await sync(oncehub, database_url)
        before = max((await stamps(database_url)).values())
        clock.by[0] = YEAR
        places = PersonPlaces(oncehub=oncehub, databases=[database_url])
        await erase_person("zoe@mail.example", places, apply=True)
        assert (await stamps(database_url))[contact] > before


@pytest.mark.parametrize("killed", [False, True])
async def test_what_is_blocked_later_is_in_no_byte(
    database_url: str, tmp_path: Path, killed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also of what has been deleted, with a clock that was set back; and whoever loads is told."""
    policy = column_policy(block=["contacts.last_name", "users.last_name"])
    async with account() as (sim, oncehub, clock):
        gone, user = [*sim.ids("contacts")][5], [*sim.ids("users")][4]
        put(sim, gone, last_name="Quaddlestone")
        put(sim, user, last_name="Wobblethwaite")
        await sync(oncehub, database_url)
        before = max((await stamps(database_url)).values())
        sim.delete(gone)
        sim.delete(user)
        await sync(oncehub, database_url)
        clock.by[0] = YEAR
        if killed:
            await _killed_before_it_scrubs(oncehub, database_url, policy, monkeypatch)
            await sync(oncehub, database_url, policy=policy)
        else:
            await sync(oncehub, database_url, policy=policy, resync=["all"])
        assert (await stamps(database_url))[gone] > before
        async with opened(database_url) as database:
            rows = await rows_of(database, "contacts")
            assert {row["last_name"] for row in rows.values()} == {None}
            found = await everything(database, tmp_path)
        found += b"".join(each.read_bytes() for each in tmp_path.rglob("*") if each.is_file())
        assert b"Quaddlestone" not in found
        assert b"Wobblethwaite" not in found


async def _killed_before_it_scrubs(
    oncehub: OnceHub, url: str, policy: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced = AccountSync(oncehub, url, policy=policy, resync=["all"])

    async def killed(tables: Any) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as patched:
        patched.setattr(synced.database, "scrub", killed)
        with pytest.raises(RuntimeError, match="killed"):
            async with synced:
                await synced.run()

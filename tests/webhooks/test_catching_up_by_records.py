"""What a synced database knows of bookings counts when it is caught up, as far as it may."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from oncehub_async import InvalidParameterError
from oncehub_async.sync import AccountSync, NewerSchemaError, SyncedBookings, column_policy
from oncehub_async.webhooks import CaughtUp

from .missed_events import URL, Missing, missing_events

HOUR = 3_600.0


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "account.duckdb"


def missing_now(folder: Path) -> AbstractAsyncContextManager[Missing]:
    """In the present: a sync says by this machine's clock when it wrote what."""
    return missing_events(folder, start=datetime.now(UTC))


async def synced(account: Missing, database: Path) -> None:
    async with AccountSync(account.oncehub, database) as sync:
        assert (await sync.run()).complete


async def caught_up(account: Missing, database: Path, *, dry_run: bool = False) -> CaughtUp:
    async with account.receiver() as receiver:
        records = SyncedBookings(database)
        report = await receiver.catch_up(account.oncehub, records=records, dry_run=dry_run)
        await receiver.idle()
    return report


async def test_a_first_start_goes_on_where_the_database_ends(
    tmp_path: Path, database: Path
) -> None:
    """However long ago that was: what it has is known, all that changed since is missing, once."""
    async with missing_now(tmp_path) as account:
        account.deliver_to_nobody()
        before = account.change(20, 60.0)
        await synced(account, database)
        account.clock.move(100 * HOUR)
        changed = account.change(30, 60.0)
        account.clock.move(100 * HOUR)
        dry = await caught_up(account, database, dry_run=True)
        report = await caught_up(account, database)
        assert report.missing == dry.missing
        assert report.known > 0
        handled = account.handled_states()
        assert len(set(handled)) == len(handled) == sum(report.missing.values())
        assert account.states(changed) <= set(handled)
        unchanged = before - changed
        assert unchanged
        assert not unchanged & {booking for booking, _ in handled}
        again = await caught_up(account, database)
        assert again.missing == {}


@pytest.mark.parametrize("is_first_start", [True, False])
async def test_it_tells_what_bookings_were_before(
    is_first_start: bool, tmp_path: Path, database: Path
) -> None:
    """Of which the inbox has no event: one that was rescheduled before isn't so now."""
    async with missing_now(tmp_path) as account, account.receiver() as receiver:

        async def forget(headers: Mapping[str, str], body: bytes) -> int:
            return 200  # so that it isn't delivered again

        async def hear() -> None:
            account.deliver_to(receiver)
            account.sim.happen("booking.scheduled")
            await account.sim.delivered()
            account.sim.route(URL, forget)

        if not is_first_start:
            await hear()
        account.sim.route(URL, forget)
        booking = account.sim.happen("booking.rescheduled")
        await account.sim.delivered()
        await synced(account, database)
        account.clock.move(4 * HOUR)
        await hear()
        account.clock.move(80 * HOUR)
        account.sim.touch(booking)
        alone = await receiver.catch_up(account.oncehub, dry_run=True)
        assert alone.missing["booking.rescheduled"] >= 1
        await receiver.catch_up(account.oncehub, records=SyncedBookings(database))
        await receiver.idle()
    told = [each.type for each in account.handled if each.raw["data"]["id"] == booking]
    assert told == ["booking.changed"]


async def test_what_was_synced_while_nobody_listened_is_missing_all_the_same(
    tmp_path: Path, database: Path
) -> None:
    """A database that is kept current knows all; handlers have heard of nothing."""
    async with missing_now(tmp_path) as account:
        before = await account.heard(5)
        account.deliver_to_nobody()
        account.clock.move(2 * HOUR)
        changed = account.change(40, 60.0)
        await synced(account, database)
        account.clock.move(2 * HOUR)
        report = await caught_up(account, database)
        assert sum(report.missing.values()) >= len(changed)
        assert account.states(before | changed) <= set(account.handled_states())


async def test_a_time_that_is_named_counts(tmp_path: Path, database: Path) -> None:
    """What changed after it is missing, though the database has it."""
    async with missing_now(tmp_path) as account:
        account.deliver_to_nobody()
        since = account.sim.now()
        account.clock.move(60.0)
        changed = account.change(10, 60.0)
        await synced(account, database)
        async with account.receiver() as receiver:
            records = SyncedBookings(database)
            report = await receiver.catch_up(account.oncehub, since=since, records=records)
            await receiver.idle()
        assert sum(report.missing.values()) >= len(changed)
        assert account.states(changed) <= set(account.handled_states())


async def test_a_database_that_can_not_tell_is_refused(tmp_path: Path, database: Path) -> None:
    """One that isn't there, and one that keeps out what is compared; nothing is put."""
    async with missing_now(tmp_path) as account:
        with pytest.raises(InvalidParameterError, match="oncehub sync"):
            await caught_up(account, database)
        policy = column_policy(block=["bookings.status"])
        async with AccountSync(account.oncehub, database, policy=policy) as sync:
            await sync.run()
        with pytest.raises(InvalidParameterError, match=r"has no bookings\.status"):
            await caught_up(account, database)
        assert account.handled == []


async def test_what_a_sync_writes_meanwhile_is_missing(tmp_path: Path, database: Path) -> None:
    """One that is kept current knows of a change before it is compared; no handler was told."""
    async with missing_now(tmp_path) as account:
        account.deliver_to_nobody()
        await synced(account, database)
        changed = account.change(5, 1.0)

        class SyncedMeanwhile(SyncedBookings):
            async def up_to(self) -> datetime:
                told = await super().up_to()
                await synced(account, database)
                return told

        async with account.receiver() as receiver:
            report = await receiver.catch_up(account.oncehub, records=SyncedMeanwhile(database))
            await receiver.idle()
        assert sum(report.missing.values()) == len(changed)
        assert account.states(changed) == set(account.handled_states())


async def test_a_clock_that_was_ahead_is_told(tmp_path: Path, database: Path) -> None:
    """By its time nothing would have changed since the sync."""
    async with missing_now(tmp_path) as account:
        account.deliver_to_nobody()
        account.clock.move(30 * HOUR)
        await synced(account, database)
        account.clock.move(-30 * HOUR)
        account.change(5, 1.0)
        with pytest.raises(InvalidParameterError, match="still to come: a clock is wrong"):
            await caught_up(account, database)
        assert account.handled == []


async def test_what_an_inbox_in_use_has_forgotten_is_not_handled_again(
    tmp_path: Path, database: Path
) -> None:
    """It has an event about as old as it remembers, and the database is older than that."""
    async with missing_now(tmp_path) as account:
        await synced(account, database)
        for _ in range(12):
            account.clock.move(24 * HOUR)
            await account.heard(1)
        async with account.receiver() as receiver:
            await receiver.idle()
        handled = len(account.handled)
        with pytest.raises(InvalidParameterError, match=r"remembers 7 days .* name a later time"):
            await caught_up(account, database)
        assert len(account.handled) == handled


async def test_a_later_version_of_the_tables_is_refused(tmp_path: Path, database: Path) -> None:
    """What it means isn't known."""
    async with missing_now(tmp_path) as account:
        await synced(account, database)
        with duckdb.connect(str(database)) as connection:
            connection.execute(
                "UPDATE _oncehub_settings SET value = '99' WHERE name = 'schema_version'"
            )
        with pytest.raises(NewerSchemaError, match="schema version 99"):
            await caught_up(account, database)

"""What was created before the time that was asked for: neither read nor forgotten."""

from datetime import timedelta

from oncehub_async._ground import read_time
from oncehub_async.simulator import Account, Simulator
from oncehub_async.sync import AccountSync, reading, sync

from .synced import client, opened, rows_of

ACCOUNT = Account(bookings=150, contacts=40, seed=3)


async def test_rows_from_an_earlier_day_are_kept_current(database_url: str) -> None:
    """`--since 90d` is another time each day; what was there yesterday changes all the same."""
    async with Simulator(ACCOUNT, limits=None) as sim, client(sim) as oncehub:
        later = sim.now() - timedelta(days=50)
        await sync(oncehub, database_url, since=sim.now() - timedelta(days=100))
        async with opened(database_url) as database:
            rows = await rows_of(database, "bookings")
        old = next(key for key, row in rows.items() if row["creation_time"] < later)
        sim.touch(old)
        assert not (await sync(oncehub, database_url, since=later)).errors
        async with opened(database_url) as database:
            row = (await rows_of(database, "bookings"))[old]
        assert row["last_updated_time"] == read_time(sim.object(old)["last_updated_time"])


async def test_the_search_for_deletions_brings_nothing_older(database_url: str) -> None:
    """Nor does it go through what isn't there; of what is there it finds what is gone."""
    async with Simulator(ACCOUNT, limits=None) as sim, client(sim) as oncehub:
        since = sim.now() - timedelta(days=50)
        async with AccountSync(oncehub, database_url, since=since) as account:
            await account.run()
            before = await rows_of(account.database, "bookings")
            assert 0 < len(before) < 150
            gone = [*before][1]
            sim.delete(gone)
            assert (await account.search_all())["bookings"] == {gone: None}
            assert (await rows_of(account.database, "bookings")).keys() == before.keys()


async def test_a_resync_of_less_says_so(database_url: str) -> None:
    """Of what is older, nothing is known any more: the state has from when on all is there."""
    async with Simulator(ACCOUNT, limits=None) as sim, client(sim) as oncehub:
        await sync(oncehub, database_url)
        since = sim.now() - timedelta(days=50)
        assert (await sync(oncehub, database_url, since=since, resync=["all"])).complete
        async with reading(database_url) as reader:
            told = await reader.fetch(
                f"SELECT first_wanted FROM {reader.dialect.table('_oncehub_sync')} "
                "WHERE object = 'bookings'"
            )
        assert told == [(since,)]

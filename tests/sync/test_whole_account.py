"""A synced database holds what the account holds, field by field, in both databases."""

import pytest

from oncehub_async import Clock
from oncehub_async.simulator import Account, Simulator
from oncehub_async.sync import TABLES, AccountSync, sync

from .synced import client, differences, opened, rows_of

ACCOUNT = Account(bookings=900, contacts=350, sms_notifications=150, seed=5)
FAST = Clock(speed=100)


async def test_the_database_equals_the_account(database_url: str) -> None:
    """With the quirks of live accounts, and without anything missing or twice."""
    async with Simulator(ACCOUNT, clock=FAST, limits=None) as sim, client(sim) as oncehub:
        found = await sync(oncehub, database_url)
        assert found.complete
        assert found.errors == {}
        async with opened(database_url) as database:
            assert await differences(sim, database) == []
            for name in TABLES:
                assert len(await rows_of(database, name)) == sim.counts[name]


async def test_changes_come_with_the_next_round(database_url: str) -> None:
    """New ones, changed ones, and deleted ones of the short lists."""
    async with Simulator(ACCOUNT, clock=FAST, limits=None) as sim, client(sim) as oncehub:
        async with AccountSync(oncehub, database_url) as account:
            await account.run()
            new = [sim.create("bookings"), sim.create("contacts"), sim.create("users")]
            touched = [*sim.ids("bookings")][400]
            sim.touch(touched)
            gone = [*sim.ids("users")][3]
            sim.delete(gone)
            found = await account.round()
            assert found.changes["bookings"] >= 2
            assert found.deleted == {"users": (gone,)}
        async with opened(database_url) as database:
            assert await differences(sim, database) == []
            assert {each for each in new if each.startswith("BKNG")} <= {
                *await rows_of(database, "bookings")
            }


async def test_a_quiet_round_costs_at_most_eight_requests(database_url: str) -> None:
    """Again and again, and every list has its turn."""
    async with Simulator(ACCOUNT, clock=FAST, limits=None) as sim, client(sim) as oncehub:
        await sync(oncehub, database_url)
        read = set()
        for _ in range(3):
            before = sim.stats.requests
            found = await sync(oncehub, database_url)
            assert sim.stats.requests - before <= 8
            read |= {*found.changes}
            assert sum(found.changes[name] for name in ("bookings", "contacts")) == 0
        assert read == {*TABLES}


@pytest.mark.parametrize("product", ["calendars", "pages"])
async def test_an_account_of_one_product(database_url: str, product: str) -> None:
    """What it doesn't have isn't missing."""
    account = Account(bookings=50, contacts=20, product=product)  # type: ignore[arg-type]
    async with Simulator(account, clock=FAST, limits=None) as sim, client(sim) as oncehub:
        found = await sync(oncehub, database_url)
        assert found.complete
        before = sim.stats.requests
        assert (await sync(oncehub, database_url)).complete
        assert sim.stats.requests - before <= 8

"""What is marked as deleted has been deleted, and what has been deleted is found."""

from datetime import timedelta
from random import Random
from typing import Any

import pytest

from oncehub_async import Clock
from oncehub_async.simulator import Account, Fault, Simulator
from oncehub_async.sync import AccountSync, OtherAccountError, sync
from oncehub_async.sync._deletion_search import SHARE, seconds_apart

from .synced import client, differences, opened, rows_of

ACCOUNT = Account(bookings=260, contacts=420, sms_notifications=20, seed=8)
FAST = Clock(speed=100)


async def test_deleted_contacts_and_bookings_are_found(database_url: str) -> None:
    """Wherever they stood in the list; their rows stay, with what they held, and are marked."""
    async with Simulator(ACCOUNT, clock=FAST, limits=None) as sim, client(sim) as oncehub:
        async with AccountSync(oncehub, database_url) as account:
            await account.run()
            ids = [*sim.ids("contacts")]
            gone = {ids[0], ids[99], ids[100], ids[101], ids[250], ids[-1]}
            emails = {each: sim.object(each)["email"] for each in gone}
            for each in gone:
                sim.delete(each)
            booking = [*sim.ids("bookings")][130]
            sim.delete(booking)
            found = await account.search_all()
            assert {*found["contacts"]} == gone
            assert {*found["bookings"]} == {booking}
            assert await account.search_all() == {}
        async with opened(database_url) as database:
            assert await differences(sim, database) == []
            rows = await rows_of(database, "contacts")
            assert {each for each, row in rows.items() if row["_deleted"]} == gone
            for each in gone:
                assert rows[each]["email"] == emails[each]
                assert rows[each]["_deleted_seen_at"] is not None


async def test_many_of_one_instant_are_compared_too(database_url: str) -> None:
    """An import makes contacts by the hundred at once: more than a page, so no time tells them
    apart."""
    account_of = Account(bookings=3, contacts=690, seed=8)  # 230 of each of three instants
    async with Simulator(account_of, clock=FAST, limits=None) as sim, client(sim) as oncehub:
        async with AccountSync(oncehub, database_url) as account:
            await account.run()
            ids = [*sim.ids("contacts")]
            assert len({sim.object(each)["creation_time"] for each in ids}) == 3
            gone = {ids[each] for each in (0, 99, 100, 150, 229, 230, 400, 689)}
            for each in gone:
                sim.delete(each)
            before = sim.stats.requests
            found = await account.search_all()
            assert {*found["contacts"]} == gone
            # A page twice where an instant begins within it.
            assert sim.stats.requests - before <= 7 + 3 + 2 * len(gone) + 2
        async with opened(database_url) as database:
            assert await differences(sim, database) == []


async def test_it_is_known_when_all_was_compared(database_url: str) -> None:
    """Short lists with each look, long ones once a search reached the end; a restart keeps it."""
    async with Simulator(ACCOUNT, clock=FAST, limits=None) as sim, client(sim) as oncehub:
        before = oncehub.clock.date()
        async with AccountSync(oncehub, database_url) as account:
            await account.run()
            shown = account.progress.tables
            times = [shown[name].complete_up_to for name in ("users", "contacts", "bookings")]
            assert all(each is not None and each >= before for each in times)
            assert shown["users"].reconciled == shown["users"].complete_up_to
            assert shown["contacts"].reconciled is None
            await account.search_all()
            found = shown["contacts"].reconciled
            assert found is not None
            assert found >= before
            assert shown["sms_notifications"].reconciled is None
        async with AccountSync(oncehub, database_url) as account:
            assert account.progress.tables["contacts"].reconciled == found


@pytest.mark.parametrize("is_known", [True, False], ids=["after a look", "before the next look"])
async def test_a_merged_contact_is_told(database_url: str, is_known: bool) -> None:
    """One id is gone, and another has its email address: that is where it went."""
    async with Simulator(ACCOUNT, clock=FAST, limits=None) as sim, client(sim) as oncehub:
        async with AccountSync(oncehub, database_url) as account:
            await account.run()
            gone = next(each for each in sim.ids("contacts") if sim.object(each).get("email"))
            email, name = sim.object(gone)["email"], sim.object(gone)
            sim.delete(gone)
            kept = await oncehub.contacts.create(
                first_name="Kept", last_name=str(name["last_name"]), email=email
            )
            if is_known:
                await account.round()
            assert (await account.search_all())["contacts"] == {gone: kept.id}
        async with opened(database_url) as database:
            assert (await rows_of(database, "contacts"))[gone]["_merged_into"] == kept.id


async def test_one_of_two_that_are_gone_is_no_place_to_go(database_url: str) -> None:
    """Merged into another, and that one into a third, which has the address now."""
    async with Simulator(ACCOUNT, clock=FAST, limits=None) as sim, client(sim) as oncehub:
        async with AccountSync(oncehub, database_url) as account:
            one = await oncehub.contacts.create(first_name="A", last_name="A", email="a@x.example")
            await account.run()
            sim.delete(one.id)
            two = await oncehub.contacts.create(first_name="B", last_name="B", email="a@x.example")
            await account.round()
            sim.delete(two.id)
            kept = await oncehub.contacts.create(first_name="C", last_name="C", email="a@x.example")
            found = (await account.search_all())["contacts"]
            assert found == {one.id: kept.id, two.id: kept.id}


@pytest.mark.parametrize(
    "fault",
    [
        Fault("server_error", operations="list-all-users"),
        Fault("html", operations="list-all-users"),
        Fault("empty", operations="list-all-users"),
        Fault("truncated_json", operations="list-all-users"),
        Fault("stuck_list", operations="list-all-users"),
        Fault("foreign_link", operations="list-all-users"),
    ],
)
async def test_a_fault_is_no_deletion(database_url: str, fault: Fault) -> None:
    """Of whatever kind; the round says what went wrong, and the other tables are read."""
    account_of = Account(bookings=20, contacts=20, users=150, seed=8)
    async with Simulator(account_of, clock=FAST, limits=None) as sim:
        async with client(sim, retry_attempts=2) as oncehub:
            async with AccountSync(oncehub, database_url) as account:
                await account.run()
                sim.inject(fault)
                await account.round()
            async with opened(database_url) as database:
                rows = await rows_of(database, "users")
                assert len(rows) == 150
                assert not any(row["_deleted"] for row in rows.values())


async def test_a_list_that_comes_empty_or_short_is_no_deletion(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each object that is missing is asked about, and says that it is there."""
    from oncehub_async.sync import _list_reading as reading

    async with Simulator(ACCOUNT, clock=FAST, limits=None) as sim, client(sim) as oncehub:
        async with AccountSync(oncehub, database_url) as account:
            await account.run()
            real = reading.listing_of

            def short(account: Any, name: str, **arguments: Any) -> Any:
                listing = real(account, name, **arguments)
                if name in ("users", "teams"):
                    return _Short(listing, name)
                return listing

            monkeypatch.setattr(reading, "listing_of", short)
            found = await account.round()
            assert found.deleted == {}
        async with opened(database_url) as database:
            assert await differences(sim, database) == []


class _Short:
    """A list that ends too early, as if nothing were wrong."""

    def __init__(self, listing: Any, name: str) -> None:
        self._listing, self._kept = listing, 3 if name == "users" else 0

    async def pages(self) -> Any:
        import attrs

        page = await self._listing.first_page()
        yield attrs.evolve(page, items=page.items[: self._kept], next_cursor=None)


async def test_another_account_is_refused(database_url: str) -> None:
    """Before a row is written: two accounts in one database can't be told apart any more."""
    one, other = Account(bookings=30, contacts=10), Account(bookings=30, contacts=10, seed=99)
    async with Simulator(one, clock=FAST, limits=None) as sim, client(sim) as oncehub:
        await sync(oncehub, database_url)
        async with Simulator(other, clock=FAST, limits=None) as second, client(second) as wrong:
            with pytest.raises(OtherAccountError, match="another database"):
                await sync(wrong, database_url)
        async with opened(database_url) as database:
            assert await differences(sim, database) == []


async def test_the_search_takes_a_fifth_of_the_budget_at_most(tmp_path: Any) -> None:
    """20,000 contacts are 200 pages, which takes 25 minutes."""
    async with Simulator(ACCOUNT, limits=None) as sim:
        from oncehub_async import OnceHub

        async with OnceHub(sim.api_key, base_url=sim.url) as oncehub:
            async with AccountSync(oncehub, tmp_path / "a.duckdb") as account:
                await account.round()
                apart = seconds_apart(account._account)
                assert apart >= 300 / (200 * SHARE)
                assert timedelta(seconds=200 * apart) < timedelta(minutes=40)


async def test_no_false_deletion_at_random(database_url: str) -> None:
    """Faults of all kinds, many rounds: what is marked has been deleted."""
    random = Random(4)
    account_of = Account(bookings=60, contacts=130, users=120, seed=2)
    kinds = ("server_error", "html", "empty", "truncated_json", "rate_limit", "drop_after",
             "stuck_list", "repeating_link", "deleted_cursor", "foreign_link")  # fmt: skip
    async with Simulator(account_of, clock=FAST, limits=None) as sim:
        async with client(sim, retry_attempts=2) as oncehub:
            async with AccountSync(oncehub, database_url) as account:
                await account.run()
                for _ in range(8):
                    sim.clear_faults()
                    sim.inject(*(Fault(random.choice(kinds), rate=0.3) for _ in range(2)))  # type: ignore[arg-type]
                    sim.delete(random.choice([*sim.ids("users")]))
                    await account.round()
            async with opened(database_url) as database:
                for name in ("users", "contacts", "bookings"):
                    rows, there = await rows_of(database, name), {*sim.ids(name)}
                    assert not any(rows[each]["_deleted"] for each in there)

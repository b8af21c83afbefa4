"""Accounts that change in ways that nobody planned: no run fails, and nothing is falsely deleted."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import attrs
import pytest

from oncehub_async import Clock
from oncehub_async.simulator import Account, Fault, Simulator
from oncehub_async.sync import TABLES, AccountSync, _deletion_search, sync
from oncehub_async.sync._list_reading import listing_of
from oncehub_async.testing import delivered_booking

from ..privacy.someone import put
from .synced import client, differences, opened, rows_of

FAST = Clock(speed=100)
LARGE = Account(bookings=250, contacts=250, users=150, teams=150, sms_notifications=150, seed=5)
SMALL = Account(bookings=40, contacts=30, sms_notifications=10, seed=6)
LISTS = ("bookings", "contacts", "users", "teams", "sms-notifications")
GETS = ("get-a-single-booking", "get-a-single-contact")
KINDS: list[Any] = [
    "text",
    7,
    7.5,
    True,
    {"text": "inside"},
    ["text", 7, None],
    [{"name": "x", "value": "y"}],
    "2026-01-01T08:00:00Z",
    None,
    {},
    [],
    "text",
]
FIELDS = ("subject", "status", "owner", "starting_time", "in_trash", "duration_minutes",
          "attendees", "form_submission", "custom_fields", "utm_params", "brand_new")  # fmt: skip


@pytest.mark.parametrize("status", [404, 500])
@pytest.mark.parametrize("first", [True, False], ids=["first sync", "later"])
async def test_a_list_that_breaks_off_halfway(database_url: str, status: int, first: bool) -> None:
    """Its first page came: whatever the second one says, the list is there, and so is the rest."""
    halfway = [
        Fault("server_error", operations=f"list-all-{each}", every=2, status=status)
        for each in LISTS
    ]
    async with Simulator(LARGE, clock=FAST, limits=None) as sim:
        async with client(sim, retry_attempts=1) as oncehub:
            if not first:
                await sync(oncehub, database_url)
            sim.inject(*halfway)
            async with AccountSync(oncehub, database_url, resync=[] if first else ["all"]) as it:
                found = await it.run()
                assert found.errors
                assert not found.deleted
                assert all(each.available for each in it.progress.tables.values())
            sim.clear_faults()
            async with opened(database_url) as database:
                for name in TABLES:
                    rows = await rows_of(database, name)
                    assert not any(row["_deleted"] for row in rows.values())
            assert (await sync(oncehub, database_url)).complete
            async with opened(database_url) as database:
                assert await differences(sim, database) == []


async def test_an_account_that_shrinks_to_nothing(database_url: str) -> None:
    """Rows stay, and each that is marked has been deleted."""
    async with Simulator(SMALL, clock=FAST, limits=None) as sim, client(sim) as oncehub:
        await sync(oncehub, database_url)
        for name in ("bookings", "contacts", "teams", "event_types", "webhooks"):
            for key in [*sim.ids(name)]:
                sim.delete(key)
        async with AccountSync(oncehub, database_url) as account:
            for _ in range(4):
                assert not (await account.run()).errors
                await account.search_all()
        async with opened(database_url) as database:
            for name in TABLES:
                rows, there = await rows_of(database, name), {*sim.ids(name)}
                marked = {key for key, row in rows.items() if row["_deleted"]}
                assert not marked & there
                if name == "contacts":  # they say so themselves
                    assert marked == rows.keys()
        assert (await sync(oncehub, database_url)).complete
        new = sim.create("contacts")
        await sync(oncehub, database_url)
        async with opened(database_url) as database:
            assert not (await rows_of(database, "contacts"))[new]["_deleted"]


async def test_a_product_that_is_switched_off(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An empty list and a 404 for each object are no deletion: all of it may come back."""
    async with Simulator(SMALL, clock=FAST, limits=None) as sim, client(sim, retry_attempts=1) as c:
        await sync(c, database_url)
        monkeypatch.setattr(
            _deletion_search, "listing_of", lambda *of, **with_: _Empty(listing_of(*of, **with_))
        )
        sim.inject(*(Fault("server_error", each, status=404) for each in GETS))
        async with AccountSync(c, database_url) as account:
            assert await account.search_all() == {}
        async with opened(database_url) as database:
            assert await differences(sim, database) == []


class _Empty:
    """A list in which nothing is, as if nothing were wrong."""

    def __init__(self, listing: Any) -> None:
        self._listing = listing

    async def first_page(self) -> Any:
        return attrs.evolve(await self._listing.first_page(), items=[], next_cursor=None)


async def test_fields_that_change_their_kind(database_url: str) -> None:
    """Text, number, object, list, nothing: each time the row is what the account has."""
    async with Simulator(SMALL, clock=FAST, limits=None) as sim, client(sim) as oncehub:
        await sync(oncehub, database_url)
        for number, value in enumerate(KINDS):
            keys = [*sim.ids("bookings")][: len(FIELDS)]
            for key, field in zip(keys, FIELDS, strict=True):
                put(sim, key, **{field: value})
                sim.touch(key)
                put(sim, key, **{field: value})
            assert (await sync(oncehub, database_url)).errors == {}
            async with opened(database_url) as database:
                assert await differences(sim, database) == [], number
                for view in ("booking_facts", "bookings_wide"):
                    await database.fetch(f"SELECT * FROM {database.dialect.table(view)}")


RENAMED = ["CRM id", "crm ID", "Crm_Id", "status", "fields", "FIELDS", "custom_fields", "id", "ID",
           "_deleted", "subject", "Größe", "GRÖSSE", "İd", "k", "\u212a", "x" * 90, "x" * 91,
           'quote"d', "semi;colon", "%s", "{0}", "{json}"]  # fmt: skip


async def test_custom_fields_whose_names_collide(database_url: str) -> None:
    """In case only, or with a column: each has a column of its own that keeps its values."""
    async with Simulator(SMALL, clock=FAST, limits=None) as sim, client(sim) as oncehub:
        key = next(iter(sim.ids("bookings")))
        for number, name in enumerate(_rising(RENAMED)):
            fields = [{"name": each, "value": f"value of {each}"} for each in name]
            put(sim, key, custom_fields=fields, form_submission={"email": "a@b.example"})
            sim.touch(key)
            assert (await sync(oncehub, database_url)).errors == {}, number
        async with opened(database_url) as database:
            wide = database.dialect.table("bookings_wide")
            (row,) = await database.fetch(f"SELECT * FROM {wide} WHERE id = $1", key)
            for each in RENAMED:
                assert f"value of {each}" in row
            assert await differences(sim, database) == []
            facts = await database.fetch(
                f"SELECT count(*) FROM {database.dialect.table('booking_facts')}"
            )
            assert facts == [(len([*sim.ids("bookings")]),)]


def _rising(names: list[str]) -> Iterator[list[str]]:
    """One, then a rename, and in the end all."""
    yield names[:1]
    yield names[1:2]
    yield names[:3]
    yield names


async def test_an_event_takes_nothing_away(database_url: str) -> None:
    """The vendor's have neither contact nor utm, and come once more when nobody asks again."""
    async with Simulator(LARGE, clock=FAST, limits=None) as sim, client(sim) as oncehub:
        async with AccountSync(oncehub, database_url) as account:
            await account.run()
            before = await rows_of(account.database, "bookings")
            key = next(key for key, row in before.items() if row["utm_params_source"])
            event = SimpleNamespace(raw={"data": delivered_booking(sim.object(key))})
            await account.handle(event)
            assert (await rows_of(account.database, "bookings"))[key] == before[key]
            sim.touch(key)
            event.raw["data"] = delivered_booking(sim.object(key)) | {"subject": "Another"}
            await account.handle(event)
            row = (await rows_of(account.database, "bookings"))[key]
            assert row["subject"] == "Another"
            for column in ("contact", "utm_params_source", "utm_params_term"):
                assert row[column] == before[key][column]


async def test_one_id_in_several_resources(database_url: str) -> None:
    """A row each: what is deleted in one of them says nothing of the others."""
    same = "SAME-1"
    async with Simulator(SMALL, clock=FAST, limits=None) as sim, client(sim) as oncehub:
        names = ("bookings", "contacts", "users", "teams", "event_types")
        for name in names:
            put(sim, [*sim.ids(name)][1], id=same)
        async with AccountSync(oncehub, database_url) as account:
            for _ in range(3):
                assert (await account.run()).errors == {}
            assert await account.search_all() == {}
        async with opened(database_url) as database:
            for name in names:
                row = (await rows_of(database, name))[same]
                assert not row["_deleted"]

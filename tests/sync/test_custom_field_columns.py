"""The view with a column for each custom field takes whatever the fields are called."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from oncehub_async import Clock
from oncehub_async.simulator import Account, Simulator
from oncehub_async.sync import AccountSync, Batch, sync
from oncehub_async.sync._database import quoted
from oncehub_async.sync._report_views import column_names

from .synced import client, opened

ACCOUNT = Account(bookings=30, contacts=5, seed=6)
FAST = Clock(speed=100)
ODD_NAMES = [
    "fields",
    "Fields",
    "fields 2",
    "id",
    "b.*",
    "crm_id",
    "CRM id",
    'a"b',
    "c'd",
    "😀",
    "x" * 70,
    "x" * 71,
    "{json}{name}%s$1",
    "_2",
    "İ",
    "\\",
    "no\u00a0break",
    "two\nlines",
    "y" * 300,
]


async def test_fields_called_like_columns_stop_no_sync(database_url: str) -> None:
    """Each has a column of its own, and the bookings' own columns stay what they are."""
    fields = [{"name": name, "value": f"value {name}"} for name in ODD_NAMES]
    booking = {"id": "BKNG-ODD", "custom_fields": fields}
    async with Simulator(ACCOUNT, clock=FAST, limits=None) as sim, client(sim) as oncehub:
        async with AccountSync(oncehub, database_url) as account:
            await account.handle(SimpleNamespace(raw={"data": booking}))
    columns = column_names(ODD_NAMES)
    assert len(columns) == len(ODD_NAMES)
    async with opened(database_url) as database:
        view = database.dialect.table("bookings_wide")
        for column, name in columns.items():
            found = await database.fetch(
                f"SELECT {quoted(column)} FROM {view} WHERE id = 'BKNG-ODD'"
            )
            assert found == [(f"value {name}",)], column


def test_whoever_comes_first_keeps_its_column() -> None:
    """A new field takes no older one's place, whatever it is called and however many there are."""
    older = ["zip", "crm_id"]
    assert column_names([*older, "CRM id", "a"])["custom_crm_id"] == "crm_id"
    many = [f"field {number}" for number in range(500)]
    kept = column_names([*older, *many])
    assert {"zip", "crm_id"} <= {*kept.values()}
    assert {"zip", "crm_id"} <= {*column_names([*older, *many, "a newer one"]).values()}


async def _columns(url: str) -> list[str]:
    async with opened(url) as database:
        found: list[tuple[Any, ...]] = await database.fetch(
            "SELECT column_name FROM information_schema.columns "
            "WHERE table_name = 'bookings_wide' AND column_name LIKE 'custom_%' "
            "AND table_schema = $1 ORDER BY ordinal_position",
            database.dialect.schema.strip('".') or "main",
        )
    return [name for (name,) in found]


async def test_a_database_that_is_brought_forward_keeps_them(database_url: str) -> None:
    """They are there after the views were made again, without a booking that changes."""
    async with Simulator(ACCOUNT, clock=FAST, limits=None) as sim, client(sim) as oncehub:
        await sync(oncehub, database_url)
        before = await _columns(database_url)
        assert len(before) > 2
        async with opened(database_url) as database:
            settings = database.dialect.table("_oncehub_settings")
            older = f"UPDATE {settings} SET value = '1' WHERE name = 'schema_version'"
            await database.commit(Batch(statements=[older], now=datetime.now(UTC)))
    assert await _columns(database_url) == before

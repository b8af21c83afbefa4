"""What `oncehub sync --check` compares: a number is the same however a database writes it."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from oncehub_async.simulator import Account, Simulator
from oncehub_async.sync import AccountSync, Batch

from ..privacy.someone import put
from .synced import client

NUMBERS: list[Any] = [
    1e23,
    -1e23,
    1e22,
    1e300,
    5e-324,
    0.1,
    -0.0,
    2**53 + 1.0,
    10**30,
    Decimal("1e400"),
]


def fields(value: Any) -> list[dict[str, Any]]:
    """As guests' forms and integrations fill them."""
    return [
        {"name": "number", "value": value},
        {"name": "more", "value": {"list": [value, "1e23"]}},
    ]


async def test_a_number_in_json_is_itself(database_url: str) -> None:
    """Also where PostgreSQL writes it with all its zeros; another one is told."""
    async with Simulator(Account(bookings=20, contacts=4, seed=3), limits=None) as sim:
        held = dict(zip(sim.ids("bookings"), NUMBERS, strict=False))
        for key, value in held.items():
            put(sim, key, custom_fields=fields(value), brand_new=value)
        async with client(sim) as oncehub, AccountSync(oncehub, database_url) as account:
            await account.run()
            checked = await account.check()
            assert [each for each in checked.values() if not each.is_current] == []
            for key, value in held.items():
                put(sim, key, custom_fields=fields(value + 1 if abs(value) < 2**53 else -value))
            assert {*(await account.check())["bookings"].different} == held.keys()


async def test_fields_that_nobody_knows_are_compared(database_url: str) -> None:
    """They are the account's as well."""
    async with Simulator(Account(bookings=5, contacts=4, seed=3), limits=None) as sim:
        async with client(sim) as oncehub, AccountSync(oncehub, database_url) as account:
            await account.run()
            key = next(iter(sim.ids("teams")))
            teams = account.database.dialect.table("teams")
            spoilt = f"UPDATE {teams} SET unknown_fields = '{{\"a\": 1}}' WHERE id = '{key}'"
            await account.database.commit(Batch(statements=[spoilt], now=datetime.now(UTC)))
            checked = await account.check()
            assert {name: each.different for name, each in checked.items() if each.different} == {
                "teams": [key]
            }

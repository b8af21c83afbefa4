"""What a synced database holds, as objects again, to be compared with the account's."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

from oncehub_async import Budget, Limits, OnceHub, RetryPolicy
from oncehub_async._ground import load_json, read_time
from oncehub_async.models import SIGNING_SECRETS
from oncehub_async.simulator import Simulator
from oncehub_async.sync import TABLES, ColumnKind, Database, Table, database_of, table_of

_LOOKS_LIKE_A_TIME = re.compile(r"\d{4}-\d\d-\d\d([T ].*)?$")
UNTHROTTLED = Limits(per_second=1000, per_five_minutes=1_000_000, reserve=0)


@asynccontextmanager
async def client(
    sim: Simulator, limits: Limits = UNTHROTTLED, retry_attempts: int = 30
) -> AsyncIterator[OnceHub]:
    """A client of a simulator, as fast as it goes."""
    budget = Budget(limits, clock=sim.clock)
    retry = RetryPolicy(attempts=retry_attempts, first_delay=0.1, longest_delay=1.0)
    async with OnceHub(
        sim.api_key, base_url=sim.url, budget=budget, clock=sim.clock, retry=retry
    ) as oncehub:
        yield oncehub


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    """A database to look into."""
    database = database_of(url)
    await database.open()
    try:
        yield database
    finally:
        await database.close()


async def rows_of(database: Database, name: str, where: str = "true") -> dict[str, dict[str, Any]]:
    """The rows of a table by id, by column."""
    table = table_of(name)
    columns = ", ".join(f'"{each}"' for each in table.names)
    found = await database.fetch(
        f"SELECT {columns} FROM {database.dialect.table(name)} WHERE {where}"
    )
    rows = [dict(zip(table.names, row, strict=True)) for row in found]
    assert len({row["id"] for row in rows}) == len(rows)
    return {row["id"]: row for row in rows}


def object_of(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    """The object that a row was made from, without what was null."""
    unfit = load_json(row["_unfit"]) if row["_unfit"] else {}
    made: dict[str, Any] = {}
    for column in table.columns:
        if not column.path:
            continue
        value = unfit.pop(column.name, None)
        if value is None:
            value = row[column.name]
            if value is not None and column.kind is ColumnKind.JSON:
                value = load_json(value)
        if value is None:
            continue
        inner = made
        for name in column.path[:-1]:
            inner = inner.setdefault(name, {})
        inner[column.path[-1]] = value
    unknown = unfit.pop("unknown_fields", None) or load_json(row["unknown_fields"] or "{}")
    made |= unfit  # objects that came as something else
    restored: dict[str, Any] = comparable(_merged(made, unknown))
    return restored


def _merged(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    merged = {**one}
    for name, value in other.items():
        known = merged.get(name)
        merged[name] = (
            _merged(known, value) if isinstance(known, dict) and isinstance(value, dict) else value
        )
    return merged


def comparable(value: Any) -> Any:
    """The same without nulls, and with times and numbers as what they are."""
    if isinstance(value, Mapping):
        parts = {
            name: comparable(each) for name, each in value.items() if name not in SIGNING_SECRETS
        }
        return {name: each for name, each in parts.items() if each is not None and each != {}}
    if isinstance(value, str) and _LOOKS_LIKE_A_TIME.match(value):
        return read_time(value) or value
    if isinstance(value, float) and abs(value) > 2**53:
        return int(Decimal(repr(value)))  # as JSON has it, and PostgreSQL writes it
    if isinstance(value, list):
        return [comparable(each) for each in value]
    return value


async def differences(sim: Simulator, database: Database) -> list[str]:
    """Where the database isn't what the account is; nothing where it is, field by field."""
    told = []
    for name in TABLES:
        rows = await rows_of(database, name)
        there = {*sim.ids(name)}
        for each in there - rows.keys():
            told.append(f"{name} {each}: is missing")
        for key, row in rows.items():
            if row["_deleted"] and key in there:
                told.append(f"{name} {key}: is said to be deleted")
            if not row["_deleted"] and key not in there:
                told.append(f"{name} {key}: has been deleted")
            if key in there:
                held, wanted = object_of(table_of(name), row), comparable(sim.object(key))
                told += [
                    f"{name} {key}: {field} is {held.get(field)!r}, not {wanted.get(field)!r}"
                    for field in {*held, *wanted}
                    if held.get(field) != wanted.get(field)
                ]
    return told

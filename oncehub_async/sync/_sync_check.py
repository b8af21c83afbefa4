"""Compares a synced database with the account, in a few places and for a few requests."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from random import Random, SystemRandom
from typing import Any

import attrs

from .._ground import load_json, read_time
from ..errors import NotFoundError
from ._account_sync import LONG_LISTS, SyncedAccount
from ._list_reading import change_time, listing_of
from ._tables import DELETED, TABLES, UNFIT, UNKNOWN_FIELDS, Column, ColumnKind, table_of

SAMPLES = 3


@attrs.define
class TableCheck:
    """What was found of one table. What changed after the last look for changes is passed over."""

    name: str
    rows: int = 0
    """How many rows the table has that aren't marked as deleted."""
    compared: int = 0
    """How many objects were compared with their rows, field by field; each counts once."""
    missing: list[str] = attrs.Factory(list)
    """Ids that the account has, and the table hasn't."""
    extra: list[str] = attrs.Factory(list)
    """Ids that the table has, and the account hasn't any more."""
    different: list[str] = attrs.Factory(list)
    """Ids whose rows hold something else."""

    @property
    def is_current(self) -> bool:
        """Whether nothing was found."""
        return not (self.missing or self.extra or self.different)


async def check_tables(
    account: SyncedAccount, samples: int = SAMPLES, random: Random | None = None
) -> dict[str, TableCheck]:
    """Compare short lists whole, long ones at their top and in some places at random.

    Raises a `RequestError` and `SyncError`.
    """
    checks = {}
    for name in TABLES:
        if not account.states[name].available:
            continue
        found = checks[name] = TableCheck(name)
        table = account.database.dialect.table(name)
        counted = await account.database.fetch(f"SELECT count(*) FROM {table} WHERE NOT {DELETED}")
        found.rows = int(counted[0][0])
        if name not in LONG_LISTS:
            await _check_short(account, found)
        else:
            seen: set[str] = set()
            for upper in await _places(account, name, samples, random or SystemRandom()):
                await _check_page(account, found, upper, seen)
    return checks


async def _check_short(account: SyncedAccount, found: TableCheck) -> None:
    try:
        objects = await listing_of(account, found.name).collect()
    except NotFoundError as error:
        if error.type is None or found.rows:
            raise
        return
    rows = await _rows(account, found.name, [])
    _compare(account, found, objects, rows, set())


async def _check_page(
    account: SyncedAccount, found: TableCheck, upper: datetime | None, seen: set[str]
) -> None:
    arguments = {} if upper is None else {"creation_time_lt": upper}
    page = await listing_of(account, found.name, **arguments).first_page()
    created = [read_time(each.get("creation_time")) for each in page.items]
    if None in created:
        return
    oldest = created[-1] if created and page.next_cursor is not None else None
    bounds = [(">=", oldest), ("<", upper)]
    rows = await _rows(account, found.name, [each for each in bounds if each[1] is not None])
    _compare(account, found, page.items, rows, seen, at_edge=oldest)


async def _places(
    account: SyncedAccount, name: str, samples: int, random: Random
) -> list[datetime | None]:
    """Times of creation below which to look: none for the top, and some of the rows' own."""
    table = account.database.dialect.table(name)
    where = f"WHERE NOT {DELETED} AND creation_time IS NOT NULL"
    counted = await account.database.fetch(f"SELECT count(*) FROM {table} {where}")
    places: list[datetime | None] = [None]
    for number in random.sample(range(counted[0][0]), min(samples, counted[0][0])):
        rows = await account.database.fetch(
            f"SELECT creation_time FROM {table} {where} ORDER BY creation_time LIMIT 1 "
            f"OFFSET {number}"
        )
        places += [row[0] for row in rows]
    return places


async def _rows(
    account: SyncedAccount, name: str, bounds: Sequence[tuple[str, datetime | None]]
) -> dict[str, tuple[Any, ...]]:
    table = table_of(name)
    columns = ", ".join(f'"{each}"' for each in table.names)
    conditions = [f"creation_time {sign} ${i}" for i, (sign, _) in enumerate(bounds, start=1)]
    where = " AND ".join([f"NOT {DELETED}", *conditions])
    rows = await account.database.fetch(
        f"SELECT {columns} FROM {account.database.dialect.table(name)} WHERE {where}",
        *(bound for _, bound in bounds),
    )
    return {str(row[0]): row for row in rows}


def _compare(
    account: SyncedAccount,
    found: TableCheck,
    objects: Sequence[Mapping[str, Any]],
    rows: Mapping[str, tuple[Any, ...]],
    seen: set[str],
    at_edge: datetime | None = None,
) -> None:
    """Add what is found; `seen` are those that were compared in another place, and grows."""
    table, name = table_of(found.name), found.name
    until, wanted_since = account.states[name].complete_up_to, account.states[name].first_wanted
    listed = set()
    for each in objects:
        key = str(each["id"])
        listed.add(key)
        changed = read_time(each.get(change_time(name)))
        created = read_time(each.get("creation_time"))
        is_later = changed is not None and until is not None and changed > until
        is_earlier = created is not None and wanted_since is not None and created < wanted_since
        if is_later or is_earlier or key in seen:
            continue
        seen.add(key)
        found.compared += 1
        if key not in rows:
            found.missing.append(key)
            continue
        wanted = account.row(name, each)
        if any(map(_differs, table.columns, wanted, rows[key])):
            found.different.append(key)
    created_at = table.names.index("creation_time") if at_edge is not None else None
    found.extra += [
        key
        for key, row in rows.items()
        if key not in listed
        and key not in found.extra
        and (created_at is None or row[created_at] != at_edge)
    ]


def _differs(column: Column, wanted: Any, held: Any) -> bool:
    if column.is_ours and column.name not in (UNKNOWN_FIELDS, UNFIT):
        return False
    if column.kind is ColumnKind.JSON and wanted is not None and held is not None:
        return not _is_same(load_json(wanted), load_json(held))
    return bool(wanted != held)


def _is_same(one: Any, other: Any) -> bool:
    """Whether they are the same JSON; PostgreSQL writes 1e23 with all its zeros."""
    if isinstance(one, float) and type(other) is int:
        return int(Decimal(repr(one))) == other
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_is_same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_is_same(one[key], other[key]) for key in one)
    return bool(one == other)

"""A person in a synced database: the rows that name them, and these rows without them.

First the hashes of who is erased are committed, then row after row is blanked. Killed anywhere in
between, the same call finds by the hashes what is left; so do later syncs, which never write again
what they name.
"""

import secrets
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

import attrs

from .._ground import dump_json, load_json, time_text
from ..errors import ConfigurationError
from ._column_policy import ColumnPolicy
from ._database import (
    CUSTOM_FIELDS,
    ERASED_TABLE,
    SETTINGS_TABLE,
    Batch,
    Database,
    Reader,
    Upsert,
    Writing,
    literal,
    quoted,
    read_settings,
)
from ._database_url import database_of
from ._erased_people import NOBODY, ErasedPeople, Person
from ._migrations import check_version
from ._object_rows import Row
from ._reading import reading
from ._report_views import WIDE, wide_view_without
from ._sync_errors import DatabaseFailedError
from ._tables import TABLES, UNFIT, Column, ColumnKind, Table, table_of

_KEY = "erasure_key"
_ROWS_AT_ONCE = 1_000


async def read_erased(database: Reader) -> ErasedPeople:
    """Whose data is kept out. Raises `SyncError`."""
    key = (await read_settings(database)).get(_KEY)
    if key is None:
        return NOBODY
    rows = await database.fetch(f"SELECT hash FROM {database.dialect.table(ERASED_TABLE)}")
    return ErasedPeople.of(key, (str(row[0]) for row in rows))


async def with_digests(database: Reader, person: Person, hash_key: str | None) -> Person:
    """The person as they are known where columns are hashed.

    Raises `ConfigurationError` where the key of these hashes is missing, or is another.
    """
    text = (await read_settings(database)).get("policy")
    kept: Mapping[str, Any] = load_json(text) if text else {}
    if not kept.get("hashed"):
        return person
    policy = None if hash_key is None else ColumnPolicy.hashing(hash_key)
    if policy is None or not policy.has_key_of(kept):
        raise ConfigurationError(
            f"hash_key: {database.shown} holds hashes; the key that they were made with is needed "
            "to find a person by them"
        )
    known = person.addresses | {f"+{each}" for each in person.phones} | person.phones
    return attrs.evolve(person, digests=frozenset(map(policy.digest, known)))


async def contacts_of(database: Reader, person: Person) -> Person:
    """The person with what their contacts in the database tell. Raises `SyncError`."""
    async for row in _rows(database, table_of("contacts")):
        person = person.with_contact(row)
    return person


async def rows_of_person(
    database: Reader, person: Person
) -> AsyncIterator[tuple[str, Mapping[str, Any]]]:
    """The rows that are about a person or name them: table, and values by column, JSON as data.

    Raises `SyncError`.
    """
    people = ErasedPeople.of(secrets.token_hex()).with_person(person)
    for name in TABLES:
        async for row in _rows(database, table_of(name)):
            if people.names(name, row):
                yield name, row


async def rows_to_erase(database: Reader, person: Person) -> dict[str, int]:
    """How many rows `erase_rows` would change, by table. Raises `SyncError`."""
    check_version(await read_settings(database), database.shown)
    there = await read_erased(database)
    people = (there or ErasedPeople.of(secrets.token_hex())).with_person(person)
    counts: dict[str, int] = {}
    for name in TABLES:
        async for row in _rows(database, table_of(name)):
            if people.changes(name, row):
                counts[name] = counts.get(name, 0) + 1
    return counts


async def erase_rows(
    url: str | Path, person: Person, now: datetime, *, schema: str | None = None
) -> dict[str, int]:
    """Blank a person's rows and what others say of them, for good; how many rows, by table.

    Later syncs leave out what they would write of the person: they are known by a keyed hash.
    Raises `SyncError` (`DatabaseBusyError` while a sync has the database) and
    `InvalidParameterError` where nothing was synced into it.
    """
    async with reading(url, schema=schema):
        pass  # it is there, and is one: opening would make it
    database = database_of(url, schema=schema)
    await database.open()
    try:
        people = await _with_hashes(database, person, now)
        try:
            counts = {name: await _blank(database, people, name, now) for name in TABLES}
            await database.scrub((*TABLES, SETTINGS_TABLE))
        except DatabaseFailedError as error:
            raise DatabaseFailedError(f"{error}; it has begun, the same call finishes it") from None
    finally:
        await database.close()
    return {name: each for name, each in counts.items() if each}


async def _with_hashes(database: Database, person: Person, now: datetime) -> ErasedPeople:
    there = await read_erased(database)
    key = (await read_settings(database)).get(_KEY) or secrets.token_hex()
    people = there if there else ErasedPeople.of(key)
    table = database.dialect.table(ERASED_TABLE)
    statements = [
        f"INSERT INTO {table} (hash, erased_at) VALUES ({literal(each)}, "
        f"{literal(time_text(now))}) ON CONFLICT (hash) DO NOTHING"
        for each in sorted(people.hashes_of(person))
    ]
    people = people.with_person(person)
    settings, view = await _fields_without(database, people)
    settings[_KEY] = key
    await database.commit(Batch(settings=settings, statements=[*statements, *view], now=now))
    return people


async def _fields_without(
    database: Database, people: ErasedPeople
) -> tuple[dict[str, str], list[str]]:
    """The custom fields that were noted, where a name names somebody; and their view."""
    fields = load_json((await read_settings(database)).get(CUSTOM_FIELDS, "[]"))
    free = (name for number in count(1) if (name := f"erased {number}") not in fields)
    others = [next(free) if people.is_in(each) else each for each in fields]
    if others == fields:
        return {}, []
    dialect = database.dialect
    there = [str(name) for (name,) in await database.fetch(dialect.columns, WIDE)]
    return (
        {CUSTOM_FIELDS: dump_json(others).decode()},
        wide_view_without(dialect, fields, others, there),
    )


async def _blank(database: Database, people: ErasedPeople, name: str, now: datetime) -> int:
    table, blanked = table_of(name), 0
    changed: list[Row] = []

    async def write() -> None:
        if changed:
            await database.commit(Batch(upserts=[Upsert(name, changed, Writing.ALL)], now=now))
            changed.clear()

    async for row in _rows(database, table):
        if changes := people.changes(name, row):
            blanked += 1
            changed.append(_as_row(table, {**row, **changes}))
            if len(changed) >= _ROWS_AT_ONCE:
                await write()
    await write()
    return blanked


async def _rows(database: Reader, table: Table) -> AsyncIterator[dict[str, Any]]:
    """All rows of a table, by the columns that it has, JSON as data."""
    columns = ", ".join(quoted(each) for each in table.names)
    last = ""
    while True:
        found = await database.fetch(
            f"SELECT {columns} FROM {database.dialect.table(table.name)} WHERE id > $1 "
            f"ORDER BY id LIMIT {_ROWS_AT_ONCE}",
            last,
        )
        for row in found:
            yield {
                column.name: _data(column, value)
                for column, value in zip(table.columns, row, strict=True)
            }
        if len(found) < _ROWS_AT_ONCE:
            return
        last = found[-1][0]


def _is_json(column: Column) -> bool:
    return column.kind is ColumnKind.JSON or column.name == UNFIT


def _data(column: Column, value: Any) -> Any:
    return load_json(value) if isinstance(value, str) and _is_json(column) else value


def _as_row(table: Table, values: Mapping[str, Any]) -> Row:
    return tuple(
        dump_json(value).decode() if value is not None and _is_json(column) else value
        for column, value in ((each, values[each.name]) for each in table.columns)
    )

"""What a sync needs of a database, and the texts of SQL that both of ours understand.

A `Batch` is committed whole or not at all: rows, marks of deletion, and how far the sync has come.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from enum import Enum
from typing import Any, Protocol

import attrs

from .._ground import text_with_offset
from ._object_rows import Row
from ._tables import DELETED, DELETED_SEEN_AT, MERGED_INTO, SYNCED_AT, Table, table_of

SCHEMA_VERSION = 4
"""2 has the table of who is kept out: an older program would write them again. 3 has views that
any booking and any custom field fits into. 4 keeps the latest time at which rows were written,
which an older program would fall behind."""
STATE_TABLE = "_oncehub_sync"
SETTINGS_TABLE = "_oncehub_settings"
ERASED_TABLE = "_oncehub_erased"
INCOMING = "_oncehub_incoming"
CUSTOM_FIELDS = "custom_fields"
"""The setting that lists the bookings' custom fields, which have columns in a view."""
LATEST = "latest_synced_at"
"""The setting that holds the time of the latest commit."""
SETTINGS_OF_TABLES = ("schema_version", CUSTOM_FIELDS)
"""What has to be known to bring tables and views forward."""


class Writing(Enum):
    """What rows do to the ones that are there."""

    CHANGES = "changes"
    """A row that says the same stays as it is, and with it the time at which it was written."""
    ALL = "all"
    """Each is written anew: the table is read again."""
    EVENTS = "events"
    """As changes, but what is known to be deleted stays so, and what is there of the same time as
    well: an event may come late, and once more, and it holds less than a list."""


@attrs.frozen
class Upsert:
    """Rows to put into a table; each id once."""

    table: str
    rows: Sequence[Row]
    writing: Writing = Writing.CHANGES
    left_out: Collection[str] = ()
    """Columns of which the rows say nothing: what is there stays."""


@attrs.frozen
class Deletion:
    """Objects that are proved to be deleted, and where contacts went that were merged."""

    table: str
    ids: Mapping[str, str | None]


@attrs.frozen
class Blanking:
    """Rows that weren't read after a time, and columns that may hold nothing in them.

    Of what has been deleted none was: its mark may have been written later.
    """

    table: str
    columns: Sequence[str]
    up_to: datetime


@attrs.frozen
class ObjectState:
    """How far one object has been synced: a row of `_oncehub_sync`, for people and reports."""

    object: str
    available: bool = True
    """False where the account doesn't have it, as of the product that it doesn't use."""
    complete: bool = False
    """Whether all of it is there, as far back as it was asked for."""
    complete_since: datetime | None = None
    """From this time of creation on, everything is there; nothing where that isn't known."""
    complete_up_to: datetime | None = None
    """Until this time, changes are there: when the last look for them began, by our clock."""
    first_wanted: datetime | None = None
    """How far back it was asked for; nothing for all of it."""
    error: str | None = None
    """Why the last look for changes failed."""
    place: str | None = None
    """Where the sync goes on."""


@attrs.frozen(kw_only=True)
class Batch:
    """What is committed at once. All rows in it get the same `_synced_at`, later than any before,
    whatever stands there: see `_row_stamps`."""

    upserts: Sequence[Upsert] = ()
    deletions: Sequence[Deletion] = ()
    blankings: Sequence[Blanking] = ()
    states: Sequence[ObjectState] = ()
    settings: Mapping[str, str] = attrs.Factory(dict)
    statements: Sequence[str] = ()
    now: datetime
    """By our clock, which may have been set back."""


class Database(Protocol):
    """A database into which an account is synced. One process writes at a time."""

    @property
    def shown(self) -> str:
        """How it is called in messages, without a password."""

    @property
    def place(self) -> str:
        """Which one it is, however it was named and whoever uses it."""

    @property
    def dialect(self) -> "Dialect":
        """What it calls things."""

    async def open(self) -> None:
        """Keep other syncs out, and make or migrate the tables. Raises `SyncError`."""

    async def close(self) -> None:
        """Let others in."""

    async def commit(self, batch: Batch) -> None:
        """Write it all, or nothing. Raises `SyncError`."""

    async def fetch(self, sql: str, *arguments: Any) -> list[tuple[Any, ...]]:
        """The rows that a query gives; `$1` is its first argument. Raises `SyncError`."""

    async def scrub(self, tables: Collection[str]) -> None:
        """Leave nothing in the database's files of what rows of these tables held before.

        Raises `SyncError`.
        """


@attrs.frozen
class Dialect:
    """What the two databases call things."""

    name: str
    types: Mapping[str, str]
    schema: str
    """With the quotes and the dot, or nothing."""
    custom_field: str
    """How a view reads the value of a custom field, with `{json}` and `{name}`."""
    columns: str
    """The query that gives the columns of a table or a view in their order; `$1` is its name."""

    def table(self, name: str) -> str:
        """A table's name as SQL has it."""
        return f"{self.schema}{quoted(name)}"


def quoted(name: str) -> str:
    """A name as SQL has it."""
    escaped = name.replace('"', '""')
    return f'"{escaped}"'


def literal(text: str) -> str:
    """A text as SQL has it."""
    escaped = text.replace("'", "''")
    return f"'{escaped}'"


def create_table(dialect: Dialect, table: Table) -> list[str]:
    """The statements that make a table with its comments."""
    columns = ", ".join(_definition(dialect, each.name, each.kind.value) for each in table.columns)
    name = dialect.table(table.name)
    return [
        f"CREATE TABLE IF NOT EXISTS {name} ({columns})",
        f"COMMENT ON TABLE {name} IS {literal(table.comment)}",
        *(
            f"COMMENT ON COLUMN {name}.{quoted(each.name)} IS {literal(each.comment)}"
            for each in table.columns
        ),
    ]


def add_column(dialect: Dialect, table: Table, column: str) -> list[str]:
    """The statements that add a column which a newer version of the package has."""
    found = next(each for each in table.columns if each.name == column)
    name = dialect.table(table.name)
    return [
        f"ALTER TABLE {name} ADD COLUMN {quoted(column)} {dialect.types[found.kind.value]}",
        f"COMMENT ON COLUMN {name}.{quoted(column)} IS {literal(found.comment)}",
    ]


def _definition(dialect: Dialect, name: str, kind: str) -> str:
    more = {"id": " PRIMARY KEY", DELETED: " NOT NULL", SYNCED_AT: " NOT NULL"}.get(name, "")
    return f"{quoted(name)} {dialect.types[kind]}{more}"


def create_own_tables(dialect: Dialect) -> list[str]:
    """The statements that make the tables about the sync itself."""
    time = dialect.types["time"]
    state, settings = dialect.table(STATE_TABLE), dialect.table(SETTINGS_TABLE)
    erased = dialect.table(ERASED_TABLE)
    return [
        f"CREATE TABLE IF NOT EXISTS {settings} (name text PRIMARY KEY, value text NOT NULL)",
        f"CREATE TABLE IF NOT EXISTS {state} (object text PRIMARY KEY, "
        "available boolean NOT NULL, complete boolean NOT NULL, "
        f"complete_since {time}, complete_up_to {time}, first_wanted {time}, "
        "error text, place text)",
        f"CREATE TABLE IF NOT EXISTS {erased} (hash text PRIMARY KEY, erased_at {time} NOT NULL)",
        f"COMMENT ON TABLE {erased} IS 'Keyed hashes of people who are kept out.'",
        f"COMMENT ON TABLE {state} IS 'How far each object has been synced.'",
        *(
            f"COMMENT ON COLUMN {state}.{name} IS {literal(comment)}"
            for name, comment in STATE_COMMENTS.items()
        ),
    ]


STATE_COMMENTS = {
    "object": "The table that the row is about.",
    "available": "False where the account doesn't have it: of the product that it doesn't use.",
    "complete": "Whether all of it is there, as far back as was asked for.",
    "complete_since": "From this time of creation on, all is there; empty where all or none is.",
    "complete_up_to": "Until then changes are there: when the last look for them began.",
    "first_wanted": "How far back it was asked for; empty for all of it.",
    "error": "Why the last look for changes failed; empty where it didn't.",
    "place": "Where the sync goes on; of no use to anybody else.",
}
STATE_COLUMNS = tuple(STATE_COMMENTS)


def upsert(dialect: Dialect, upserted: Upsert, source: str, stamp: datetime) -> str:
    """The statement that puts rows into their table at a time; `source` is where they come from.

    A row never takes the place of one that was updated later: pages come late, and events even
    more so. Only a time that lay in the future when it was seen says nothing about what came after.
    """
    table = table_of(upserted.table)
    name = quoted(table.name)
    kept = {"id", MERGED_INTO, *upserted.left_out}
    if upserted.writing is Writing.EVENTS:
        kept |= {DELETED, DELETED_SEEN_AT}
    changed = [each for each in table.names if each not in kept]
    sets = ", ".join(f"{quoted(each)} = excluded.{quoted(each)}" for each in changed)
    conditions = []
    if table.tells_changes:
        later = ">" if upserted.writing is Writing.EVENTS else ">="
        conditions.append(
            f"({name}.last_updated_time IS NULL OR excluded.last_updated_time IS NULL "
            f"OR excluded.last_updated_time {later} {name}.last_updated_time "
            f"OR {name}.last_updated_time > {name}.{SYNCED_AT})"
        )
    if upserted.writing is not Writing.ALL:
        differs = " OR ".join(
            f"{name}.{quoted(each)} IS DISTINCT FROM excluded.{quoted(each)}"
            for each in changed
            if each != SYNCED_AT
        )
        conditions.append(f"({differs})")
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    inserted = insertion(dialect, upserted, source, stamp)
    return f"{inserted} ON CONFLICT (id) DO UPDATE SET {sets}{where}"


def insertion(dialect: Dialect, upserted: Upsert, source: str, stamp: datetime) -> str:
    """The same for rows none of which is there yet."""
    table = table_of(upserted.table)
    columns = ", ".join(quoted(each) for each in table.names)
    values = ", ".join(
        _time_literal(stamp) if each == SYNCED_AT else quoted(each) for each in table.names
    )
    return f"INSERT INTO {dialect.table(table.name)} ({columns}) SELECT {values} FROM {source}"


def deletion(dialect: Dialect, table: str, stamp: datetime) -> str:
    """The statement that marks a row: `$1` is when it was seen, `$2` the id, `$3` where it went."""
    merged = f", {MERGED_INTO} = $3" if table == "contacts" else ""
    return (
        f"UPDATE {dialect.table(table)} SET {DELETED} = true, {DELETED_SEEN_AT} = $1, "
        f"{SYNCED_AT} = {_time_literal(stamp)}{merged} WHERE id = $2 AND NOT {DELETED}"
    )


def blanking(dialect: Dialect, blanked: Blanking, stamp: datetime) -> str:
    """The statement that blanks columns."""
    sets = ", ".join(f"{quoted(each)} = NULL" for each in blanked.columns)
    holds = " OR ".join(f"{quoted(each)} IS NOT NULL" for each in blanked.columns)
    return (
        f"UPDATE {dialect.table(blanked.table)} SET {SYNCED_AT} = {_time_literal(stamp)}, {sets} "
        f"WHERE ({SYNCED_AT} <= {_time_literal(blanked.up_to)} OR {DELETED}) AND ({holds})"
    )


def _time_literal(time: datetime) -> str:
    return f"TIMESTAMPTZ {literal(text_with_offset(time))}"


def save_state(dialect: Dialect) -> str:
    """The statement that saves a state, with its values in the order of `STATE_COLUMNS`."""
    places = ", ".join(f"${number}" for number in range(1, len(STATE_COLUMNS) + 1))
    sets = ", ".join(f"{each} = excluded.{each}" for each in STATE_COLUMNS[1:])
    return (
        f"INSERT INTO {dialect.table(STATE_TABLE)} ({', '.join(STATE_COLUMNS)}) VALUES ({places}) "
        f"ON CONFLICT (object) DO UPDATE SET {sets}"
    )


def save_setting(dialect: Dialect) -> str:
    """The statement that saves a setting."""
    return (
        f"INSERT INTO {dialect.table(SETTINGS_TABLE)} (name, value) VALUES ($1, $2) "
        "ON CONFLICT (name) DO UPDATE SET value = excluded.value"
    )


def state_values(state: ObjectState) -> tuple[Any, ...]:
    """A state's values in the order of `STATE_COLUMNS`."""
    return attrs.astuple(state)


class Reader(Protocol):
    """What gives rows of a synced database."""

    @property
    def shown(self) -> str:
        """How the database is called in messages, without a password."""

    @property
    def dialect(self) -> "Dialect":
        """What it calls things."""

    async def fetch(self, sql: str, *arguments: Any) -> list[tuple[Any, ...]]:
        """The rows that a query gives; `$1` is its first argument. Raises `SyncError`."""


async def read_states(database: Reader) -> dict[str, ObjectState]:
    """How far each object has come. Raises `SyncError`."""
    columns = ", ".join(STATE_COLUMNS)
    rows = await database.fetch(f"SELECT {columns} FROM {database.dialect.table(STATE_TABLE)}")
    return {row[0]: ObjectState(*row) for row in rows}


async def read_settings(database: Reader) -> dict[str, str]:
    """What else is kept. Raises `SyncError`."""
    table = database.dialect.table(SETTINGS_TABLE)
    return {str(name): str(value) for name, value in await database.fetch(f"SELECT * FROM {table}")}


def last_of_each(rows: Iterable[Row]) -> list[Row]:
    """The rows, of each id the last one: two of one id can't go in at once."""
    return list({row[0]: row for row in rows}.values())


def missing_columns(table: Table, there: Collection[str]) -> list[str]:
    """The columns that a table lacks which an older version of the package made."""
    return [each for each in table.names if each not in there]

"""The tables of an inbox in PostgreSQL, and how they are brought up to date.

`work` has a row for each event and handler: `waits` is when it may be tried, `due` the same
for what
stands first in the line of its subject and handler and doesn't run, `owner` is set while it runs,
`finished` once it is done or dead. `subjects` has a row for each subject with how much of it runs:
who changes what is open of a subject, or runs, has that row locked.

Each has the indexes that its statements need, partial ones over what is unfinished, so that they
stay small however much is kept. What is often changed leaves room in its pages for the new version
of a row, and is vacuumed early: claims read through what was deleted and not vacuumed yet.
"""

import zlib
from typing import Any

from ...errors import ConfigurationError
from .postgres_address import PostgresAddress
from .postgres_known_time import make_table

VERSION = 2

_OFTEN = "fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500"

_FIRST = (
    "CREATE SEQUENCE @event_numbers",
    "CREATE SEQUENCE @owner_numbers AS integer CYCLE",
    "CREATE TABLE @settings (version integer NOT NULL, needed double precision NOT NULL)",
    "INSERT INTO @settings VALUES (0, 0)",
    """
CREATE TABLE @events (
    seq bigint PRIMARY KEY,
    id text COLLATE "C" NOT NULL UNIQUE,
    type text COLLATE "C" NOT NULL,
    subject text COLLATE "C" NOT NULL,
    created double precision NOT NULL,
    received double precision NOT NULL,
    body bytea NOT NULL)
""",
    "CREATE INDEX events_received ON @events (received)",
    f"""
CREATE TABLE @subjects (
    subject text COLLATE "C" PRIMARY KEY,
    running integer NOT NULL DEFAULT 0,
    used double precision NOT NULL) WITH ({_OFTEN})
""",
    f"""
CREATE TABLE @work (
    event bigint NOT NULL,
    created double precision NOT NULL,
    waits double precision,
    due double precision,
    finished double precision,
    owner integer,
    attempts integer NOT NULL DEFAULT 0,
    failures integer NOT NULL DEFAULT 0,
    crashes integer NOT NULL DEFAULT 0,
    position smallint NOT NULL,
    suspected boolean NOT NULL DEFAULT false,
    alone boolean NOT NULL DEFAULT false,
    began boolean NOT NULL DEFAULT false,
    replay boolean NOT NULL DEFAULT false,
    state text COLLATE "C" NOT NULL DEFAULT 'pending',
    handler text COLLATE "C" NOT NULL,
    type text COLLATE "C" NOT NULL,
    subject text COLLATE "C" NOT NULL,
    error text,
    PRIMARY KEY (event, position)) WITH ({_OFTEN})
""",
    "CREATE INDEX work_due ON @work (handler, due, event, position) WHERE due IS NOT NULL",
    "CREATE INDEX work_line ON @work (subject, handler, created, event) WHERE finished IS NULL",
    "CREATE INDEX work_running ON @work (owner) WHERE owner IS NOT NULL",
    "CREATE INDEX work_suspects ON @work (handler, due) WHERE suspected AND due IS NOT NULL",
    f"""
CREATE TABLE @newest (
    subject text COLLATE "C" NOT NULL,
    handler text COLLATE "C" NOT NULL,
    created double precision NOT NULL,
    event bigint NOT NULL,
    at double precision NOT NULL,
    PRIMARY KEY (subject, handler)) WITH ({_OFTEN})
""",
    """
CREATE TABLE @owners (
    id integer PRIMARY KEY,
    lease double precision,
    seen double precision NOT NULL)
""",
    """
CREATE TABLE @handlers (
    name text COLLATE "C" NOT NULL,
    owner integer NOT NULL,
    position integer NOT NULL,
    types text[] NOT NULL,
    seen double precision NOT NULL,
    PRIMARY KEY (name, owner))
""",
)

_TRACES = ("ALTER TABLE @events ADD COLUMN trace_context text",)

MIGRATIONS: tuple[tuple[str, ...], ...] = (_FIRST, _TRACES)
"""What brings a version to the next one, from none on."""

_LOCK = 0x4F68_496E
"""Any number that no other program takes for its advisory locks."""


def lock_class(schema: str, salt: int = 0) -> int:
    """A number for the locks of a schema's owners, as PostgreSQL has integers."""
    return (zlib.crc32(schema.encode(), _LOCK + salt)) - 2**31


async def prepare(connection: Any, address: PostgresAddress, *, create: bool) -> None:
    """Make or migrate the tables, one process at a time, in the transaction that there is.

    Raises `ConfigurationError` for tables that are newer than this program, or where there are
    none and none are to be made.
    """
    await connection.execute(
        "SELECT pg_advisory_xact_lock($1, 0)", lock_class(address.schema, salt=1)
    )
    version = await _version(connection, address)
    if version == VERSION:
        await make_table(connection, address)
        return
    if version is None and not create:
        raise ConfigurationError(
            f"{address.shown}: there is no such inbox; oncehub listen makes one"
        )
    if (version or 0) > VERSION:
        raise ConfigurationError(
            f"{address.shown}: is an inbox of version {version}; this program knows version "
            f"{VERSION}: update it"
        )
    if version is None:
        await _make_schema(connection, address)
    for statements in MIGRATIONS[version or 0 :]:
        for statement in statements:
            await connection.execute(address.sql(statement))
    await connection.execute(address.sql("UPDATE @settings SET version = $1"), VERSION)
    await make_table(connection, address)


async def _make_schema(connection: Any, address: PostgresAddress) -> None:
    there = await connection.fetchval(
        "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE n.nspname = $1",
        address.schema,
    )
    if there:
        raise ConfigurationError(
            f"schema: {address.schema} holds another program's tables; name one of its own"
        )
    await connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{address.schema}"')


async def _version(connection: Any, address: PostgresAddress) -> int | None:
    """None where there is no inbox."""
    # Not by to_regclass: its cache may not know what was committed while the lock was waited for.
    # Others have such names as well, but for something else.
    is_there = await connection.fetchval(
        "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE n.nspname = $1 AND (c.relname = 'event_numbers' AND c.relkind = 'S' "
        "OR c.relname = 'settings' AND EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = "
        "c.oid AND a.attname = 'version' AND a.atttypid = 'integer'::regtype))",
        address.schema,
    )
    if is_there != 2:
        return None
    version: int | None = await connection.fetchval(address.sql("SELECT version FROM @settings"))
    return version

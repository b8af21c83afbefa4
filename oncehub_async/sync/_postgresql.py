"""PostgreSQL: an account in a schema of its own.

Rows go by COPY into a temporary table and from there into theirs, in the transaction that also
says how far the sync has come. One connection does it all, and holds an advisory lock, so that a
second sync into the same schema is refused; a lost connection loses both.
"""

import asyncio
import importlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit, urlunsplit

from .._ground import Hidden, checks, time_text
from ..errors import InvalidParameterError
from ._database import (
    INCOMING,
    LATEST,
    SETTINGS_OF_TABLES,
    SETTINGS_TABLE,
    Batch,
    Dialect,
    Upsert,
    blanking,
    deletion,
    last_of_each,
    literal,
    quoted,
    save_setting,
    save_state,
    state_values,
    upsert,
)
from ._migrations import migrations
from ._opened_duckdb import EXTRA_IS_MISSING
from ._row_stamps import stamp_after, stamp_in, stamp_queries
from ._sync_errors import DatabaseBusyError, DatabaseFailedError
from ._tables import ColumnKind, table_of

DEFAULT_SCHEMA = "oncehub"
_LOCKS = 20_480_613
"""Any number that no other program takes for its advisory locks."""
_CONNECT_SECONDS = 30.0
_SERVER_SETTINGS = {
    "reads": {"default_transaction_read_only": "on"},
    # A session that has read a view, and ends no transaction, holds up whoever makes it anew.
    "syncs": {"default_transaction_read_only": "off", "lock_timeout": "30s"},
}
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_TYPES = {
    ColumnKind.TEXT.value: "text",
    ColumnKind.ID.value: "text",
    ColumnKind.INTEGER.value: "bigint",
    ColumnKind.NUMBER.value: "double precision",
    ColumnKind.BOOLEAN.value: "boolean",
    ColumnKind.TIME.value: "timestamptz",
    ColumnKind.JSON.value: "jsonb",
}
_CUSTOM_FIELD = (
    "SELECT f->>'value' FROM jsonb_array_elements(CASE WHEN jsonb_typeof({json}) = 'array' "
    "THEN {json} ELSE '[]'::jsonb END) AS f WHERE f->>'name' = {name} LIMIT 1"
)
_COLUMNS = (
    "SELECT a.attname::text FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid "
    "JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE c.relname = $1 "
    "AND n.nspname = {schema} AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum"
)
_USUAL_PORT = re.compile(r":5432(?=,|$)")
_TELLS_NO_DATA = ("08", "28", "2B", "3D", "3F", "42501", "42622", "42939", "53", "55", "57", "58")
"""SQLSTATEs whose messages are about the server, and not about what is in a row."""


def _place(parts: SplitResult, options: Mapping[str, str], schema: str) -> str:
    """Which schema of which servers: one text for one place, whoever uses it."""
    places = parts.netloc.rpartition("@")[2] or "localhost"
    others = [options[each] for each in ("host", "port", "dbname", "database") if each in options]
    return " ".join([_USUAL_PORT.sub("", places.lower()) + parts.path, *others, f"({schema})"])


class PostgreSQL:
    """A schema of a PostgreSQL database."""

    def __init__(self, url: str, schema: str | None = None) -> None:
        hidden = Hidden(url)
        del url
        problem = checks.database_url_problem(hidden.value)
        if problem is not None:
            raise InvalidParameterError("database", problem)
        parts = urlsplit(hidden.value)
        options = dict(parse_qsl(parts.query, keep_blank_values=True))
        in_url = options.pop("schema", None)
        self._schema = schema or in_url or DEFAULT_SCHEMA
        self._url = Hidden(urlunsplit(parts._replace(query=urlencode(options))))
        host = parts.hostname or "localhost"
        self._shown = f"postgresql://{host}{parts.path} ({self._schema})"
        self._place = _place(parts, options, self._schema)
        self._asyncpg = _asyncpg()
        self._connection: Any = None
        self._has_incoming: set[str] = set()
        self._busy = asyncio.Lock()
        self._dialect = Dialect(
            name="postgresql",
            types=_TYPES,
            schema=f"{quoted(self._schema)}.",
            custom_field=_CUSTOM_FIELD,
            columns=_COLUMNS.format(schema=literal(self._schema)),
        )

    @property
    def shown(self) -> str:
        """Host, database and schema, without user and password."""
        return self._shown

    @property
    def place(self) -> str:
        """Which one it is, whoever uses it."""
        return self._place

    @property
    def dialect(self) -> Dialect:
        """PostgreSQL's."""
        return self._dialect

    async def open(self) -> None:
        """Keep other syncs out, and make or migrate the tables."""
        async with self._busy, self._failures_told():
            await self._connect()

    async def close(self) -> None:
        """Let others in."""
        connection, self._connection = self._connection, None
        if connection is not None:
            async with self._failures_told():
                await connection.close(timeout=5)

    async def commit(self, batch: Batch) -> None:
        """Write it all, or nothing."""
        async with self._transaction() as connection:
            stamp = stamp_after(await self._latest(connection), batch.now)
            for each in batch.upserts:
                if each.rows:
                    await self._upsert(connection, each, stamp)
            for marked in batch.deletions:
                statement = deletion(self._dialect, marked.table, stamp)
                for gone, into in marked.ids.items():
                    more = [into] if marked.table == "contacts" else []
                    await connection.execute(statement, batch.now, gone, *more)
            for blanked in batch.blankings:
                await connection.execute(blanking(self._dialect, blanked, stamp))
            for state in batch.states:
                await connection.execute(save_state(self._dialect), *state_values(state))
            for name, value in {**batch.settings, LATEST: time_text(stamp)}.items():
                await connection.execute(save_setting(self._dialect), name, value)
            for text in batch.statements:
                await connection.execute(text)

    async def fetch(self, sql: str, *arguments: Any) -> list[tuple[Any, ...]]:
        """The rows that a query gives."""
        async with self._transaction() as connection:
            return [tuple(row) for row in await connection.fetch(sql, *arguments)]

    async def scrub(self, tables: Collection[str]) -> None:
        """Write the tables anew; what reads them waits meanwhile, and this for what reads them."""
        warnings: list[str] = []

        def note(_: Any, message: Any) -> None:
            if str(message.sqlstate).startswith("01"):
                warnings.append(message.sqlstate)

        async with self._busy, self._failures_told():
            connection = await self._connected()
            connection.add_log_listener(note)
            try:
                for name in tables:
                    await connection.execute(f"VACUUM FULL {self._dialect.table(name)}")
                await asyncio.sleep(0)  # listeners are called by the loop
            finally:
                connection.remove_log_listener(note)
        if warnings:
            # The server leaves out others' tables, and only warns of it.
            raise DatabaseFailedError(
                f"{self.shown}: what was there before stays in the tables' files until their owner "
                "does the same: only an owner can write them anew (VACUUM FULL)"
            )

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[Any]:
        async with self._busy, self._failures_told():
            connection = await self._connected()
            try:
                async with connection.transaction():
                    yield connection
            except self._asyncpg.InternalClientError:
                # It was lost in the middle of a statement, and doesn't know it yet.
                connection.terminate()
                raise

    async def _connected(self) -> Any:
        """The connection, or another one where it was lost."""
        if self._connection is None or self._connection.is_closed():
            await self._connect()
        return self._connection

    @asynccontextmanager
    async def looked_into(self) -> AsyncIterator[Callable[..., Awaitable[list[tuple[Any, ...]]]]]:
        """Queries by a connection that only reads, whoever writes."""
        async with self._failures_told():
            connection = await self._connection_that("reads")

        async def fetch(sql: str, *arguments: Any) -> list[tuple[Any, ...]]:
            async with self._failures_told():
                return [tuple(row) for row in await connection.fetch(sql, *arguments)]

        try:
            yield fetch
        finally:
            await connection.close(timeout=5)

    async def _connection_that(self, does: str) -> Any:
        connection = await self._asyncpg.connect(
            self._url.value,
            timeout=_CONNECT_SECONDS,
            statement_cache_size=0,  # views and columns change under it
            server_settings={
                "timezone": "UTC",
                "application_name": f"oncehub-async {does}",
                **_SERVER_SETTINGS[does],
            },
        )
        # The client takes the first and the last moment that Python has for infinity.
        await connection.set_type_codec(
            "timestamptz",
            schema="pg_catalog",
            encoder=lambda time: ((time - _EPOCH) // _MICROSECOND,),
            decoder=lambda value: _EPOCH + value[0] * _MICROSECOND,
            format="tuple",
        )
        return connection

    async def _connect(self) -> None:
        self._has_incoming.clear()
        self._connection = None
        connection = await self._connection_that("syncs")
        try:
            held = await connection.fetchval(
                "SELECT pg_try_advisory_lock($1, hashtext($2))", _LOCKS, self._schema
            )
            self._check_held(held=bool(held))
            async with connection.transaction():
                await self._migrate(connection)
        except BaseException:
            connection.terminate()
            raise
        self._connection = connection

    def _check_held(self, *, held: bool) -> None:
        if not held:
            raise DatabaseBusyError(
                f"another sync writes into {self.shown}; wait for it, or choose another schema"
            )

    async def _migrate(self, connection: Any) -> None:
        exists = await connection.fetchval(
            "SELECT count(*) FROM information_schema.schemata WHERE schema_name = $1", self._schema
        )
        if not exists:
            await connection.execute(f"CREATE SCHEMA {quoted(self._schema)}")
        there: dict[str, list[str]] = {}
        columns = await connection.fetch(
            "SELECT table_name, column_name FROM information_schema.columns "
            "WHERE table_schema = $1 ORDER BY ordinal_position",
            self._schema,
        )
        for table, column in columns:
            there.setdefault(table, []).append(column)
        settings: dict[str, str] = {}
        if SETTINGS_TABLE in there:
            kept = await connection.fetch(
                f"SELECT name, value FROM {self._dialect.table(SETTINGS_TABLE)} "
                "WHERE name = ANY($1::text[])",
                SETTINGS_OF_TABLES,
            )
            settings.update(map(tuple, kept))
        for statement in migrations(self._dialect, there, settings, self.shown):
            await connection.execute(statement)

    async def _latest(self, connection: Any) -> datetime | None:
        for query in stamp_queries(self._dialect):
            latest = stamp_in(await connection.fetch(query))
            if latest is not None:
                return latest
        return None

    async def _upsert(self, connection: Any, upserted: Upsert, stamp: datetime) -> None:
        table = table_of(upserted.table)
        incoming = f"{INCOMING}_{table.name}"
        if incoming not in self._has_incoming:
            await connection.execute(
                f"CREATE TEMPORARY TABLE IF NOT EXISTS {incoming} ON COMMIT DELETE ROWS "
                f"AS SELECT * FROM {self._dialect.table(table.name)} WITH NO DATA"
            )
        await connection.copy_records_to_table(
            incoming, records=last_of_each(upserted.rows), columns=table.names
        )
        await connection.execute(upsert(self._dialect, upserted, incoming, stamp))
        await connection.execute(f"TRUNCATE {incoming}")

    @asynccontextmanager
    async def _failures_told(self) -> AsyncIterator[None]:
        """Their texts may quote what is in a row."""
        try:
            yield
        except self._asyncpg.PostgresError as error:
            state = str(getattr(error, "sqlstate", "") or "")
            told = f": {error}" if state.startswith(_TELLS_NO_DATA) else ""
            raise DatabaseFailedError(
                f"{self.shown}: {type(error).__name__} ({state}){told}"
            ) from None
        except (
            self._asyncpg.InterfaceError,
            self._asyncpg.InternalClientError,
            OSError,
            TimeoutError,
        ) as error:
            why = getattr(error, "strerror", None) or type(error).__name__
            raise DatabaseFailedError(f"{self.shown}: {why}") from None


def _asyncpg() -> Any:
    try:
        return importlib.import_module("asyncpg")
    except ModuleNotFoundError:
        raise InvalidParameterError("database", f"PostgreSQL {EXTRA_IS_MISSING}") from None

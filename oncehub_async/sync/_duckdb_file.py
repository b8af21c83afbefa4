"""DuckDB: an account in a file, with no server."""

from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from .._ground import FileLock, time_text
from ._database import (
    LATEST,
    SETTINGS_OF_TABLES,
    SETTINGS_TABLE,
    Batch,
    Dialect,
    Upsert,
    blanking,
    deletion,
    insertion,
    last_of_each,
    save_setting,
    save_state,
    state_values,
    upsert,
)
from ._migrations import migrations
from ._object_rows import Row
from ._one_thread import OneThread
from ._opened_duckdb import ATTACHED, OpenedDuckDB
from ._row_stamps import stamp_after, stamp_in, stamp_queries
from ._sync_errors import DatabaseBusyError, DatabaseFailedError
from ._tables import SYNCED_AT, ColumnKind, table_of

T = TypeVar("T")
P = ParamSpec("P")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

_DIALECT = Dialect(
    name="duckdb",
    types={
        ColumnKind.TEXT.value: "VARCHAR",
        ColumnKind.ID.value: "VARCHAR",
        ColumnKind.INTEGER.value: "BIGINT",
        ColumnKind.NUMBER.value: "DOUBLE",
        ColumnKind.BOOLEAN.value: "BOOLEAN",
        ColumnKind.TIME.value: "TIMESTAMPTZ",
        ColumnKind.JSON.value: "JSON",
    },
    schema="",
    custom_field=(
        "list_extract(list_filter(CASE WHEN json_type({json}) = 'ARRAY' "
        "THEN CAST({json} AS JSON[]) END, lambda f: (f->>'name') = {name}), 1)->>'value'"
    ),
    columns=(
        "SELECT column_name FROM duckdb_columns() WHERE table_name = $1 "
        f"AND database_name = '{ATTACHED}' AND schema_name = 'main' ORDER BY column_index"
    ),
)


class DuckDBFile:
    """A file of DuckDB's."""

    def __init__(self, path: Path) -> None:
        self._opened = OpenedDuckDB(path)
        self._lock = FileLock(self.path.with_name(f"{self.path.name}.lock"))
        self._thread = OneThread("oncehub duckdb")

    @property
    def shown(self) -> str:
        """The file, as it was named."""
        return self._opened.shown

    @property
    def path(self) -> Path:
        """Where it is, behind all links."""
        return self._opened.path

    @property
    def place(self) -> str:
        """Which one it is, however it was named."""
        return str(self.path)

    @property
    def dialect(self) -> Dialect:
        """DuckDB's."""
        return _DIALECT

    async def open(self) -> None:
        """Keep other syncs out, and make or migrate the tables."""
        await self._in_turn(self._open)

    async def close(self) -> None:
        """Let others in."""
        try:
            await self._thread.run(self._close)
        finally:
            self._thread.end()

    async def commit(self, batch: Batch) -> None:
        """Write it all, or nothing."""
        await self._in_turn(self._commit, batch)

    async def fetch(self, sql: str, *arguments: Any) -> list[tuple[Any, ...]]:
        """The rows that a query gives."""
        return await self._in_turn(self._fetch, sql, arguments)

    async def scrub(self, tables: Collection[str]) -> None:
        """Leave no byte of what was written over: whole, or as it was if it is killed before."""
        await self._in_turn(self._opened.replace_by_copy)

    async def _in_turn(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._thread.run(self._opened.with_room, function, *args, **kwargs)

    def _open(self) -> None:
        self._opened.refuse_other_file()
        try:
            held = self._lock.acquire()
        except OSError as error:
            raise DatabaseFailedError(f"{self.shown}: {error.strerror}") from None
        if not held:
            raise DatabaseBusyError(
                f"another sync writes into {self.shown}; wait for it, or choose another file"
            )
        try:
            with self._opened.connected(writing=True) as connection:
                self._migrate(connection)
        except BaseException:
            self._close()
            raise

    def _close(self) -> None:
        self._opened.close()
        self._lock.release()

    def _migrate(self, connection: Any) -> None:
        there: dict[str, list[str]] = {}
        # Other schemas in the file are the user's.
        columns = connection.execute(
            "SELECT table_name, column_name FROM duckdb_columns() "
            "WHERE database_name = $1 AND schema_name = 'main' ORDER BY column_index",
            [ATTACHED],
        ).fetchall()
        for table, column in columns:
            there.setdefault(table, []).append(column)
        settings: dict[str, str] = {}
        if SETTINGS_TABLE in there:
            kept = connection.execute(
                f"SELECT name, value FROM {SETTINGS_TABLE} "
                "WHERE name IN (SELECT unnest(CAST($1 AS VARCHAR[])))",
                [SETTINGS_OF_TABLES],
            )
            settings.update(kept.fetchall())
        for statement in migrations(_DIALECT, there, settings, self.shown):
            connection.execute(statement)

    def _commit(self, batch: Batch) -> None:
        with self._opened.connected(writing=True) as connection:
            stamp = stamp_after(self._latest(connection), batch.now)
            for each in batch.upserts:
                if each.rows:
                    self._upsert(connection, each, stamp)
            for marked in batch.deletions:
                statement = deletion(_DIALECT, marked.table, stamp)
                for gone, into in marked.ids.items():
                    more = [into] if marked.table == "contacts" else []
                    connection.execute(statement, [batch.now, gone, *more])
            for blanked in batch.blankings:
                connection.execute(blanking(_DIALECT, blanked, stamp))
            for state in batch.states:
                connection.execute(save_state(_DIALECT), list(state_values(state)))
            for name, value in {**batch.settings, LATEST: time_text(stamp)}.items():
                connection.execute(save_setting(_DIALECT), [name, value])
            for text in batch.statements:
                connection.execute(text)

    def _latest(self, connection: Any) -> datetime | None:
        for query in stamp_queries(_DIALECT):
            latest = stamp_in(connection.execute(query).fetchall())
            if latest is not None:
                return latest
        return None

    def _upsert(self, connection: Any, upserted: Upsert, stamp: datetime) -> None:
        """Put rows into their table; those that aren't there yet, at half the cost."""
        rows = last_of_each(upserted.rows)
        self._opened.count_rows(len(rows))
        there = self._ids_there(connection, upserted.table, [row[0] for row in rows])
        new = [row for row in rows if row[0] not in there]
        if new:
            columns, source = _columns_of(upserted.table, new)
            connection.execute(insertion(_DIALECT, upserted, source, stamp), columns)
        if there:
            known = [row for row in rows if row[0] in there]
            columns, source = _columns_of(upserted.table, known)
            connection.execute(upsert(_DIALECT, upserted, source, stamp), columns)

    def _ids_there(self, connection: Any, table: str, ids: list[str]) -> set[str]:
        # Of single values it asks the index; for a list it reads all ids that there are.
        places = ", ".join(f"${number + 1}" for number in range(len(ids)))
        found = connection.execute(
            f"SELECT id FROM {_DIALECT.table(table)} WHERE id IN ({places})", ids
        ).fetchall()
        return {row[0] for row in found}

    def _fetch(self, sql: str, arguments: Sequence[Any]) -> list[tuple[Any, ...]]:
        with self._opened.connected() as connection:
            rows: list[tuple[Any, ...]] = connection.execute(sql, list(arguments)).fetchall()
            return rows


def _columns_of(name: str, rows: Sequence[Row]) -> tuple[list[list[Any]], str]:
    """The values of each column, and the query that makes rows of them again."""
    columns: list[list[Any]] = []
    parts = []
    for column, held in zip(table_of(name).columns, zip(*rows, strict=True), strict=True):
        if column.name == SYNCED_AT:
            continue
        columns.append(list(held))
        kind = _DIALECT.types[column.kind.value]
        values = f"unnest(CAST(${len(columns)} AS {kind}[]))"
        if column.kind is ColumnKind.TIME:
            # The client takes the last moment that Python has for infinity.
            values = f"make_timestamptz(unnest(CAST(${len(columns)} AS BIGINT[])))"
            columns[-1] = [_microseconds(each) for each in held]
        parts.append(f'{values} AS "{column.name}"')
    return columns, f"(SELECT {', '.join(parts)})"


def _microseconds(time: datetime | None) -> int | None:
    return None if time is None else (time - _EPOCH) // _MICROSECOND

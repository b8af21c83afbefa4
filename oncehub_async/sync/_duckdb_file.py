"""DuckDB: an account in a file, with no server.

While a process has the file open for writing, no other can open it, not even to read. So it is
opened for what a round commits and closed right after it, and whoever wants to look finds it closed
most of the time. The storage version is pinned, so that older versions of DuckDB read it.
"""

import importlib
import os
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from .._ground import FileLock, sync_folder, time_text
from ..errors import InvalidParameterError
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
from ._private_duckdb import create_database, prepare_folder, prepare_log, remove_folder
from ._row_stamps import stamp_after, stamp_in, stamp_queries
from ._sync_errors import DatabaseBusyError, DatabaseFailedError
from ._tables import SYNCED_AT, ColumnKind, table_of

T = TypeVar("T")
P = ParamSpec("P")

EXTRA_IS_MISSING = "needs more packages: pip install 'oncehub-async[sync]'"
_NEW_FILE, _NEW_TABLES = "STORAGE_VERSION 'v1.0.0', BLOCK_SIZE 16384", "ROW_GROUP_SIZE 8192"
"""A table has sixty columns, and each holds a block, and its rows until a group of
them is full: with DuckDB's own sizes that takes 25 MB more, at no other speed."""
_MEMORY, _MORE, _AMPLE = "24MB", "48MB", "80%"
"""What DuckDB may take beside its code and catalog, and where that doesn't suffice, of the
machine's in the end. With 16 MB it lacks memory for 500 rows at once into a million, whose index it
reads nearly whole for them; three notes of 10 MB need more than 48."""
_THREADS = "1"
"""A second one takes 10 MB, and makes pages of rows no faster."""
_LONGEST_WAIT = 30.0
"""Seconds to wait for somebody who reads the file."""
_PAUSE = 0.05
_HELD, _LONGEST_HELD = 0.2, 3.0
"""Seconds for which it stays open after a commit, and in all: to open it takes as long again."""
_MOST_ROWS = 2_000
"""Rows that are written before it is closed: a thousand take 1.1 MB until then."""
_HELD_BY_ANOTHER = ("lock on file", "used by another process", "already attached")
"""In DuckDB's messages, which name blocks and paths as well."""
_NO_SPACE = "No space left on device"
_ATTACHED = "account"
_COPY = ".erasing"
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
)


class DuckDBFile:
    """A file of DuckDB's."""

    def __init__(self, path: Path) -> None:
        self._shown = str(path)
        # Beside a link there would be another log, and a copy in the link's place.
        self._path = path = Path(os.path.realpath(path))
        self._lock = FileLock(path.with_name(f"{path.name}.lock"))
        self._aside = path.with_name(f"{path.name}.tmp")
        self._busy = threading.Lock()
        self._duckdb = _duckdb()
        self._memory = _MEMORY
        self._lacked_memory = False
        self._thread = OneThread("oncehub duckdb")
        self._connection: Any = None
        self._opened_at = 0.0
        self._rows_since = 0
        self._closing: threading.Timer | None = None

    @property
    def shown(self) -> str:
        """The file, as it was named."""
        return self._shown

    @property
    def path(self) -> Path:
        """Where it is, behind all links."""
        return self._path

    @property
    def dialect(self) -> Dialect:
        """DuckDB's."""
        return _DIALECT

    async def open(self) -> None:
        """Keep other syncs out, and make or migrate the tables."""
        await self._thread.run(self._with_room, self._open)

    async def close(self) -> None:
        """Let others in."""
        try:
            await self._thread.run(self._close)
        finally:
            self._thread.end()

    async def commit(self, batch: Batch) -> None:
        """Write it all, or nothing."""
        await self._thread.run(self._with_room, self._commit, batch)

    async def fetch(self, sql: str, *arguments: Any) -> list[tuple[Any, ...]]:
        """The rows that a query gives."""
        return await self._thread.run(self._with_room, self._fetch, sql, arguments)

    async def scrub(self, tables: Collection[str]) -> None:
        """Put a copy of what it holds in the file's place: DuckDB leaves old blocks as they are.

        Killed before that, the file is as it was.
        """
        await self._thread.run(self._with_room, self._scrub)

    def _with_room(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do it, again where memory didn't suffice: all of it is undone by then."""
        for memory in (_MEMORY, _MORE, _AMPLE):
            self._lacked_memory = False
            try:
                return function(*args, **kwargs)
            except DatabaseFailedError:
                if not self._lacked_memory:
                    raise
            # Most is that of rows that were written before, as long as it was open.
            with self._busy:
                self._let_go()
                self._memory = memory
        return function(*args, **kwargs)

    def _failed(self, error: Exception) -> DatabaseFailedError:
        """Without its text, which may quote what is in a row."""
        of_memory = (self._duckdb.OutOfMemoryException, self._duckdb.TransactionException)
        self._lacked_memory = isinstance(error, of_memory)
        full = f": {_NO_SPACE}" if _NO_SPACE.lower() in str(error).lower() else ""
        return DatabaseFailedError(f"{self.shown}: DuckDB failed with {type(error).__name__}{full}")

    def _scrub(self) -> None:
        copy = self._path.with_name(f"{self._path.name}{_COPY}")
        with self._busy, self._leaving_none(copy, Path(f"{copy}.wal")):
            self._let_go()
            self._copy_to(copy)
            with copy.open("rb") as written:
                os.fsync(written.fileno())
            copy.replace(self._path)
            sync_folder(self._path.parent)

    def _copy_to(self, copy: Path) -> None:
        connection = self._connect()
        try:
            connection.execute("CHECKPOINT")
            create_database(self._duckdb, copy, _NEW_FILE)
            file = str(copy).replace("'", "''")
            connection.execute(f"ATTACH '{file}' AS copied ({_NEW_TABLES})")
            prepare_log(copy)
            connection.execute(f"COPY FROM DATABASE {_ATTACHED} TO copied")
            connection.execute("CHECKPOINT copied")
        finally:
            connection.close()

    @contextmanager
    def _leaving_none(self, *files: Path) -> Iterator[None]:
        """Without these files from a kill before it, nor from a failure in it."""
        _remove(files)
        try:
            yield
        except BaseException as error:
            _remove(files)
            if isinstance(error, self._duckdb.Error):
                raise self._failed(error) from None
            if isinstance(error, OSError):
                raise DatabaseFailedError(f"{self.shown}: {error.strerror}") from None
            raise

    def _open(self) -> None:
        self._refuse_other_file()
        try:
            held = self._lock.acquire()
        except OSError as error:
            raise DatabaseFailedError(f"{self.shown}: {error.strerror}") from None
        if not held:
            raise DatabaseBusyError(
                f"another sync writes into {self.shown}; wait for it, or choose another file"
            )
        try:
            with self._connected(writing=True) as connection:
                self._migrate(connection)
        except BaseException:
            self._close()
            raise

    def _migrate(self, connection: Any) -> None:
        there: dict[str, set[str]] = {}
        columns = connection.execute(
            "SELECT table_name, column_name FROM duckdb_columns() WHERE database_name = $1",
            [_ATTACHED],
        ).fetchall()
        for table, column in columns:
            there.setdefault(table, set()).add(column)
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
        with self._connected(writing=True) as connection:
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
        self._rows_since += len(rows)
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
        with self._connected() as connection:
            rows: list[tuple[Any, ...]] = connection.execute(sql, list(arguments)).fetchall()
            return rows

    @contextmanager
    def _connected(self, *, writing: bool = False) -> Iterator[Any]:
        """A connection and a transaction in it, which is committed at the end."""
        with self._busy:
            try:
                connection = self._held_connection()
                try:
                    connection.execute("BEGIN")
                    yield connection
                    if writing:
                        prepare_log(self._path)
                    connection.execute("COMMIT")
                except BaseException:
                    self._let_go()
                    raise
                self._let_go_soon()
            except self._duckdb.Error as error:
                raise self._failed(error) from None
            except OSError as error:
                raise DatabaseFailedError(f"{self.shown}: {error.strerror}") from None

    def _held_connection(self) -> Any:
        """The one that is open, for what is committed shortly one after the other."""
        if self._closing is not None:
            self._closing.cancel()
            self._closing = None
        is_long = time.monotonic() - self._opened_at > _LONGEST_HELD
        if self._connection is not None and (is_long or self._rows_since >= _MOST_ROWS):
            self._let_go()
            self._memory = _MEMORY
        if self._connection is None:
            self._connection, self._opened_at = self._connect(), time.monotonic()
            self._rows_since = 0
        return self._connection

    def _let_go_soon(self) -> None:
        closing = threading.Timer(_HELD, self._let_go_if_idle)
        closing.daemon = True
        self._closing = closing
        closing.start()

    def _let_go_if_idle(self) -> None:
        with self._busy:
            # While this waited for its turn, somebody may have gone on with it.
            if self._closing is threading.current_thread():
                self._closing = None
                self._let_go()
                self._memory = _MEMORY

    def _let_go(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
            remove_folder(self._aside)

    def _close(self) -> None:
        with self._busy:
            if self._closing is not None:
                self._closing.cancel()
                self._closing = None
            self._let_go()
        self._lock.release()

    def _connect(self) -> Any:
        gives_up = time.monotonic() + _LONGEST_WAIT
        if self._path.parent.is_dir():
            prepare_folder(self._aside)
            if not self._path.exists():
                create_database(self._duckdb, self._path, _NEW_FILE)
        while True:
            # What it has to put aside goes beside the file, not into the current folder.
            connection = self._duckdb.connect(
                ":memory:",
                config={
                    "memory_limit": self._memory,
                    "threads": _THREADS,
                    "temp_directory": str(self._aside),
                    "autoinstall_known_extensions": "false",
                    "TimeZone": "UTC",
                },
            )
            file = str(self._path).replace("'", "''")
            try:
                connection.execute(f"ATTACH '{file}' AS {_ATTACHED} ({_NEW_TABLES})")
                connection.execute(f"USE {_ATTACHED}")
            except self._duckdb.Error as error:
                connection.close()
                self._check_file(error)
                if time.monotonic() > gives_up:
                    raise DatabaseBusyError(
                        f"{self.shown} is open in another program; close it there"
                    ) from None
                time.sleep(_PAUSE)
            except BaseException:
                connection.close()
                raise
            else:
                return connection

    def _check_file(self, error: Exception) -> None:
        """Tell what waiting doesn't help against from somebody who has the file open."""
        if is_held_by_another(error):
            return
        if isinstance(error, self._duckdb.OutOfMemoryException):
            raise self._failed(error)
        if not self._path.parent.is_dir():
            raise DatabaseFailedError(f"{self._path.parent}: there is no such folder")
        if self._path.exists() and not os.access(self._path, os.W_OK):
            raise DatabaseFailedError(f"{self.shown}: permission denied")
        raise self.told(error)

    def told(self, error: Exception | None = None) -> DatabaseFailedError:
        """What is wrong with a file that can't be opened."""
        if "corrupt" in str(error).lower():
            return DatabaseFailedError(f"{self.shown}: is damaged; take a copy, or sync anew")
        return DatabaseFailedError(
            f"{self.shown}: can't be opened; it is no database of DuckDB's, or of a later version"
        )

    def _refuse_other_file(self) -> None:
        """Somebody's file that isn't DuckDB's is left as it is, without a lock beside it."""
        try:
            with self._path.open("rb") as file:
                head = file.read(12)
        except OSError:
            return  # it isn't there; or what opens it tells why it can't be read
        if head[8:] != b"DUCK":
            raise self.told()


def _remove(files: Iterable[Path]) -> None:
    for each in files:
        each.unlink(missing_ok=True)


def is_held_by_another(error: Exception) -> bool:
    """Whether a file can't be opened since another program, or this one, has it open."""
    told = str(error).lower()
    return any(each in told for each in _HELD_BY_ANOTHER)


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


def _duckdb() -> Any:
    try:
        return importlib.import_module("duckdb")
    except ModuleNotFoundError:
        raise InvalidParameterError("database", f"DuckDB {EXTRA_IS_MISSING}") from None

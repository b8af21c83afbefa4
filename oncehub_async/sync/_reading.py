"""A synced database for those who only look: nothing is locked, made or migrated."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import attrs

from ..errors import InvalidParameterError
from ._column_policy import blocked_by
from ._database import STATE_TABLE, Dialect, Reader, read_settings
from ._database_url import database_of
from ._duckdb_file import DuckDBFile
from ._opened_duckdb import is_held_by_another, unreadable
from ._postgresql import PostgreSQL
from ._sync_errors import DatabaseBusyError, DatabaseFailedError

_LONGEST_WAIT = 30.0
"""Seconds to wait for a sync that writes into the file."""
_PAUSE = 0.05


@asynccontextmanager
async def reading(url: str | Path, *, schema: str | None = None) -> AsyncIterator[Reader]:
    """Look into a synced database, also while a sync goes on.

    Raises `InvalidParameterError` for a URL that names none, and where nothing was synced into it
    yet; `SyncError` where it can't be read.
    """
    database = database_of(url, schema=schema)
    del url  # it may hold a password, which no local of a traceback may
    if isinstance(database, PostgreSQL):
        async with database.looked_into() as fetch:
            yield await _checked(_Looking(database.shown, database.dialect, fetch))
    elif isinstance(database, DuckDBFile):
        if not database.path.exists():
            raise InvalidParameterError(
                "database", f"there is no {database.shown}; make it: oncehub sync {database.shown}"
            )
        connection = await asyncio.to_thread(_attached, database)
        try:
            looking = _DuckDBConnection(database, connection)
            yield await _checked(_Looking(database.shown, database.dialect, looking.fetch))
        finally:
            connection.close()
    else:
        raise TypeError(f"{type(database).__name__} can't be read")


@attrs.frozen
class _Looking:
    shown: str
    dialect: Dialect
    _fetch: Any

    async def fetch(self, sql: str, *arguments: Any) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = await self._fetch(sql, *arguments)
        return found


async def blocked_columns(reader: Reader) -> frozenset[str]:
    """The columns that the database's policy keeps empty, such as `contacts.email`.

    Raises `SyncError`.
    """
    return blocked_by((await read_settings(reader)).get("policy", ""))


async def _checked(reader: _Looking) -> _Looking:
    if not await reader.fetch(reader.dialect.columns, STATE_TABLE):
        raise InvalidParameterError(
            "database", f"nothing was synced into {reader.shown} yet; run oncehub sync first"
        )
    return reader


@attrs.frozen
class _DuckDBConnection:
    database: DuckDBFile
    connection: Any

    async def fetch(self, sql: str, *arguments: Any) -> list[tuple[Any, ...]]:
        return await asyncio.to_thread(self._run, sql, arguments)

    def _run(self, sql: str, arguments: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        import duckdb

        try:
            found: list[tuple[Any, ...]] = self.connection.execute(sql, arguments).fetchall()
        except duckdb.Error as error:
            raise DatabaseFailedError(f"{self.database.shown}: {type(error).__name__}") from None
        return found


def _attached(database: DuckDBFile) -> Any:
    import duckdb

    gives_up = time.monotonic() + _LONGEST_WAIT
    file = str(database.path).replace("'", "''")
    while True:
        connection = duckdb.connect(
            ":memory:", config={"autoinstall_known_extensions": "false", "TimeZone": "UTC"}
        )
        try:
            connection.execute(f"ATTACH '{file}' AS account (READ_ONLY)")
            connection.execute("USE account")
        except duckdb.Error as error:
            connection.close()
            if not is_held_by_another(error):
                raise unreadable(database.shown, error) from None
            if time.monotonic() > gives_up:
                raise DatabaseBusyError(
                    f"{database.shown} is open for writing in another program"
                ) from None
            time.sleep(_PAUSE)
        else:
            return connection

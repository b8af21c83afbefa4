"""Syncs an account: once, or for as long as it is watched."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Any, Self

import attrs

from .._client import OnceHub
from .._ground import checks, likely_word, logger
from ..errors import (
    AuthenticationError,
    ClientStateError,
    InvalidParameterError,
    OnceHubError,
)
from ._account_reading import look_for_changes, read_history
from ._account_sync import LONG_LISTS, SyncedAccount
from ._column_policy import NO_POLICY, ColumnPolicy
from ._database import Database
from ._database_url import DEFAULT_DATABASE, database_of
from ._deletion_search import SEARCHED, search_step, seconds_apart
from ._sync_check import SAMPLES, TableCheck, check_tables
from ._sync_errors import DatabaseBusyError, DatabaseFailedError
from ._sync_progress import SyncProgress, SyncRound
from ._tables import SYNCED_AT, TABLES, table_of

EVERY = 300.0
_ALL = "all"
SHORTEST_PAUSE = 10.0
_WORTH_ANOTHER_LOOK = 30.0
"""Seconds that reading history may take without another look for changes after it."""


class AccountSync:
    """An account that is synced into a database.

        async with AccountSync(oncehub, "postgresql://localhost/crm") as account:
            await account.run()

    It has the database to itself between `open` and `close`: a second sync is refused. All rows
    are written with how far the sync has come, so that whatever end it comes to, the next one goes
    on from there.

    - `database`: a URL or a file, as `database_of` takes it, or a `Database`.
    - `since` (aware): leave out bookings, contacts and text messages that were created before.
    - `policy`: which columns are blocked or hashed; see `column_policy`.
    - `resync`: tables to read anew. The old rows stay until the new ones take their place.
    - `on_progress`: is told after each commit.

    Opening raises `SyncError`, `InvalidParameterError` and what `column_policy` raises.
    """

    def __init__(
        self,
        oncehub: OnceHub,
        database: str | Path | Database = DEFAULT_DATABASE,
        *,
        schema: str | None = None,
        since: datetime | None = None,
        policy: ColumnPolicy = NO_POLICY,
        resync: Iterable[str] = (),
        on_progress: Callable[[SyncProgress], None] | None = None,
    ) -> None:
        self.database: Database = (
            database_of(database, schema=schema) if isinstance(database, str | Path) else database
        )
        del database  # a URL may hold a password, which no local of a traceback may
        since = None if since is None else checks.aware(since, "since")
        self._resync = tables_of(resync)
        self._account = SyncedAccount(oncehub, self.database, policy, since, on_progress)
        self._is_open = False
        self._checked = False
        self._found: dict[str, dict[str, str | None]] = {}
        self._history_errors: dict[str, str] = {}

    async def open(self) -> Self:
        """Take the database, and make or migrate its tables. Raises `SyncError`."""
        await self.database.open()
        try:
            await self._account.load(self._resync)
        except BaseException:
            await self.database.close()
            raise
        self._is_open = True
        return self

    async def close(self) -> None:
        """Let others have the database. Closing twice does no harm."""
        if self._is_open:
            self._is_open = False
            await self.database.close()

    async def __aenter__(self) -> Self:
        return await self.open()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    @property
    def progress(self) -> SyncProgress:
        """How far it is."""
        return self._account.progress

    @property
    def complete(self) -> bool:
        """Whether all is there, as far back as was asked for."""
        return self._account.complete

    async def run(self, *, every: float = EVERY) -> SyncRound:
        """Look for changes, and read what of history is missing; the last round.

        Where history takes longer than `every` seconds, changes are looked for meanwhile. What
        fails is in the round's `errors`; the other tables go on. Raises `AuthenticationError` and
        `SyncError`.
        """
        clock = self._opened().oncehub.clock
        looked = clock.now()
        last = await self.round()
        if not any(self._account.places[name].windows for name in LONG_LISTS):
            return last
        history = asyncio.create_task(read_history(self._account, self._history_errors))
        try:
            while not history.done():
                wait = max(0.0, every - (clock.now() - looked))
                await asyncio.wait({history}, timeout=clock.real_seconds(wait))
                if not history.done():
                    looked = clock.now()
                    last = await self.round()
            await history
        finally:
            history.cancel()
            await asyncio.gather(history, return_exceptions=True)
        if clock.now() - looked > _WORTH_ANOTHER_LOOK:
            last = await self.round()
        return self._told(last)

    async def watch(
        self, *, every: float = EVERY, search: bool = True
    ) -> AsyncGenerator[SyncRound, None]:
        """Look for changes every so many seconds, for as long as it is iterated.

        History is read meanwhile, and once it is there, deletions in long lists are searched for
        with a fifth of the budget at most, unless `search` is false. Raises
        `InvalidParameterError`, `AuthenticationError` and, at the beginning, `SyncError`; later
        ones are in the round's `errors`.
        """
        if not every >= SHORTEST_PAUSE:
            raise InvalidParameterError("every", "has to be 10 seconds or more")
        clock = self._opened().oncehub.clock
        background: asyncio.Task[None] | None = None
        has_looked = False
        try:
            while True:
                try:
                    found = await self.round()
                except (DatabaseBusyError, DatabaseFailedError) as error:
                    if not has_looked:
                        raise
                    found = SyncRound(started=self._account.now(), errors={"database": str(error)})
                has_looked = True
                yield self._told(found)
                if background is None or background.done():
                    if background is not None:
                        background.result()
                    background = asyncio.create_task(self._in_background(search=search))
                await clock.sleep(every)
        finally:
            if background is not None:
                background.cancel()
                await asyncio.gather(background, return_exceptions=True)

    async def round(self) -> SyncRound:
        """One look for changes in all tables; on a quiet account 8 requests at most.

        Raises `AuthenticationError` and `SyncError`.
        """
        account, is_first = self._opened(), not self._checked
        found = await look_for_changes(account, is_first=is_first)
        self._checked = True
        return found

    async def search_all(self) -> Mapping[str, Mapping[str, str | None]]:
        """Search bookings and contacts for deletions once, from the top to the end.

        It takes a fifth of the budget at most: 20,000 contacts take about half an hour. Gives the
        ids by table, and where merged contacts went. Raises a `RequestError` and `SyncError`.
        """
        account = self._opened()
        for name in SEARCHED:
            await self._search(account, name)
        found, self._found = self._found, {}
        return found

    async def check(
        self, *, samples: int = SAMPLES, random: Random | None = None
    ) -> dict[str, TableCheck]:
        """Compare the database with the account: short lists whole, of long ones some pages.

        It costs a request for each page of a short list, and `samples` and one more for each long
        one. Raises a `RequestError` and `SyncError`.
        """
        return await check_tables(self._opened(), samples, random)

    async def rows_written(self, table: str) -> int:
        """How many rows of a table were written since it was opened, as they are now.

        One that came several times, or the same as it was, counts once, or not at all.
        """
        name, found_at = self.database.dialect.table(table_of(table).name), self._account.found_at
        where, before = ("true", []) if found_at is None else (f"{SYNCED_AT} > $1", [found_at])
        counted = await self.database.fetch(f"SELECT count(*) FROM {name} WHERE {where}", *before)
        return int(counted[0][0])

    async def handle(self, event: Any) -> None:
        """Put an event's booking, and its contact, into the database: a handler for a receiver.

            router.on("booking")(account.handle)

        Events that come late overwrite nothing newer. Raises `SyncError`.
        """
        account = self._opened()
        raw = getattr(event, "raw", None)
        data = raw.get("data") if isinstance(raw, Mapping) else getattr(event, "data", None)
        if not isinstance(data, Mapping) or not str(data.get("id") or "").startswith("BKNG-"):
            return
        await account.write_event("bookings", data)
        contact = data.get("contact")
        if isinstance(contact, Mapping) and contact.get("id") and contact.get("last_updated_time"):
            await account.write_event("contacts", contact)

    def _opened(self) -> SyncedAccount:
        if not self._is_open:
            raise ClientStateError("open the sync first: async with AccountSync(...) as account")
        return self._account

    def _told(self, round: SyncRound) -> SyncRound:
        """A round with what was found beside it."""
        found, self._found = self._found, {}
        deleted = {**round.deleted}
        for name, ids in found.items():
            deleted[name] = (*deleted.get(name, ()), *ids)
        merged = {gone: into for ids in found.values() for gone, into in ids.items() if into}
        errors = {**self._history_errors, **round.errors}
        return attrs.evolve(
            round, deleted=deleted, merged=merged, errors=errors, complete=self.complete
        )

    async def _in_background(self, *, search: bool) -> None:
        try:
            await read_history(self._account, self._history_errors)
        except (DatabaseBusyError, DatabaseFailedError) as error:
            logger.warning("history is read on later: %s", error)
        if not self.complete or not search:
            return
        for name in SEARCHED:
            try:
                await self._search(self._account, name)
            except AuthenticationError:
                raise
            except OnceHubError as error:
                logger.warning("%s: the search for deletions stopped: %s", name, error)

    async def _search(self, account: SyncedAccount, name: str) -> None:
        clock = account.oncehub.clock
        while True:
            started = clock.now()
            step = await search_step(account, name)
            if step.deleted:
                self._found.setdefault(name, {}).update(step.deleted)
            due = started + step.requests * seconds_apart(account)
            await clock.sleep(max(0.0, due - clock.now()))
            if step.ended:
                return


async def sync(
    oncehub: OnceHub,
    database: str | Path | Database = DEFAULT_DATABASE,
    *,
    schema: str | None = None,
    since: datetime | None = None,
    policy: ColumnPolicy = NO_POLICY,
    resync: Iterable[str] = (),
    on_progress: Callable[[SyncProgress], None] | None = None,
) -> SyncRound:
    """Bring a database up to the account, once; see `AccountSync`.

        async with OnceHub() as oncehub:
            await sync(oncehub, "oncehub.duckdb")

    Raises `InvalidParameterError`, `AuthenticationError` and `SyncError`.
    """
    account = AccountSync(
        oncehub,
        database,
        schema=schema,
        since=since,
        policy=policy,
        resync=resync,
        on_progress=on_progress,
    )
    del database  # a URL may hold a password, which no local of a traceback may
    async with account:
        return await account.run()


def tables_of(names: Iterable[str]) -> tuple[str, ...]:
    """The tables that are named; all of them for "all". Raises `InvalidParameterError`."""
    given = [names] if isinstance(names, str) else list(names)
    tables = [each.replace("-", "_").lower() for each in given]
    for name in tables:
        if name not in (*TABLES, _ALL):
            likely = likely_word(name, TABLES)
            hint = f"did you mean {likely}?" if likely else f"they are {', '.join(TABLES)}"
            raise InvalidParameterError("resync", f"there is no table '{name}'; {hint}")
    return TABLES if _ALL in tables else tuple(tables)

"""Looking into a SQLite inbox and repairing it: from the process that has it open, or beside it."""

import asyncio
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

from ...errors import ConfigurationError
from .._webhook_errors import InboxError
from . import inspection, schema, statements
from .records import State, StoredEvent
from .selection import InboxEntry, InboxHandler, Selection
from .write_turn import whole_change

T = TypeVar("T")

_BUSY_TIMEOUT = 5.0
_STILL_IN_THE_LOG = (
    "what was overwritten is still in its log, since another program reads in it; run it again"
)


class _SQLiteInspection(ABC):
    """What looks and repairs; see `InspectedInbox`."""

    async def waiting(self) -> dict[str, int]:
        """How much unfinished work each handler has."""
        return await self._read(statements.waiting)

    async def oldest(self) -> dict[str, float]:
        """When the first event came of each handler's unfinished work."""
        return await self._read(statements.oldest)

    async def counts(self) -> dict[State, int]:
        """How much work there is in each state."""
        return await self._read(statements.counts)

    async def entries(self, selection: Selection, limit: int | None = None) -> Sequence[InboxEntry]:
        """Work that is selected; see `InspectedInbox.entries`."""
        return await self._read(lambda db: inspection.entries(db, selection, limit))

    async def tally(self, selection: Selection) -> Mapping[tuple[str, State | None], int]:
        """How much work is selected; see `InspectedInbox.tally`."""
        return await self._read(lambda db: inspection.tally(db, selection))

    async def event(self, event_id: str) -> StoredEvent | None:
        """An event; see `InspectedInbox.event`."""
        return await self._read(lambda db: inspection.event(db, event_id))

    async def received(
        self, since: float, *, after: str | None = None, limit: int = 500
    ) -> Sequence[StoredEvent]:
        """Events in the order in which they came; see `InspectedInbox.received`."""
        return await self._read(lambda db: inspection.received(db, since, after, limit))

    async def handlers(self) -> Sequence[InboxHandler]:
        """The handlers that it knows, by name."""
        return await self._read(inspection.handlers)

    async def redo(self, selection: Selection, now: float) -> int:
        """Make selected work due now; see `InspectedInbox.redo`."""
        return await self._redo(selection, now, replay=True)

    async def drop(self, selection: Selection) -> int:
        """Delete selected work that doesn't run; see `InspectedInbox.drop`."""
        spans = await self._read(inspection.spans)
        return sum(
            [
                await self._write(partial(inspection.drop, selection=selection, span=span))
                for span in spans
            ]
        )

    async def rewrite(self, bodies: Mapping[str, bytes]) -> Collection[str]:
        """Put other bodies in the place of those of finished events; see `InspectedInbox.rewrite`.

        The file is written anew: it takes as much room again meanwhile, and who wants to write into
        it waits. Raises `InboxError` also where somebody reads in it all the time: then again.
        """
        done = await self._write(partial(inspection.rewrite, bodies=bodies))
        await self._scrub()
        return done

    async def forget(self, received_before: float, now: float) -> int:
        """Delete events that are done, some at a time; see `InspectedInbox.forget`."""
        forgotten = 0
        while some := await self._write(lambda db: inspection.forget(db, received_before, now)):
            forgotten += some
        return forgotten

    async def _redo(self, selection: Selection, now: float, *, replay: bool) -> int:
        redo = partial(inspection.redo, selection=selection, now=now, replay=replay)
        spans = await self._read(inspection.spans)
        return sum([await self._write(partial(redo, span=span)) for span in spans])

    @abstractmethod
    async def _read(self, question: Callable[[sqlite3.Connection], T]) -> T: ...

    @abstractmethod
    async def _write(self, change: Callable[[sqlite3.Connection], T]) -> T: ...

    @abstractmethod
    async def _scrub(self) -> None: ...


class SQLiteFile(_SQLiteInspection):
    """An inbox's file, which a receiver may be using at the same time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._opened: sqlite3.Connection | None = None

    async def open(self, *, needed: float = 0.0) -> None:
        """Open the file, which has to be there."""
        if self._path.is_file() and self._path.stat().st_size == 0:
            # SQLite would take it for a new database.
            raise ConfigurationError(f"{self._path}: is an empty file, no inbox")
        try:
            self._opened = schema.connect(self._path, _BUSY_TIMEOUT, create=False)
        except sqlite3.DatabaseError as error:
            raise self._trouble(error) from None
        except IsADirectoryError:
            raise ConfigurationError(f"{self._path}: is a folder") from None

    async def close(self) -> None:
        """Close the file."""
        connection, self._opened = self._opened, None
        if connection is not None:
            connection.close()

    async def _read(self, question: Callable[[sqlite3.Connection], T]) -> T:
        try:
            return question(self._connection)
        except sqlite3.DatabaseError as error:
            raise self._trouble(error) from None

    async def _write(self, change: Callable[[sqlite3.Connection], T]) -> T:
        connection = self._connection
        try:
            with whole_change(connection):
                result = change(connection)
        except sqlite3.DatabaseError as error:
            raise self._trouble(error) from None
        return result

    async def scrub(self) -> None:
        """Leave nothing of what was overwritten or deleted. Raises `InboxError`."""
        try:
            is_gone = await asyncio.to_thread(inspection.scrub, self._connection)
        except sqlite3.DatabaseError as error:
            raise self._trouble(error) from None
        if not is_gone:
            raise InboxError(f"{self._path}: {_STILL_IN_THE_LOG}")

    async def _scrub(self) -> None:
        await self.scrub()

    @property
    def _connection(self) -> sqlite3.Connection:
        if self._opened is None:
            raise InboxError("open the inbox first")
        return self._opened

    def _trouble(self, error: sqlite3.DatabaseError) -> InboxError:
        return InboxError(f"{self._path}: {error}")

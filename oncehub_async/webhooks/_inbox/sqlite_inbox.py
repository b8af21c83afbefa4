"""The inbox in a SQLite file."""

import asyncio
import contextlib
import logging
import os
import sqlite3
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

from ..._ground import Hidden, checks
from ...errors import ClientStateError, ConfigurationError
from .._webhook_errors import InboxError
from . import deployments, known_time, purging, schema, statements
from .inbox_writer import InboxWriter, WriteOperation
from .interface import FOR_LIFE
from .owner_lock import SECONDS_BETWEEN_LOOKS, OwnerLock, RollCall, sweep
from .records import AT_ONCE, Claim, Deployment, KnownTime, Outcome, StoredEvent, Subscription, Work
from .selection import Selection
from .sqlite_inspection import SQLiteFile, _SQLiteInspection
from .subject_order import types_argument

T = TypeVar("T")

logger = logging.getLogger("oncehub_async.webhooks")

_SECONDS_BETWEEN_ROLL_CALLS = 2.0
_PURGED_AT_ONCE = 500


class SQLiteInbox(_SQLiteInspection):
    """Keeps events in a SQLite file: an event that was put survives kill -9 and a power cut.

        SQLiteInbox("inbox.db")

    Several processes of one machine may use the same file at once. Work belongs to who claimed it
    until it is settled or that process ends, which others learn from a lock that the kernel frees;
    then it is due again. The file has to be on a local disk.

    - `keep`: seconds (or a timedelta) for which events are kept after they were received, at least
      until all their handlers are done. Replays are known again for as long: 7 days.
    - `keep_dead`: for how long dead letters are kept after they became so, and work of handlers
      that there are no more after it was received: 90 days.
    - `busy_timeout`: seconds to wait for other programs that hold the database locked.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        keep: float = 7 * checks.DAY,
        keep_dead: float = 90 * checks.DAY,
        busy_timeout: float = 2.0,
    ) -> None:
        hidden = Hidden(os.fspath(path))
        del path  # who meant another inbox may have written a password
        if not hidden.value or hidden.value.startswith((":memory:", "file:")):
            raise ConfigurationError("path: expected the path of a file (or use MemoryInbox)")
        # Once for all: SQLite follows links, and whoever uses the file has to find the same locks.
        self.path: Path = Path(os.path.realpath(checks.local_path_setting(hidden.value, "path")))
        self._keep = checks.seconds(keep, "keep")
        self._keep_dead = max(checks.seconds(keep_dead, "keep_dead"), self._keep)
        self._busy_timeout = checks.seconds(busy_timeout, "busy_timeout")
        self._lock: OwnerLock | None = None
        self._writer: InboxWriter | None = None
        self._file: tuple[int, int] | None = None
        self._roll = RollCall(self.path)
        self._last_roll_call = self._last_look = float("-inf")
        self._is_known, self._sweeps = False, True
        self._ahead, self._vouched = 0.0, float("-inf")
        self._types: dict[str, frozenset[str]] = {}
        self._checked: dict[str, frozenset[str]] = {}
        self._put = WriteOperation(self._put_many)
        self._claim = WriteOperation(self._claim_many)
        self._settle = WriteOperation(self._settle_many)
        self._release = WriteOperation(self._release_many)
        self._ask: WriteOperation[Any] = WriteOperation(
            lambda connection, asked: [each(connection) for each in asked]
        )

    lease: float = FOR_LIFE
    clock_offset: float = 0.0

    @property
    def memory(self) -> float:
        """For how many seconds it knows an event again."""
        return self._keep

    async def open(self, *, needed: float = 0.0) -> None:
        """Open the file, made if it isn't there, and take up what a process that died left.

        `needed` is written down there, so that nobody purges what is younger by hand.

        Raises `ConfigurationError` for a file that is no inbox, and `InboxError`.
        """
        if self._writer is not None:
            raise ClientStateError("the inbox is open")
        try:
            self._lock = OwnerLock(self.path)
        except OSError as error:
            raise ConfigurationError(
                f"path: {self.path} can't be made: {error.strerror or error}"
            ) from None
        self._is_known, self._sweeps = False, True
        self._types, self._checked, self._vouched = {}, {}, float("-inf")
        self._writer = InboxWriter(
            self._connect, self._is_current, self._look_after_lock, self._busy_timeout
        )
        try:
            await self._writer.open()
            await self._asked(lambda connection: purging.set_needed(connection, needed))
            await self._asked(self._roll_call)
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Close the file. What is still claimed is due again, for this process and others."""
        writer, self._writer = self._writer, None
        leaving: asyncio.Future[Any] | None = None
        try:
            if writer is not None:
                if self._is_known:
                    with contextlib.suppress(InboxError):
                        leaving = writer.submit(self._ask, self._leave)
                await writer.close()
        finally:
            lock, self._lock = self._lock, None
            if lock is not None:
                if not self._is_known or _succeeded(leaving):
                    lock.release()
                else:
                    # What couldn't be given back others take who find the file unlocked.
                    lock.drop()
            self._file = None

    async def put(self, event: StoredEvent, handlers: Sequence[str]) -> bool:
        """Keep an event; see `Inbox.put`."""
        return await self._submit(self._put, (event, handlers))

    async def digest(self, event_id: str) -> bytes | None:
        """The SHA-256 of an event's body; see `Inbox.digest`."""
        body = await self._asked(lambda connection: statements.body(connection, event_id))
        return None if body is None else sha256(body).digest()

    async def register(self, subscriptions: Sequence[Subscription], now: float) -> Deployment:
        """Say which handlers this process runs; see `Inbox.register`."""
        self._types = {each.handler: each.types for each in subscriptions}
        self._ahead = now - time.time()
        away = await self._asked(lambda connection: self._register(connection, subscriptions, now))
        caught_up: dict[str, int] = {}
        for name, since in away.items():
            if deployments.catches_up(since, now):
                missed = Selection(handler=name, missing=True, since=since)
                caught_up[name] = await self._redo(missed, AT_ONCE, replay=False)
            await self._asked(partial(deployments.is_back, name=name))
        released = await self._asked(self._release_unwanted)
        done = deployments.what_was_done(released, caught_up, away)
        return await self._asked(partial(deployments.found, names=self._types, done=done))

    async def claim(
        self,
        limit: int,
        handlers: Collection[str],
        now: float,
        *,
        idle: bool = True,
        rooms: Mapping[str, int] | None = None,
    ) -> Sequence[Claim]:
        """Take due work; see `Inbox.claim`."""
        types = {name: types_argument(self._types.get(name)) for name in handlers}
        return await self._submit(self._claim, (limit, types, now, idle, rooms or {}))

    async def begin(self, work: Work) -> bool:
        """Claimed work begins now; see `Inbox.begin`."""
        return await self._asked(lambda db: statements.begin(db, self._owner, work))

    async def renew(self, held: Collection[Work]) -> Collection[Work]:
        """What of it is no longer this inbox's; see `Inbox.renew`."""
        return await self._asked(lambda db: statements.lost(db, self._owner, held))

    async def settle(self, work: Work, outcome: Outcome, now: float) -> bool:
        """Write down what became of an attempt; see `Inbox.settle`."""
        return await self._submit(self._settle, (work, outcome, now))

    async def release(self, work: Work, *, began: bool) -> None:
        """Give work back; see `Inbox.release`."""
        await self._submit(self._release, (work, began))

    def on_news(self, wake: Callable[[], None] | None) -> None:
        """Soon after another process wrote; see `Inbox.on_news`."""
        if self._writer is not None:
            self._writer.watch(wake)

    async def purge(self, handlers: Collection[str], now: float) -> int:
        """Forget what was kept long enough, 500 events at a time; see `Inbox.purge`."""
        ages = now - self._keep, now - self._keep_dead, _PURGED_AT_ONCE
        purged = await self._asked(lambda connection: purging.purge(connection, handlers, *ages))
        if purged.undone:
            logger.warning(
                "deleted after %.0f days (keep_dead): %d dead letters, or work of handlers that "
                "there are no more",
                self._keep_dead / checks.DAY,
                purged.undone,
            )
        return purged.events

    async def known_time(self) -> KnownTime:
        """What the file knows of the time; see `TimekeepingInbox`."""
        return await self._asked(known_time.read)

    async def keep_purge_time(self, moment: float) -> None:
        """Note for when it was purged; see `TimekeepingInbox`."""
        await self._asked(lambda connection: known_time.keep_purge_time(connection, moment))

    async def _read(self, question: Callable[[sqlite3.Connection], T]) -> T:
        return await self._asked(question)

    async def _scrub(self) -> None:
        # Beside it: the thread that writes is always within a transaction.
        file = SQLiteFile(self.path)
        await file.open()
        try:
            await file.scrub()
        finally:
            await file.close()

    async def _write(self, change: Callable[[sqlite3.Connection], T]) -> T:
        return await self._asked(change)

    async def _submit(self, operation: WriteOperation[T], argument: object) -> T:
        if self._writer is None:
            raise ClientStateError("open the inbox first")
        return await self._writer.submit(operation, argument)

    async def _asked(self, question: Callable[[sqlite3.Connection], T]) -> T:
        answer: T = await self._submit(self._ask, question)
        return answer

    # What follows runs in the writer's thread.

    def _connect(self) -> sqlite3.Connection:
        # A file that was moved or unmounted knows what was done: with a new one in its place,
        # replays would be handled again, and nobody would notice what is missing.
        if self._file is not None and not self._is_current():
            raise self._lost()
        connection = schema.connect(self.path, self._busy_timeout, create=self._file is None)
        found = _identity(self.path)
        if self._file is not None and found != self._file:
            connection.close()
            raise self._lost()
        self._file = found
        return connection

    def _is_current(self) -> bool:
        return _identity(self.path) == self._file

    def _lost(self) -> InboxError:
        return InboxError(
            f"{self.path}: the inbox's file was moved or replaced; put it back, or restart to go "
            "on with what is there"
        )

    def _put_many(self, connection: sqlite3.Connection, asked: Sequence[Any]) -> Sequence[bool]:
        signed = known_time.latest_signed(event for event, _ in asked)
        if signed > self._vouched + known_time.EVERY:
            known_time.keep_signed(connection, signed)
            self._vouched = signed
        return statements.put_many(connection, asked, self._owner)

    def _claim_many(
        self, connection: sqlite3.Connection, asked: Sequence[Any]
    ) -> Sequence[list[Claim]]:
        if time.monotonic() - self._last_roll_call > _SECONDS_BETWEEN_ROLL_CALLS:
            self._roll_call(connection)
        owner, self._is_known = self._owner, True
        return [statements.claim(connection, owner, *arguments) for arguments in asked]

    def _settle_many(self, connection: sqlite3.Connection, asked: Sequence[Any]) -> Sequence[bool]:
        return statements.settle_many(connection, self._owner, asked)

    def _release_many(self, connection: sqlite3.Connection, asked: Sequence[Any]) -> Sequence[None]:
        for work, began in asked:
            statements.release(connection, self._owner, work, began)
        return [None] * len(asked)

    def _register(
        self, connection: sqlite3.Connection, subscriptions: Sequence[Subscription], now: float
    ) -> dict[str, float]:
        """Since when those of the handlers are away that were."""
        self._is_known = True
        self._roll_call(connection)
        deployments.register(connection, self._owner, subscriptions, now)
        return deployments.away(connection, [each.handler for each in subscriptions])

    def _release_unwanted(self, connection: sqlite3.Connection) -> dict[str, int]:
        """Looks through what waits only when somebody has begun or ceased to ask for something."""
        released = {}
        for name in self._types:
            asked_for = deployments.asked_for(connection, name) or frozenset()
            if self._checked.get(name) != asked_for:
                released[name] = deployments.release(connection, name, asked_for)
                self._checked[name] = asked_for
        return {name: count for name, count in released.items() if count}

    def _roll_call(self, connection: sqlite3.Connection) -> None:
        """Make due again what is held by those that have died."""
        self._last_roll_call = time.monotonic()
        owners = set(statements.owners(connection)) - {self._owner}
        if self._sweeps:
            sweep(self.path, owners)
            self._sweeps = False
        for owner in self._roll.dead(owners, self._last_roll_call):
            taken = statements.give_back_all(connection, owner)
            deployments.leave(connection, owner, self._time())
            # Its file goes at the next roll call, when this has been committed.
            self._sweeps = True
            if taken:
                logger.warning(
                    "took up the work of a process that ended while it ran: %d to run again", taken
                )

    def _leave(self, connection: sqlite3.Connection) -> None:
        """Give back all that is still claimed."""
        statements.give_back_all(connection, self._owner)
        deployments.leave(connection, self._owner, self._time())
        sweep(self.path, statements.owners(connection))

    def _time(self) -> float:
        """The present by the clock of those who put events."""
        return time.time() + self._ahead

    def _look_after_lock(self) -> None:
        """Often, whatever else there is to do: others wait only so long for a file that is gone."""
        lock, now = self._lock, time.monotonic()
        if lock is not None and now - self._last_look >= SECONDS_BETWEEN_LOOKS:
            self._last_look = now
            with contextlib.suppress(OSError):  # the next look tries again
                lock.renew()

    @property
    def _owner(self) -> str:
        if self._lock is None:
            raise InboxError("the inbox is closed")
        return self._lock.owner


def _succeeded(answer: "asyncio.Future[Any] | None") -> bool:
    """Whether there is a result; what is still asked for is not waited for any more."""
    if answer is None or answer.cancel() or answer.cancelled():
        return False
    return answer.exception() is None


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino

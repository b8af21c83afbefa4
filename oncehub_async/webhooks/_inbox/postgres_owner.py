"""That a process lives, as the others who share an inbox in PostgreSQL see it.

Where sessions tell, each has one that holds an advisory lock, which the server frees when the
process or its host is gone. Where a pooler hides them, each says again and again when it was there.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from typing import Any

from .postgres_address import PostgresAddress
from .postgres_lane import connected
from .postgres_schema import lock_class, prepare

logger = logging.getLogger("oncehub_async.webhooks")

_BETWEEN_NEWS = 0.05
"""Seconds; the server lets those who notify commit one after the other."""

_RECONNECT = 0.2
LONGEST_PAUSE = 2.0
"""Seconds between attempts to come back."""

JOIN = """
INSERT INTO @owners (id, lease, seen) VALUES ($1, $2, extract(epoch FROM clock_timestamp()))
"""


class PostgresOwner:
    """This process's session: its lock, and the news of others."""

    def __init__(self, address: PostgresAddress, patience: float) -> None:
        self._address, self._patience = address, patience
        self._class = lock_class(address.schema)
        self._channel = f"{address.schema}_news"
        self._connection: Any = None
        self._returning: asyncio.Task[None] | None = None
        self._notifying: asyncio.Task[None] | None = None
        self._is_closed = False
        self._wake: Callable[[], None] | None = None
        self.id: int = 0
        self.back_since: float = float("-inf")
        """When the session was last come back to, by this machine's steady clock."""

    async def open(self) -> None:
        """Make the tables if need be, and be there. Raises the client's errors."""
        connection = await self._connect()
        try:
            async with connection.transaction():
                await connection.execute("SET LOCAL synchronous_commit = on")
                await prepare(connection, self._address, create=True)
            await self._join(connection)
            await self._listen(connection)
        except BaseException:
            connection.terminate()
            raise
        self._connection = connection

    async def close(self) -> None:
        """Be there no more."""
        self._is_closed = True
        for task in (self._returning, self._notifying):
            if task is not None:
                task.cancel()
                await asyncio.wait({task})
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(*self._address.failures):
                await connection.close(timeout=1.0)
            connection.terminate()

    def watch(self, wake: Callable[[], None] | None) -> None:
        """Have this called soon after others have told news."""
        self._wake = wake

    def tell(self) -> None:
        """Let others know that they may find work; soon, and not each time."""
        if self._connection is not None and (self._notifying is None or self._notifying.done()):
            self._notifying = asyncio.create_task(self._tell(), name="oncehub-inbox-news")

    async def _tell(self) -> None:
        # Who isn't told looks once a second.
        with contextlib.suppress(*self._address.failures, AttributeError):
            await self._connection.execute(f'NOTIFY "{self._channel}"')
        await asyncio.sleep(_BETWEEN_NEWS)

    async def _connect(self) -> Any:
        return await connected(
            self._address,
            self._patience,
            sessions=True,
            synchronous_commit="off",  # what it tells isn't to be kept
            idle_session_timeout="0",
        )

    async def _join(self, connection: Any) -> None:
        sql = self._address.sql
        self.id = await connection.fetchval(sql("SELECT nextval('@owner_numbers')::int"))
        await connection.execute("SELECT pg_advisory_lock($1, $2)", self._class, self.id)
        async with connection.transaction():
            await connection.execute("SET LOCAL synchronous_commit = on")
            await connection.execute(sql(JOIN), self.id, None)

    async def _listen(self, connection: Any) -> None:
        await connection.add_listener(self._channel, self._heard)
        connection.add_termination_listener(self._ended)

    def _heard(self, connection: Any, pid: int, *_: object) -> None:
        if self._wake is not None and pid != connection.get_server_pid():
            self._wake()

    def _ended(self, _connection: Any) -> None:
        self._connection = None
        if not self._is_closed and (self._returning is None or self._returning.done()):
            self._returning = asyncio.create_task(self._return(), name="oncehub-inbox-owner")

    async def _return(self) -> None:
        """Come back as the one that it was, or, if others took it for dead, as another."""
        pause = 0.0
        while True:
            await asyncio.sleep(pause)
            pause = min(max(pause * 2, _RECONNECT), LONGEST_PAUSE)
            try:
                connection = await self._connect()
            except self._address.failures:
                continue
            try:
                if await self._is_back(connection):
                    await self._listen(connection)
                    break
                connection.terminate()
            except self._address.failures:
                connection.terminate()
            except BaseException:
                connection.terminate()
                raise
        self._connection, self.back_since = connection, time.monotonic()
        if connection.is_closed():
            asyncio.get_running_loop().call_soon(self._ended, connection)

    async def _is_back(self, connection: Any) -> bool:
        is_locked = await connection.fetchval(
            "SELECT pg_try_advisory_lock($1, $2)", self._class, self.id
        )
        if not is_locked:
            return False  # the session before hasn't ended yet, or somebody looks at this moment
        is_known = await connection.fetchval(
            self._address.sql("SELECT true FROM @owners WHERE id = $1"), self.id
        )
        if not is_known:
            await self._join(connection)
        return True

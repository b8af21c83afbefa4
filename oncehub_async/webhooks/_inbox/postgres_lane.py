"""A connection on which whatever waits goes into one transaction, and which comes back."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from ...errors import OnceHubError
from .._webhook_errors import InboxError
from .postgres_address import PostgresAddress

_MOST_IN_A_COMMIT = 1_000
_MOST_WAITING = 20_000
_ATTEMPTS = 3
"""How often a transaction is tried that only met another one."""

_TO_BE_REPEATED = ("40001", "40P01")
_OF_ONE_REQUEST = ("22", "23")
"""SQLSTATEs of a mistake in what was asked for."""

PLANS = {
    # Tables that were just made, or have grown, have no statistics that fit: each statement here
    # has its index, and is to take it.
    "enable_seqscan": "off",
    "enable_mergejoin": "off",
    "enable_bitmapscan": "off",
    "jit": "off",
    # A client that is gone without a word holds its locks for so long at most.
    "idle_in_transaction_session_timeout": "15s",
}

Run = Callable[[Any, Sequence[Any]], Awaitable[Sequence[Any]]]
"""What is done with a connection for many requests: a result, or an exception, for each."""


class PostgresLane:
    """Runs requests on a connection of its own: while one batch is committed, the next gathers.

    `sessions`: whether settings and prepared statements last as long as the connection does.
    """

    def __init__(
        self,
        address: PostgresAddress,
        run: Run,
        patience: float,
        *,
        sessions: bool,
        name: str,
        plans: bool = True,
    ) -> None:
        self._address, self._run, self._patience = address, run, patience
        self._sessions, self._name = sessions, name
        self._connection: Any = None
        self._waiting: list[tuple[Any, asyncio.Future[Any]]] = []
        self._worker: asyncio.Task[None] | None = None
        self._settings = PLANS if plans else {}
        self._begin = "BEGIN"
        if plans and not sessions:
            values = "; ".join(f"SET LOCAL {key} = '{value}'" for key, value in PLANS.items())
            self._begin = f"BEGIN; {values}"

    def submit(self, asked: object) -> "asyncio.Future[Any]":
        """Have it done in the next transaction."""
        if len(self._waiting) >= _MOST_WAITING:
            raise InboxError("the inbox is overloaded")
        answer = asyncio.get_running_loop().create_future()
        self._waiting.append((asked, answer))
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._work(), name=f"oncehub-inbox-{self._name}")
        return answer

    async def close(self) -> None:
        """Finish what waits, then close the connection."""
        worker, self._worker = self._worker, None
        if worker is not None:
            await worker
        await self._disconnect()

    async def _work(self) -> None:
        while self._waiting:
            batch = self._waiting[:_MOST_IN_A_COMMIT]
            del self._waiting[:_MOST_IN_A_COMMIT]
            results: Sequence[Any] = [InboxError("the inbox was closed")] * len(batch)
            try:
                results = await self._results([asked for asked, _ in batch])
            finally:
                for (_, answer), result in zip(batch, results, strict=True):
                    if answer.done():
                        continue  # whoever asked has gone
                    if isinstance(result, Exception):
                        answer.set_exception(result)
                    else:
                        answer.set_result(result)

    async def _results(self, asked: Sequence[Any]) -> Sequence[Any]:
        for attempt in range(_ATTEMPTS):
            try:
                return await self._committed(asked)
            except OnceHubError as error:
                return [error] * len(asked)
            except self._address.any_failure as error:
                state = str(getattr(error, "sqlstate", "") or "")
                if state in _TO_BE_REPEATED and attempt + 1 < _ATTEMPTS:
                    continue
                # A mistake in one request is not the others' trouble.
                if len(asked) > 1 and (state[:2] in _OF_ONE_REQUEST or _is_mistake(error)):
                    return [result for each in asked for result in await self._results([each])]
                return [self._address.trouble(error)] * len(asked)
        raise AssertionError("unreachable")

    async def _committed(self, asked: Sequence[Any]) -> Sequence[Any]:
        connection = await self._connected()
        try:
            await connection.execute(self._begin)
            results = await self._run(connection, asked)
            await connection.execute("COMMIT")
        except BaseException:
            await self._recover(connection)
            raise
        return results

    async def _connected(self) -> Any:
        if self._connection is not None and self._connection.is_closed():
            self._connection = None
        if self._connection is None:
            self._connection = await connected(
                self._address, self._patience, sessions=self._sessions, **self._settings
            )
        return self._connection

    async def _recover(self, connection: Any) -> None:
        """As good as new, or gone."""
        try:
            async with asyncio.timeout(self._patience):
                await connection.execute("ROLLBACK")
        except self._address.failures:
            connection.terminate()
            self._connection = None

    async def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(*self._address.failures):
                await connection.close(timeout=1.0)
            connection.terminate()


def _is_mistake(error: BaseException) -> bool:
    return isinstance(error, ValueError | TypeError)


async def connected(
    address: PostgresAddress, patience: float, *, sessions: bool, **settings: str
) -> Any:
    """A connection; where a pooler hides sessions, without what needs them."""
    if not sessions:
        return await address.connect(patience, statement_cache_size=0)
    named = {"application_name": "oncehub-async inbox", **settings}
    return await address.connect(patience, server_settings=named)

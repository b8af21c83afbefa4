"""The one thread that writes: whatever waits goes into one commit.

The event loop never waits for the disk, and a commit's cost is shared by all who wait for it.
"""

import asyncio
import contextlib
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

import attrs

from ...errors import OnceHubError
from .._webhook_errors import InboxError
from .write_turn import begin, take_turns

T = TypeVar("T")

_MOST_IN_A_COMMIT = 1_000
_MOST_IDLE = 1.0
"""Seconds after which `between` is called again where there is nothing to write."""

_BETWEEN_LOOKS = 0.05
"""Seconds after which it is looked whether another process wrote, while somebody wants to know. An
idle receiver takes half a percent of a processor with it."""

_TRANSIENT = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL)
"""Trouble that leaves the connection as good as it was."""


@attrs.frozen(eq=False)
class WriteOperation(Generic[T]):
    """Many requests of one kind, run together: one result for each."""

    run: Callable[[sqlite3.Connection, Sequence[Any]], Sequence[T]]


@attrs.frozen(eq=False)
class _Request:
    operation: WriteOperation[Any]
    argument: Any
    answer: "asyncio.Future[Any]"


class InboxWriter:
    """Runs operations on a connection that it opens, and opens again after trouble.

    `is_current` tells whether the file that was opened is still the one on the disk. `between` is
    called in the thread, before each commit and at least every second. `patience`: seconds to wait
    for other writers.
    """

    def __init__(
        self,
        connect: Callable[[], sqlite3.Connection],
        is_current: Callable[[], bool],
        between: Callable[[], None],
        patience: float = 2.0,
        most_waiting: int = 20_000,
    ) -> None:
        self._connect, self._is_current, self._between = connect, is_current, between
        self._patience = patience
        self._most_waiting = most_waiting
        self._waiting: list[_Request] = []
        self._batches: queue.SimpleQueue[list[_Request] | None] = queue.SimpleQueue()
        self._connection: sqlite3.Connection | None = None
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wake: Callable[[], None] | None = None
        self._version: int | None = None
        self._idle = asyncio.Event()
        self._idle.set()
        self._is_closed = False

    async def open(self) -> None:
        """Start the thread and open the file. Raises what `connect` raises, and `InboxError`."""
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(
            target=self._work, args=(self._loop,), name="oncehub-inbox", daemon=True
        )
        self._thread.start()
        try:
            await self.submit(WriteOperation(lambda _connection, requests: requests), None)
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Finish what waits, then close the file. Cancelled: the thread ends after its batch."""
        self._is_closed = True
        if self._thread is None:
            return
        # In an event loop that has ended nobody waits any more, and nothing is answered.
        is_alive = self._loop is not None and not self._loop.is_closed()
        try:
            if is_alive:
                await self._idle.wait()
        finally:
            waiting, self._waiting = self._waiting, []
            for request in waiting:
                if is_alive and not request.answer.done():
                    request.answer.set_exception(InboxError("the inbox was closed"))
            self._batches.put(None)
        await asyncio.to_thread(self._thread.join)

    def watch(self, wake: Callable[[], None] | None) -> None:
        """Have this called in the loop soon after another connection wrote; None: no longer."""
        self._wake = wake

    def submit(self, operation: WriteOperation[T], argument: object) -> "asyncio.Future[T]":
        """Have it done in the next commit."""
        if self._loop is None or self._is_closed or self._loop.is_closed():
            raise InboxError("the inbox is not open")
        if len(self._waiting) >= self._most_waiting:
            raise InboxError("the inbox is overloaded")
        answer = self._loop.create_future()
        self._waiting.append(_Request(operation, argument, answer))
        if self._idle.is_set():
            self._idle.clear()
            # Not at once: whatever else this turn of the loop asks for comes along.
            self._loop.call_soon(self._send)
        return answer

    def _send(self) -> None:
        batch = self._waiting[:_MOST_IN_A_COMMIT]
        del self._waiting[:_MOST_IN_A_COMMIT]
        self._batches.put(batch)

    def _answer(self, batch: list[_Request], results: list[Any]) -> None:
        for request, result in zip(batch, results, strict=True):
            if request.answer.done():
                continue  # whoever asked has gone
            if isinstance(result, Exception):
                request.answer.set_exception(result)
            else:
                request.answer.set_result(result)
        if self._waiting:
            self._send()
        else:
            self._idle.set()

    def _work(self, loop: asyncio.AbstractEventLoop) -> None:
        """The thread."""
        while (batch := self._next()) is not None:
            results = self._results(batch)
            try:
                loop.call_soon_threadsafe(self._answer, batch, results)
            except RuntimeError:  # the loop was closed under it
                break
        self._disconnect()

    def _next(self) -> list[_Request] | None:
        looked = 0.0
        while True:
            if time.monotonic() - looked >= _MOST_IDLE:
                looked = time.monotonic()
                self._between()
            try:
                return self._batches.get(
                    timeout=_MOST_IDLE if self._wake is None else _BETWEEN_LOOKS
                )
            except queue.Empty:
                self._look_for_news()

    def _look_for_news(self) -> None:
        wake, loop, connection = self._wake, self._loop, self._connection
        if wake is None or loop is None or connection is None:
            return
        try:
            (version,) = connection.execute("PRAGMA data_version").fetchone()
        except sqlite3.Error:  # whoever asks for something next is told
            return
        if version != self._version:
            self._version = version
            with contextlib.suppress(RuntimeError):  # the loop was closed under it
                loop.call_soon_threadsafe(wake)

    def _results(self, batch: list[_Request]) -> list[Any]:
        try:
            return self._commit(batch)
        except (sqlite3.DatabaseError, OSError) as error:
            failure: Exception = InboxError(_described(error))
            failure.__cause__ = error
        except OnceHubError as error:
            failure = error
        except Exception as error:  # a mistake in one request is not the others' trouble
            if len(batch) > 1:
                return [result for request in batch for result in self._results([request])]
            failure = error
        return [failure] * len(batch)

    def _commit(self, batch: list[_Request]) -> list[Any]:
        if self._connection is not None and not self._is_current():
            self._disconnect()
        if self._connection is None:
            self._connection = self._connect()
            take_turns(self._connection)
        connection = self._connection
        try:
            begin(connection, self._patience)
            results = _run(connection, batch)
            connection.execute("COMMIT")
        except BaseException as error:
            self._recover(connection, error)
            raise
        return results

    def _recover(self, connection: sqlite3.Connection, error: BaseException) -> None:
        code = getattr(error, "sqlite_errorcode", None)
        try:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        except sqlite3.Error:
            code = sqlite3.SQLITE_CORRUPT
        if isinstance(error, sqlite3.Error) and (code is None or code & 0xFF not in _TRANSIENT):
            self._disconnect()

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.close()
            except sqlite3.Error:
                return


def _run(connection: sqlite3.Connection, batch: list[_Request]) -> list[Any]:
    """Run requests, those of the same kind together, and give their results in their order."""
    by_operation: dict[WriteOperation[Any], list[int]] = {}
    for index, request in enumerate(batch):
        by_operation.setdefault(request.operation, []).append(index)
    results: list[Any] = [None] * len(batch)
    for operation, indexes in by_operation.items():
        told = operation.run(connection, [batch[index].argument for index in indexes])
        for index, result in zip(indexes, told, strict=True):
            results[index] = result
    return results


def _described(error: Exception) -> str:
    if isinstance(error, OSError):
        return f"the inbox's file: {error.strerror or type(error).__name__}"
    return f"the inbox's database: {error}"

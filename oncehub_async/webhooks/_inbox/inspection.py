"""Looking into an inbox's file from outside, beside the process that uses it."""

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import attrs

from ..._ground import checks
from ...errors import ConfigurationError, InvalidParameterError
from .._webhook_errors import InboxError
from . import schema, statements
from .interface import State
from .subject_order import change, hold_up, json_argument, let_go_on

_BUSY_TIMEOUT = 5.0
_ENTRIES = """
SELECT e.id, e.type, e.subject, e.received, w.handler, w.state, w.attempts,
       max(w.waits, e.received), w.finished, w.error
FROM work w JOIN events e ON e.seq = w.event
WHERE w.state IN (SELECT value FROM json_each(:states)) AND (:event IS NULL OR e.id = :event)
ORDER BY w.event DESC, w.position
LIMIT :limit
"""

_RETRY = """
UPDATE work SET state = 'pending', attempts = 0, failures = 0, crashes = 0,
    suspected = 0, finished = NULL, waits = :now,
    open_subject = (SELECT subject FROM events WHERE seq = work.event)
WHERE state = 'dead' AND (:handler IS NULL OR handler = :handler)
  AND (:events IS NULL
       OR event IN (SELECT seq FROM events WHERE id IN (SELECT value FROM json_each(:events))))
RETURNING open_subject
"""

_TO_RETRY = """
SELECT DISTINCT e.subject FROM work w JOIN events e ON e.seq = w.event WHERE w.state = 'dead'
"""


@attrs.frozen(kw_only=True)
class InboxEntry:
    """The work of one handler for one event. Times are Unix seconds."""

    event_id: str
    type: str
    subject: str
    received: float
    handler: str
    state: State
    attempts: int
    due: float | None
    finished: float | None
    error: str | None = attrs.field(repr=False)


class InboxFile:
    """An inbox's file, which a receiver may be using at the same time."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def counts(self) -> dict[State, int]:
        """How much work there is in each state."""
        return statements.counts(self._connection)

    def entries(self, states: Sequence[State] = tuple(State), limit: int = 50) -> list[InboxEntry]:
        """Work in these states, the newest first."""
        return self._entries(states, None, limit)

    def event(self, event_id: str) -> tuple[bytes, list[InboxEntry]]:
        """An event's body and all its work. Raises `InvalidParameterError`."""
        body = self._connection.execute(
            "SELECT body FROM events WHERE id = ?", (event_id,)
        ).fetchone()
        if body is None:
            raise InvalidParameterError("event", f"the inbox has no event {event_id!r}")
        return body[0], self._entries(tuple(State), event_id, -1)

    def retry(self, event_ids: Sequence[str] = (), handler: str | None = None) -> int:
        """Make dead work due now, its attempts counted anew; of all events, if none is named."""
        for event_id in event_ids:
            self.event(event_id)
        events = json_argument(event_ids) if event_ids else None
        with self._transaction():
            # What is done again may have happened before what is at the front now.
            subjects = [row[0] for row in self._connection.execute(_TO_RETRY)]
            hold_up(self._connection, subjects)
            arguments = {"now": time.time(), "handler": handler, "events": events}
            retried = change(self._connection, _RETRY, arguments)
            let_go_on(self._connection, subjects)
            return retried

    def drop_dead(self) -> int:
        """Delete dead letters. The events stay known for as long as replays are possible."""
        statement = "DELETE FROM work WHERE state = 'dead' RETURNING open_subject"
        with self._transaction():
            return change(self._connection, statement, {})

    def drop_waiting(self, handler: str) -> int:
        """Delete the work that waits for a handler which there is no more."""
        statement = (
            "DELETE FROM work WHERE handler = :handler AND waits IS NOT NULL AND owner IS NULL "
            "RETURNING open_subject"
        )
        with self._transaction():
            return change(self._connection, statement, {"handler": handler})

    def drop_done(self, older_than: float) -> int:
        """Delete events that are done and were received more than so many seconds ago.

        Raises `InvalidParameterError` for what the receiver still needs to know replays by.
        """
        needed = statements.needed(self._connection)
        if older_than < needed:
            raise InvalidParameterError(
                "older_than",
                f"expected at least {needed / checks.DAY:.2f} days: the receiver accepts "
                "signatures of that age, so that what is forgotten could be replayed",
            )
        before, dropped = time.time() - older_than, 0
        while True:
            with self._transaction():
                some = statements.purge(self._connection, (), before, float("-inf"), 500).events
            if not some:
                return dropped
            dropped += some

    def _entries(
        self, states: Sequence[State], event_id: str | None, limit: int
    ) -> list[InboxEntry]:
        arguments = {"states": json_argument(states), "event": event_id, "limit": limit}
        return [_entry(row) for row in self._connection.execute(_ENTRIES, arguments)]

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")


@contextmanager
def opened_inbox(path: Path) -> Iterator[InboxFile]:
    """Open an inbox's file. Raises `ConfigurationError` and `InboxError`."""
    path = checks.local_path(path, "file")
    if path.is_file() and path.stat().st_size == 0:
        # SQLite would take it for a new database.
        raise ConfigurationError(f"{path}: is an empty file, no inbox")
    try:
        connection = schema.connect(path, _BUSY_TIMEOUT, create=False)
        try:
            yield InboxFile(connection)
        finally:
            connection.close()
    except sqlite3.DatabaseError as error:
        raise InboxError(f"{path}: {error}") from None
    except IsADirectoryError:
        raise ConfigurationError(f"{path}: is a folder") from None


def _entry(row: Sequence[Any]) -> InboxEntry:
    event_id, event_type, subject, received, handler, state, attempts, due, finished, error = row
    return InboxEntry(
        event_id=event_id,
        type=event_type,
        subject=subject,
        received=received,
        handler=handler,
        state=State(state),
        attempts=attempts,
        due=due,
        finished=finished,
        error=error,
    )

"""Looking into an inbox in PostgreSQL and repairing it: from who has it open, or beside those.

Work is changed some events at a time, each in a transaction of its own, so that nobody else waits
for long.
"""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Any

from .._event_names import ANY
from . import postgres_known_time
from .database_rows import Span, entry_of, event_of, refuse_to_forget, spans
from .postgres_address import PostgresAddress
from .postgres_deployments import PostgresDeployments
from .postgres_lane import PostgresLane
from .postgres_schema import prepare
from .postgres_selection import (
    ADD,
    COUNT_MISSING,
    DROP,
    ENTRIES,
    LINES,
    MISSING_ENTRIES,
    MISSING_SUBJECTS,
    REDO,
    SUBJECTS,
    TALLY,
    arguments_of,
    types_argument,
    within,
)
from .postgres_statements import HOLD_UP, LET_GO_ON
from .records import State, StoredEvent
from .selection import InboxEntry, InboxHandler, Selection

PURGED_AT_ONCE = 500

_PATIENCE = 30.0

Question = Callable[[Any], Awaitable[Any]]
"""What is asked of a connection in a transaction."""

_EVENT = "id, type, subject, created, received, body, trace_context"

_LOCK = """
INSERT INTO @subjects (subject, used)
SELECT subject, extract(epoch FROM clock_timestamp())
FROM unnest($1::text[]) AS given (subject) ORDER BY subject
ON CONFLICT (subject) DO UPDATE SET used = excluded.used
"""

_UNWANTED = """
FROM @work w WHERE w.finished IS NULL AND w.owner IS NULL AND w.handler = $1
  AND w.type <> ALL ($2::text[]) AND split_part(w.type, '.', 1) <> ALL ($2)
"""

_OLD = """
SELECT e.seq, e.subject FROM @events e WHERE e.received < $1 AND NOT EXISTS (
    SELECT 1 FROM @work w WHERE w.event = e.seq AND CASE w.state
        WHEN 'done' THEN false
        WHEN 'dead' THEN w.finished >= $2
        ELSE w.owner IS NOT NULL OR e.received >= $2 OR w.handler = ANY ($3::text[])
            OR w.handler IN (SELECT name FROM @handlers WHERE owner <> 0) END)
"""

_REWRITE = """
UPDATE @events e SET body = $2 WHERE e.id = $1 AND NOT EXISTS (
    SELECT 1 FROM @work w WHERE w.event = e.seq AND w.finished IS NULL)
RETURNING e.seq
"""


class _PostgresInspection(ABC):
    """What looks and repairs; see `InspectedInbox`."""

    _address: PostgresAddress
    _deployments: PostgresDeployments

    async def waiting(self) -> dict[str, int]:
        """How much unfinished work each handler has."""
        return dict(
            await self._rows(
                "SELECT handler, count(*) FROM @work WHERE finished IS NULL GROUP BY handler"
            )
        )

    async def oldest(self) -> dict[str, float]:
        """When the first event came of each handler's unfinished work."""
        return dict(
            await self._rows(
                "SELECT handler, received FROM (SELECT handler, min(event) AS first FROM @work "
                "WHERE finished IS NULL GROUP BY handler) AS o JOIN @events ON seq = first"
            )
        )

    async def counts(self) -> dict[State, int]:
        """How much work there is in each state."""
        rows = await self._rows("SELECT state, count(*) FROM @work GROUP BY state")
        return {State(state): count for state, count in rows}

    async def entries(self, selection: Selection, limit: int | None = None) -> Sequence[InboxEntry]:
        """Work that is selected; see `InspectedInbox.entries`."""
        rows = list(await self._rows(ENTRIES, *arguments_of(selection), limit))
        if selection.missing:
            rows += await self._rows(MISSING_ENTRIES, *await self._of_missing(selection), limit)
            rows.sort(key=lambda row: (-row["seq"], row["position"]))
        return [entry_of(row[2:]) for row in rows[:limit]]

    async def tally(self, selection: Selection) -> Mapping[tuple[str, State | None], int]:
        """How much work is selected; see `InspectedInbox.tally`."""
        rows = await self._rows(TALLY, *arguments_of(selection))
        counts: dict[tuple[str, State | None], int] = {
            (handler, State(state)): count for handler, state, count in rows
        }
        if selection.missing:
            ((count,),) = await self._rows(COUNT_MISSING, *await self._of_missing(selection))
            if count:
                counts[selection.handler or "", None] = count
        return counts

    async def event(self, event_id: str) -> StoredEvent | None:
        """An event; see `InspectedInbox.event`."""
        rows = await self._rows(
            f"SELECT {_EVENT} FROM @events WHERE id = $1",
            event_id,
        )
        return event_of(rows[0]) if rows else None

    async def received(
        self, since: float, *, after: str | None = None, limit: int = 500
    ) -> Sequence[StoredEvent]:
        """Events in the order in which they came; see `InspectedInbox.received`."""
        rows = await self._rows(
            f"""
            SELECT {_EVENT} FROM @events
            WHERE received >= $1 AND seq > coalesce((SELECT seq FROM @events WHERE id = $2), -1)
            ORDER BY seq LIMIT $3
            """,
            since,
            after,
            limit,
        )
        return [event_of(row) for row in rows]

    async def handlers(self) -> Sequence[InboxHandler]:
        """The handlers that it knows, by name."""
        rows = await self._rows(
            """
            SELECT name, bool_or(is_there), sum(waiting)::bigint FROM (
                SELECT name, owner <> 0 AS is_there, 0 AS waiting FROM @handlers
                UNION ALL
                SELECT handler, false, count(*) FILTER (WHERE finished IS NULL) FROM @work
                GROUP BY handler) AS known
            GROUP BY name ORDER BY name
            """
        )
        return [
            InboxHandler(
                name=name,
                types=await self._asked(partial(self._deployments.asked_for, handler=name)),
                is_there=is_there,
                waiting=waiting,
            )
            for name, is_there, waiting in rows
        ]

    async def redo(self, selection: Selection, now: float) -> int:
        """Make selected work due now; see `InspectedInbox.redo`."""
        return await self._redo(selection, now, replay=True)

    async def drop(self, selection: Selection) -> int:
        """Delete selected work that doesn't run; see `InspectedInbox.drop`."""

        async def some(connection: Any, span: Span) -> int:
            arguments = arguments_of(selection, span)
            await self._lock(connection, await self._fetch(connection, SUBJECTS, *arguments))
            gone = await self._fetch(connection, DROP, *arguments)
            await self._let_go_on(connection, [row for row in gone if row["was_open"]])
            return len(gone)

        return sum([await self._asked(partial(some, span=each)) for each in await self._spans()])

    async def rewrite(self, bodies: Mapping[str, bytes]) -> Collection[str]:
        """Put other bodies in the place of those of finished events; see `InspectedInbox.rewrite`.

        PostgreSQL reuses the room of the older ones once autovacuum has been there.
        """

        async def change(connection: Any, event_id: str) -> bool:
            subjects = await self._fetch(
                connection, "SELECT subject FROM @events WHERE id = $1", event_id
            )
            # What is open of a subject is changed by who has it locked.
            await self._lock(connection, subjects)
            done = await self._fetch(connection, _REWRITE, event_id, bodies[event_id])
            for (seq,) in done:
                await self._fetch(connection, "UPDATE @work SET error = NULL WHERE event = $1", seq)
            return bool(done)

        return [each for each in bodies if await self._asked(partial(change, event_id=each))]

    async def forget(self, received_before: float, now: float) -> int:
        """Delete events that are done, some at a time; see `InspectedInbox.forget`."""
        ((needed,),) = await self._rows("SELECT needed FROM @settings")
        refuse_to_forget(received_before, now, needed)
        (row,) = await self._rows(postgres_known_time.READ)
        before = postgres_known_time.known_time_of(row).forgettable(received_before, needed)
        never, forgotten = float("-inf"), 0
        while (some := await self._delete_old(before, never, ()))[0]:
            forgotten += some[0]
        return forgotten

    async def _delete_old(
        self, done_before: float, undone_before: float, handlers: Collection[str]
    ) -> tuple[int, int]:
        """Delete some events; how many, and how much work among them that was never done."""

        async def some(connection: Any) -> tuple[int, int]:
            ages = done_before, undone_before, list(handlers)
            found = await self._fetch(
                connection, f"{_OLD} ORDER BY e.received LIMIT $4", *ages, PURGED_AT_ONCE
            )
            await self._lock(connection, [row[1:] for row in found])
            # By now somebody may have had it done again, or deleted it.
            old = await self._fetch(
                connection,
                f"{_OLD} AND e.seq = ANY ($4::bigint[]) FOR UPDATE SKIP LOCKED",
                *ages,
                [seq for seq, _ in found],
            )
            keys = [seq for seq, _ in old]
            gone = await self._fetch(
                connection,
                "DELETE FROM @work WHERE event = ANY ($1::bigint[]) "
                "RETURNING subject, handler, state, finished",
                keys,
            )
            await self._fetch(
                connection, "DELETE FROM @events WHERE seq = ANY ($1::bigint[])", keys
            )
            await self._let_go_on(connection, [row for row in gone if row["finished"] is None])
            return len(keys), sum(row["state"] != State.DONE for row in gone)

        counts: tuple[int, int] = await self._asked(some)
        return counts

    async def _release_unwanted(self, handler: str, types: frozenset[str]) -> int:
        """Delete work that waits for a handler and is of none of these types."""
        if ANY in types:
            return 0

        async def change(connection: Any) -> int:
            arguments = handler, sorted(types)
            subjects = await self._fetch(
                connection, f"SELECT DISTINCT subject {_UNWANTED}", *arguments
            )
            if not subjects:
                return 0
            await self._lock(connection, subjects)
            gone = await self._fetch(
                connection,
                "DELETE FROM @work o WHERE (o.event, o.position) IN "
                f"(SELECT w.event, w.position {_UNWANTED}) RETURNING o.subject, o.handler",
                *arguments,
            )
            await self._let_go_on(connection, gone)
            return len(gone)

        count: int = await self._asked(change)
        return count

    async def _redo(self, selection: Selection, now: float, *, replay: bool) -> int:
        missing = await self._of_missing(selection) if selection.missing else None

        async def some(connection: Any, span: Span) -> int:
            chosen = arguments_of(selection, span)
            subjects = await self._fetch(connection, SUBJECTS, *chosen)
            lines = await self._fetch(connection, LINES, *chosen)
            added: Sequence[Any] = ()
            if missing is not None:
                to_add = within(missing, span)
                theirs = await self._fetch(connection, MISSING_SUBJECTS, *to_add)
                subjects = [*subjects, *theirs]
                lines = [*lines, *((row["subject"], selection.handler) for row in theirs)]
            if not subjects:
                return 0
            await self._lock(connection, subjects)
            # What is done again may have happened before what is at the front now.
            await self._change_lines(connection, HOLD_UP, lines)
            changed = await self._fetch(connection, REDO, *chosen, now)
            if missing is not None:
                added = await self._fetch(connection, ADD, *to_add, now, replay)
            await self._change_lines(connection, LET_GO_ON, lines)
            return len(changed) + len(added)

        return sum([await self._asked(partial(some, span=each)) for each in await self._spans()])

    async def _spans(self) -> list[Span]:
        """All events that there are now, some at a time; each after a number, up to another."""
        ((first, last),) = await self._rows(
            "SELECT coalesce(min(seq), 0), coalesce(max(seq), -1) FROM @events"
        )
        return spans(first, last)

    async def _of_missing(self, selection: Selection) -> list[Any]:
        asked = await self._asked(
            partial(self._deployments.asked_for, handler=selection.handler or "")
        )
        return [*arguments_of(selection)[:-1], types_argument(asked)]

    async def _lock(self, connection: Any, rows: Sequence[Any]) -> None:
        await self._fetch(connection, _LOCK, sorted({row[0] for row in rows}))

    async def _let_go_on(self, connection: Any, rows: Sequence[Any]) -> None:
        await self._change_lines(connection, LET_GO_ON, [(row[0], row[1]) for row in rows])

    async def _change_lines(self, connection: Any, statement: str, rows: Sequence[Any]) -> None:
        lines = sorted({(row[0], row[1]) for row in rows})
        if lines:
            subjects, handlers = zip(*lines, strict=True)
            await self._fetch(connection, statement, list(subjects), list(handlers))

    async def _fetch(self, connection: Any, statement: str, *arguments: Any) -> Sequence[Any]:
        rows: Sequence[Any] = await connection.fetch(self._address.sql(statement), *arguments)
        return rows

    async def _rows(self, statement: str, *arguments: Any) -> Sequence[Any]:
        rows: Sequence[Any] = await self._asked(
            lambda connection: self._fetch(connection, statement, *arguments)
        )
        return rows

    @abstractmethod
    async def _asked(self, question: Question) -> Any: ...


class PostgresTables(_PostgresInspection):
    """An inbox's tables, which receivers may be using at the same time."""

    def __init__(self, url: str) -> None:
        self._address = PostgresAddress(url, None, "file")
        self._deployments = PostgresDeployments(self._address)
        self._lane = PostgresLane(
            self._address, answer_questions, _PATIENCE, sessions=False, name="looking", plans=False
        )

    async def open(self, *, needed: float = 0.0) -> None:
        """Look for the tables, which have to be there."""
        try:
            await self._asked(partial(prepare, address=self._address, create=False))
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Close the connection."""
        await self._lane.close()

    async def _asked(self, question: Question) -> Any:
        return await self._lane.submit(question)


async def answer_questions(connection: Any, asked: Sequence[Any]) -> Sequence[Any]:
    """For a lane on which one thing is asked at a time, whatever it takes."""
    return [await each(connection) for each in asked]

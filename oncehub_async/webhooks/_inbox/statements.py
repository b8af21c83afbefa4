"""The SQL, each statement for many rows at once.

A statement lets go of Python's lock and takes it again, which costs more than the statement when
the event loop is busy: the fewer, the better.
"""

import sqlite3
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from .database_rows import event_of
from .deployments import others_handlers
from .records import AT_ONCE, Claim, Outcome, State, StoredEvent, Work
from .subject_order import (
    TYPE_MATCHES,
    change,
    hold_up,
    json_argument,
    let_go_on,
    with_open_work,
)

_CHUNKS = (64, 16, 4, 1)
"""How many rows an INSERT takes; few sizes, so that the prepared statements are kept."""

_EVENT_COLUMNS = "(seq, id, type, subject, created, received, body, trace_context)"
_WORK_COLUMNS = "(event, position, handler, state, attempts, created, waits, due, open_subject)"

_CLAIMABLE = """
SELECT w.event, w.position, w.handler, w.attempts + 1, w.failures, w.crashes, w.error, w.due,
       EXISTS (SELECT 1 FROM newest n WHERE n.subject = e.subject AND n.handler = w.handler
               AND (n.created, n.event) > (w.created, w.event)), w.replay,
       e.id, e.type, e.subject, e.created, e.received, e.body, e.trace_context
FROM work w JOIN events e ON e.seq = w.event
WHERE w.handler = :handler AND w.due <= :now AND TYPE_MATCHES
ORDER BY w.due, w.event, w.position
LIMIT :limit
""".replace("TYPE_MATCHES", TYPE_MATCHES)

# By an index of its own: else all that is due would be looked through for the few of them.
_SUSPECTS = _CLAIMABLE.replace("FROM work w", "FROM work w INDEXED BY work_suspects").replace(
    "WHERE", "WHERE w.suspected AND"
)

_TAKE = """
UPDATE work SET state = 'running', attempts = attempts + 1, owner = :owner, waits = NULL,
    due = NULL, alone = :alone, began = json_extract(k.value, '$[2]')
FROM json_each(:keys) k
WHERE work.event = json_extract(k.value, '$[0]') AND work.position = json_extract(k.value, '$[1]')
"""

_SETTLE = """
UPDATE work SET
    failures = failures + (json_extract(k.value, '$[4]') IS NOT NULL),
    state = json_extract(k.value, '$[3]'),
    waits = json_extract(k.value, '$[4]'),
    error = json_extract(k.value, '$[5]'),
    finished = json_extract(k.value, '$[6]'),
    open_subject = iif(json_extract(k.value, '$[4]') IS NULL, NULL, open_subject),
    owner = NULL, suspected = 0, alone = 0, began = 0,
    replay = replay AND json_extract(k.value, '$[4]') IS NOT NULL
FROM json_each(:rows) k JOIN events e ON e.id = json_extract(k.value, '$[0]')
WHERE work.event = e.seq
  AND work.handler = json_extract(k.value, '$[1]')
  AND work.attempts = json_extract(k.value, '$[2]')
  AND work.owner = :owner
RETURNING (SELECT id FROM events WHERE seq = event), handler,
    (SELECT subject FROM events WHERE seq = event), created, event, finished, state
"""

_REMEMBER = """
INSERT INTO newest
SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]'),
       json_extract(value, '$[3]'), json_extract(value, '$[4]')
FROM json_each(:rows) WHERE true
ON CONFLICT DO UPDATE SET created = excluded.created, event = excluded.event, at = excluded.at
WHERE (excluded.created, excluded.event) >= (created, event)
"""

_BEGIN = """
UPDATE work SET began = 1
WHERE owner = :owner AND handler = :handler AND attempts = :attempt
  AND event = (SELECT seq FROM events WHERE id = :event)
RETURNING event
"""

_HELD = """
SELECT json_extract(k.value, '$[0]'), json_extract(k.value, '$[1]')
FROM json_each(:held) k JOIN events e ON e.id = json_extract(k.value, '$[0]')
JOIN work w ON w.event = e.seq AND w.handler = json_extract(k.value, '$[1]')
WHERE w.owner = :owner AND w.attempts = json_extract(k.value, '$[2]')
"""

_RELEASE = """
UPDATE work SET state = 'pending', owner = NULL, attempts = attempts - iif(:began, 0, 1),
    waits = 0, alone = 0, began = 0
WHERE owner = :owner AND handler = :handler
  AND event = (SELECT seq FROM events WHERE id = :event)
RETURNING open_subject
"""

_GIVE_BACK = """
UPDATE work INDEXED BY work_running SET state = 'pending', owner = NULL,
    attempts = attempts - NOT began,
    crashes = crashes + (began AND alone),
    suspected = suspected OR began,
    waits = 0, alone = 0, began = 0
WHERE owner = :owner
RETURNING open_subject
"""


def put_many(
    connection: sqlite3.Connection,
    puts: Sequence[tuple[StoredEvent, Sequence[str]]],
    owner: str = "",
) -> list[bool]:
    """Keep events, each with pending work for its handlers, then those of others than `owner`.

    Whether each is new.
    """
    asked = {each for event, _ in puts for each in (event.id, event.same_as) if each}
    ids = json_argument(sorted(asked))
    known = {
        row[0]
        for row in connection.execute(
            "SELECT id FROM events WHERE id IN (SELECT value FROM json_each(?))", (ids,)
        )
    }
    (seq,) = connection.execute("SELECT coalesce(max(seq), 0) FROM events").fetchone()
    lines = Counter(event.subject for event, _ in puts)
    open_before = with_open_work(connection, lines)
    hold_up(connection, open_before)
    in_line = open_before | {subject for subject, events in lines.items() if events > 1}
    events: list[Any] = []
    work: list[Any] = []
    new = []
    others = others_handlers(connection, owner)
    for event, handlers in puts:
        is_new = event.id not in known and event.same_as not in known
        new.append(is_new)
        if not is_new:
            continue
        known.add(event.id)
        seq += 1
        at, about = event.creation_time, event.subject
        row = (seq, event.id, event.type, about, at, event.received, event.body)
        events.append((*row, event.trace_context))
        due = None if about in in_line else AT_ONCE
        for position, name in enumerate((*handlers, *others.wanting(event.type, handlers))):
            work.append((seq, position, name, "pending", 0, at, AT_ONCE, due, about))
    _insert(connection, "events", _EVENT_COLUMNS, events)
    _insert(connection, "work", _WORK_COLUMNS, work)
    let_go_on(connection, in_line)
    return new


def body(connection: sqlite3.Connection, event_id: str) -> bytes | None:
    """An event's body; None where there is no such event."""
    row = connection.execute("SELECT body FROM events WHERE id = ?", (event_id,)).fetchone()
    return None if row is None else bytes(row[0])


def _insert(
    connection: sqlite3.Connection, table: str, columns: str, rows: list[tuple[Any, ...]]
) -> None:
    places = "(" + ", ".join("?" * (columns.count(",") + 1)) + ")"
    for chunk in _chunks(rows):
        values = ", ".join([places] * len(chunk))
        statement = " ".join(("INSERT INTO", table, columns, "VALUES", values))
        connection.execute(statement, [value for row in chunk for value in row])


def _chunks(rows: list[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    start = 0
    for size in _CHUNKS:
        while len(rows) - start >= size:
            yield rows[start : start + size]
            start += size


def claim(
    connection: sqlite3.Connection,
    owner: str,
    limit: int,
    handlers: Mapping[str, str | None],
    now: float,
    idle: bool,
    rooms: Mapping[str, int] = MappingProxyType({}),
) -> list[Claim]:
    """Take due work of at most `limit` events, each of another subject; see `Inbox.claim`.

    `handlers`: each with the types that it asks for, as JSON; None for all.
    """
    suspects = _due(connection, _SUSPECTS, now, handlers, dict.fromkeys(handlers, 1))
    if suspects:
        return _take(connection, owner, suspects[:1], 1, alone=True) if idle else []
    limits = {each: min(rooms.get(each, limit), limit) for each in handlers}
    rows = _due(connection, _CLAIMABLE, now, handlers, limits)
    return _take(connection, owner, rows, limit, alone=False)


def _due(
    connection: sqlite3.Connection,
    query: str,
    now: float,
    handlers: Mapping[str, str | None],
    limits: Mapping[str, int],
) -> list[Any]:
    rows: list[Any] = []
    for handler, limit in limits.items():
        if limit:
            types = handlers[handler]
            arguments = {"now": now, "handler": handler, "types": types, "limit": limit}
            rows += connection.execute(query, arguments)
    return sorted(rows, key=_by_due)


def _take(
    connection: sqlite3.Connection, owner: str, rows: Sequence[Any], limit: int, *, alone: bool
) -> list[Claim]:
    taken: dict[str, tuple[StoredEvent, list[tuple[int, int, Work]]]] = {}
    for seq, position, handler, attempt, failures, crashes, error, _, old, replay, *row in rows:
        event = event_of(row)
        if event.subject not in taken:
            if len(taken) == limit:
                continue
            taken[event.subject] = (event, [])
        first, work = taken[event.subject]
        if first.id == event.id:
            known = failures, crashes, error, bool(old), bool(replay)
            work.append((seq, position, Work(event.id, handler, attempt, *known)))
    keys = []
    for _, work in taken.values():
        first_position = min(position for _, position, _ in work)
        keys += [(seq, position, position == first_position) for seq, position, _ in work]
    if keys:
        hold_up(connection, taken)
        arguments = {"owner": owner, "keys": json_argument(keys), "alone": alone}
        connection.execute(_TAKE, arguments)
    return [
        Claim(event, tuple(each for _, _, each in sorted(work, key=lambda key: key[1])), alone)
        for event, work in taken.values()
    ]


def _by_due(row: Sequence[Any]) -> tuple[float, int, int]:
    return row[7], row[0], row[1]


def settle_many(
    connection: sqlite3.Connection,
    owner: str,
    settled: Sequence[tuple[Work, Outcome, float]],
) -> list[bool]:
    """Write down outcomes; whether each work was still the owner's."""
    rows = [
        (
            work.event_id,
            work.handler,
            work.attempt,
            str(outcome.state),
            outcome.due,
            outcome.error,
            None if outcome.due is not None else now,
        )
        for work, outcome, now in settled
    ]
    arguments = {"rows": json_argument(rows), "owner": owner}
    changed = connection.execute(_SETTLE, arguments).fetchall()
    let_go_on(connection, {subject for _, _, subject, *_ in changed})
    done = [
        (subject, handler, created, event, finished)
        for _, handler, subject, created, event, finished, state in changed
        if state == State.DONE
    ]
    if done:
        connection.execute(_REMEMBER, {"rows": json_argument(done)})
    held = {(event, handler) for event, handler, *_ in changed}
    return [(work.event_id, work.handler) in held for work, _, _ in settled]


def release(connection: sqlite3.Connection, owner: str, work: Work, began: bool) -> None:
    """Give one work back; the attempt counts if it began."""
    arguments = {
        "owner": owner,
        "handler": work.handler,
        "event": work.event_id,
        "began": began,
    }
    change(connection, _RELEASE, arguments)


def begin(connection: sqlite3.Connection, owner: str, work: Work) -> bool:
    """Mark that work has begun; whether it was the owner's."""
    arguments = {
        "owner": owner,
        "handler": work.handler,
        "event": work.event_id,
        "attempt": work.attempt,
    }
    return connection.execute(_BEGIN, arguments).fetchone() is not None


def lost(connection: sqlite3.Connection, owner: str, held: Collection[Work]) -> list[Work]:
    """What of it is no longer the owner's."""
    keys = json_argument([(work.event_id, work.handler, work.attempt) for work in held])
    left = set(connection.execute(_HELD, {"held": keys, "owner": owner}).fetchall())
    return [work for work in held if (work.event_id, work.handler) not in left]


def give_back_all(connection: sqlite3.Connection, owner: str) -> int:
    """Give back all that an owner held when it died.

    What had begun is suspected, and has crashed if it ran alone.
    """
    return change(connection, _GIVE_BACK, {"owner": owner})


def owners(connection: sqlite3.Connection) -> list[str]:
    """Who holds work, or has registered handlers."""
    rows = connection.execute(
        "SELECT owner FROM work INDEXED BY work_running WHERE owner IS NOT NULL "
        "UNION SELECT owner FROM handlers WHERE owner != ''"
    )
    return [row[0] for row in rows]


def waiting(connection: sqlite3.Connection) -> dict[str, int]:
    """How much unfinished work each handler has."""
    rows = connection.execute(
        "SELECT handler, count(*) FROM work WHERE open_subject IS NOT NULL GROUP BY handler"
    )
    return dict(rows.fetchall())


def oldest(connection: sqlite3.Connection) -> dict[str, float]:
    """When the first event came of each handler's unfinished work."""
    rows = connection.execute(
        "SELECT handler, received FROM (SELECT handler, min(event) AS first FROM work "
        "WHERE open_subject IS NOT NULL GROUP BY handler) JOIN events ON seq = first"
    )
    return dict(rows.fetchall())


def counts(connection: sqlite3.Connection) -> dict[State, int]:
    """How much work there is in each state."""
    rows = connection.execute("SELECT state, count(*) FROM work GROUP BY state")
    return {State(state): count for state, count in rows}

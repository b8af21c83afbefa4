"""Looking into an inbox's file, and repairing: what both an open inbox and one beside it do.

Work is changed some events at a time, each in a transaction of its own, so that nobody else who
uses the file waits for long.
"""

import sqlite3
from collections.abc import Mapping

from . import deployments, known_time, purging
from .database_rows import EVERYTHING, Span, entry_of, event_of, refuse_to_forget
from .database_rows import spans as spans_between
from .records import State, StoredEvent
from .selection import InboxEntry, InboxHandler, Selection
from .subject_order import (
    TYPE_MATCHES,
    change,
    hold_up,
    json_argument,
    let_go_on,
    types_argument,
)

FORGOTTEN_AT_ONCE = 500

_PARTS = {"TYPE_MATCHES": TYPE_MATCHES, "ASKED_FOR": TYPE_MATCHES.replace(":types", ":asked")}


def _sql(statement: str) -> str:
    """A statement with its parts, which are named in braces, put in."""
    return statement.format(**_PARTS)


_PARTS["IS_MEANT"] = _sql("""
(:events IS NULL OR e.id IN (SELECT value FROM json_each(:events)))
AND {TYPE_MATCHES}
AND (:since IS NULL OR e.received >= :since) AND (:until IS NULL OR e.received < :until)
AND e.seq > :after AND e.seq <= :upto
""")

_PARTS["WORK"] = _sql("""
FROM work w JOIN events e ON e.seq = w.event
WHERE w.state IN (SELECT value FROM json_each(:states))
  AND (:handler IS NULL OR w.handler = :handler) AND {IS_MEANT}
""")

_PARTS["MISSING"] = _sql("""
FROM events e
WHERE :missing AND {ASKED_FOR} AND {IS_MEANT}
  AND NOT EXISTS (SELECT 1 FROM work w WHERE w.event = e.seq AND w.handler = :handler)
""")

_ENTRIES = _sql("""
SELECT e.seq, w.position, e.id, e.type, e.subject, e.received, w.handler, w.state, w.attempts,
       max(w.waits, e.received), w.finished, w.error
{WORK} ORDER BY w.event DESC, w.position LIMIT :limit
""")

_MISSING_ENTRIES = _sql("""
SELECT e.seq, -1, e.id, e.type, e.subject, e.received, :handler, NULL, 0, NULL, NULL, NULL
{MISSING} ORDER BY e.seq DESC LIMIT :limit
""")

_TALLY = _sql("""
SELECT w.handler, w.state, count(*) {WORK} GROUP BY w.handler, w.state
UNION ALL
SELECT :handler, NULL, count(*) {MISSING} HAVING count(*)
""")

_CHOSEN = _sql("SELECT w.event, w.position, e.subject {WORK} AND w.owner IS NULL")
_TO_ADD = _sql("SELECT e.seq, e.subject {MISSING}")

_REDO = """
UPDATE work SET
    replay = replay OR open_subject IS NULL,
    attempts = iif(open_subject IS NULL, 0, attempts),
    suspected = iif(open_subject IS NULL, 0, suspected),
    state = iif(open_subject IS NULL, 'pending', state),
    failures = 0, crashes = 0, finished = NULL, waits = min(coalesce(waits, :now), :now),
    due = NULL,
    open_subject = (SELECT subject FROM events WHERE seq = work.event)
FROM json_each(:keys) k
WHERE work.event = json_extract(k.value, '$[0]') AND work.position = json_extract(k.value, '$[1]')
"""

_ADD = """
INSERT INTO work
    (event, position, handler, state, attempts, created, waits, due, open_subject, replay)
SELECT e.seq, coalesce((SELECT max(position) + 1 FROM work WHERE event = e.seq), 0), :handler,
       'pending', 0, e.created, :now, NULL, e.subject, :replay
FROM json_each(:keys) k JOIN events e ON e.seq = json_extract(k.value, '$[0]')
"""

_DROP = """
DELETE FROM work WHERE (event, position) IN (
    SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(:keys))
RETURNING open_subject
"""


def _arguments(
    connection: sqlite3.Connection, selection: Selection, span: Span
) -> dict[str, object]:
    asked = None
    if selection.missing and selection.handler is not None:
        asked = types_argument(deployments.asked_for(connection, selection.handler))
    events = selection.events
    return {
        "states": json_argument(sorted(selection.states)),
        "events": None if events is None else json_argument(sorted(events)),
        "handler": selection.handler,
        "types": types_argument(selection.types),
        "since": selection.since,
        "until": selection.until,
        "missing": selection.missing,
        "asked": asked,
        **span._asdict(),
    }


def entries(
    connection: sqlite3.Connection, selection: Selection, limit: int | None
) -> list[InboxEntry]:
    """Work that is selected, that of the event that came last first."""
    arguments = _arguments(connection, selection, EVERYTHING) | {
        "limit": -1 if limit is None else limit
    }
    rows = connection.execute(_ENTRIES, arguments).fetchall()
    if selection.missing:
        rows += connection.execute(_MISSING_ENTRIES, arguments)
        rows.sort(key=lambda row: (-row[0], row[1]))
    return [entry_of(row[2:]) for row in rows[:limit]]


def tally(
    connection: sqlite3.Connection, selection: Selection
) -> dict[tuple[str, State | None], int]:
    """How much work is selected, by handler and state."""
    rows = connection.execute(_TALLY, _arguments(connection, selection, EVERYTHING))
    return {
        (handler, None if state is None else State(state)): count for handler, state, count in rows
    }


_EVENT = """
SELECT id, type, subject, created, received, body, trace_context FROM events WHERE id = ?
"""


def event(connection: sqlite3.Connection, event_id: str) -> StoredEvent | None:
    """An event; None where there is no such one."""
    row = connection.execute(_EVENT, (event_id,)).fetchone()
    return None if row is None else event_of(row)


_RECEIVED = """
SELECT id, type, subject, created, received, body, trace_context FROM events
WHERE received >= :since AND seq > coalesce((SELECT seq FROM events WHERE id = :after), -1)
ORDER BY seq LIMIT :limit
"""


def received(
    connection: sqlite3.Connection, since: float, after: str | None, limit: int
) -> list[StoredEvent]:
    """Events in the order in which they came."""
    arguments = {"since": since, "after": after, "limit": limit}
    return [event_of(row) for row in connection.execute(_RECEIVED, arguments)]


def handlers(connection: sqlite3.Connection) -> list[InboxHandler]:
    """The handlers that the inbox knows, by name."""
    rows = connection.execute(
        """
        SELECT name, max(is_there), sum(waiting) FROM (
            SELECT name, owner != '' AS is_there, 0 AS waiting FROM handlers
            UNION ALL
            SELECT handler, 0, sum(open_subject IS NOT NULL) FROM work GROUP BY handler)
        GROUP BY name ORDER BY name
        """
    ).fetchall()
    return [
        InboxHandler(
            name=name,
            types=deployments.asked_for(connection, name),
            is_there=bool(is_there),
            waiting=waiting,
        )
        for name, is_there, waiting in rows
    ]


def spans(connection: sqlite3.Connection) -> list[Span]:
    """All events that there are now, some at a time."""
    first, last = connection.execute(
        "SELECT coalesce(min(seq), 0), coalesce(max(seq), -1) FROM events"
    ).fetchone()
    return spans_between(first, last)


def redo(
    connection: sqlite3.Connection,
    selection: Selection,
    now: float,
    span: Span,
    *,
    replay: bool = True,
) -> int:
    """Make the selected work of these events due now; how much that was."""
    arguments = _arguments(connection, selection, span)
    chosen = connection.execute(_CHOSEN, arguments).fetchall()
    missing = connection.execute(_TO_ADD, arguments).fetchall()
    # What is done again may have happened before what is at the front now.
    subjects = {row[-1] for row in (*chosen, *missing)}
    hold_up(connection, subjects)
    connection.execute(_REDO, {"keys": json_argument([row[:2] for row in chosen]), "now": now})
    if missing:
        keys = json_argument([row[:1] for row in missing])
        added = {"keys": keys, "now": now, "handler": selection.handler, "replay": replay}
        connection.execute(_ADD, added)
    let_go_on(connection, subjects)
    return len(chosen) + len(missing)


def drop(connection: sqlite3.Connection, selection: Selection, span: Span) -> int:
    """Delete the selected work of these events that doesn't run; how much that was."""
    chosen = connection.execute(_CHOSEN, _arguments(connection, selection, span)).fetchall()
    return change(connection, _DROP, {"keys": json_argument([row[:2] for row in chosen])})


_REWRITE = """
UPDATE events SET body = :body
WHERE id = :id AND NOT EXISTS (
    SELECT 1 FROM work w WHERE w.event = events.seq AND w.open_subject IS NOT NULL)
RETURNING seq
"""


def rewrite(connection: sqlite3.Connection, bodies: Mapping[str, bytes]) -> list[str]:
    """Put other bodies in the place of those of finished events; the ids of these."""
    done = []
    for event_id, body in bodies.items():
        row = connection.execute(_REWRITE, {"id": event_id, "body": body}).fetchone()
        if row is not None:
            done.append(event_id)
            connection.execute("UPDATE work SET error = NULL WHERE event = ?", row)
    return done


def scrub(connection: sqlite3.Connection) -> bool:
    """Leave nothing in the file and its log of what was overwritten or deleted.

    False: somebody who reads keeps the log from being emptied; it is when they are done.
    """
    # In memory, as is the rule, it would take as much as the file.
    connection.execute("PRAGMA temp_store = FILE")
    connection.execute("VACUUM")
    connection.execute("PRAGMA temp_store = MEMORY")
    busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy


def forget(connection: sqlite3.Connection, received_before: float, now: float) -> int:
    """Delete some events that are done and were received before; how many that were.

    Raises `InvalidParameterError` for what the receiver still needs to know replays by.
    """
    needed = purging.needed(connection)
    refuse_to_forget(received_before, now, needed)
    never, before = float("-inf"), known_time.read(connection).forgettable(received_before, needed)
    return purging.purge(connection, (), before, never, FORGOTTEN_AT_ONCE).events

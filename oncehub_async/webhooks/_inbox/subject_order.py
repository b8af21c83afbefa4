"""Whose turn it is: of each subject and handler only the first open event can be claimed.

`waits` says when work may be tried; `due` is the same for what stands at the front of its subject
and handler while nothing of the subject runs, and NULL for all else. So a claim reads an index of
what can be claimed, and costs the same whatever is held up behind it.

Who is about to change what is open or runs of a subject holds the subject up, and lets it go on
afterwards, in the same transaction.
"""

import sqlite3
from collections.abc import Collection, Mapping

from ..._ground import dump_json
from .._event_names import ANY

_FRONT = """
WITH RECURSIVE lines(subject, handler) AS (
    SELECT s.value, (SELECT min(handler) FROM work WHERE open_subject = s.value)
    FROM json_each(:subjects) s
    UNION ALL
    SELECT l.subject, (SELECT min(w.handler) FROM work w
                       WHERE w.open_subject = l.subject AND w.handler > l.handler)
    FROM lines l WHERE l.handler IS NOT NULL),
front AS (
    SELECT l.subject, l.handler,
        (SELECT w.event FROM work w WHERE w.open_subject = l.subject AND w.handler = l.handler
         ORDER BY w.created, w.event LIMIT 1) AS event
    FROM lines l WHERE l.handler IS NOT NULL)
"""

# `+`: not over all that is due to those few.
_HOLD_UP = "".join(
    (
        _FRONT,
        """
UPDATE work SET due = NULL FROM front f
WHERE work.event = f.event AND work.handler = f.handler AND +work.due IS NOT NULL
""",
    )
)

_LET_GO_ON = "".join(
    (
        _FRONT,
        """
UPDATE work SET due = waits FROM front f
WHERE work.event = f.event AND work.handler = f.handler
  AND NOT EXISTS (SELECT 1 FROM work r WHERE r.open_subject = f.subject AND r.owner IS NOT NULL)
""",
    )
)


TYPE_MATCHES = """
(:types IS NULL OR EXISTS (
    SELECT 1 FROM json_each(:types) t
    WHERE t.value IN (e.type, substr(e.type, 1, instr(e.type, '.') - 1))))
"""
"""That the type of `e` is one of a JSON array, as `matches` has it; NULL stands for any."""


def hold_up(connection: sqlite3.Connection, subjects: Collection[str]) -> None:
    """Nothing of these subjects can be claimed."""
    _for(connection, _HOLD_UP, subjects)


def let_go_on(connection: sqlite3.Connection, subjects: Collection[str]) -> None:
    """What now stands at the front of these subjects can be claimed, if nothing of them runs."""
    _for(connection, _LET_GO_ON, subjects)


def _for(connection: sqlite3.Connection, statement: str, subjects: Collection[str]) -> None:
    if subjects:
        connection.execute(statement, {"subjects": json_argument(list(subjects))})


def with_open_work(connection: sqlite3.Connection, subjects: Collection[str]) -> set[str]:
    """Those of these subjects of which something is open."""
    rows = connection.execute(
        "SELECT value FROM json_each(?) "
        "WHERE EXISTS (SELECT 1 FROM work WHERE open_subject = value)",
        (json_argument(list(subjects)),),
    )
    return {row[0] for row in rows}


def change(connection: sqlite3.Connection, statement: str, arguments: Mapping[str, object]) -> int:
    """Change or delete work, RETURNING open_subject; what waited behind it goes on.

    How much that was.
    """
    subjects = [row[0] for row in connection.execute(statement, dict(arguments)).fetchall()]
    let_go_on(connection, {subject for subject in subjects if subject is not None})
    return len(subjects)


def json_argument(data: object) -> str:
    """An argument for SQLite's JSON functions."""
    return dump_json(data).decode()


def types_argument(types: Collection[str] | None) -> str | None:
    """The argument of `TYPE_MATCHES`."""
    return None if types is None or ANY in types else json_argument(sorted(types))

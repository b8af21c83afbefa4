"""What a selection means in PostgreSQL: the statements by which work is shown and changed."""

from collections.abc import Collection, Sequence
from typing import Any

from .._event_names import ANY
from .database_rows import EVERYTHING, Span
from .selection import Selection

# $1 states, $2 handler, $3 events, $4 types, $5 since, $6 until, $7 after, $8 up to, $9 asked for
_TYPE_IS_IN = (
    "(${0}::text[] IS NULL OR e.type = ANY (${0}) OR split_part(e.type, '.', 1) = ANY (${0}))"
)
_IS_MEANT = f"""
($3::text[] IS NULL OR e.id = ANY ($3)) AND {_TYPE_IS_IN.format(4)}
AND ($5::float8 IS NULL OR e.received >= $5) AND ($6::float8 IS NULL OR e.received < $6)
AND e.seq > $7::bigint AND e.seq <= $8::bigint
"""
_WORK = f"""
FROM @work w JOIN @events e ON e.seq = w.event
WHERE w.state = ANY ($1::text[]) AND ($2::text IS NULL OR w.handler = $2) AND {_IS_MEANT}
"""
_MISSING = f"""
FROM @events e WHERE {_TYPE_IS_IN.format(9)} AND {_IS_MEANT}
  AND $1::text[] IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM @work w WHERE w.event = e.seq AND w.handler = $2::text)
"""
ENTRIES = f"""
SELECT e.seq, w.position, e.id, e.type, e.subject, e.received, w.handler, w.state, w.attempts,
    CASE WHEN w.waits IS NOT NULL THEN greatest(w.waits, e.received) END AS due, w.finished, w.error
{_WORK} AND $9::text[] IS NULL ORDER BY w.event DESC, w.position LIMIT $10
"""
MISSING_ENTRIES = f"""
SELECT e.seq, -1 AS position, e.id, e.type, e.subject, e.received, $2::text AS handler,
    NULL AS state, 0 AS attempts, NULL::float8 AS due, NULL::float8 AS finished, NULL AS error
{_MISSING} ORDER BY e.seq DESC LIMIT $10
"""
TALLY = f"""
SELECT w.handler, w.state, count(*) {_WORK} AND $9::text[] IS NULL GROUP BY w.handler, w.state
"""
COUNT_MISSING = f"SELECT count(*) {_MISSING}"
_CHANGEABLE = f"{_WORK} AND $9::text[] IS NULL AND w.owner IS NULL"
SUBJECTS = f"SELECT DISTINCT w.subject {_CHANGEABLE}"
MISSING_SUBJECTS = f"SELECT DISTINCT e.subject {_MISSING}"
LINES = f"SELECT DISTINCT w.subject, w.handler {_CHANGEABLE}"

REDO = f"""
UPDATE @work o SET
    replay = o.replay OR o.finished IS NOT NULL,
    attempts = CASE WHEN o.finished IS NULL THEN o.attempts ELSE 0 END,
    suspected = o.suspected AND o.finished IS NULL,
    state = CASE WHEN o.finished IS NULL THEN o.state ELSE 'pending' END,
    failures = 0, crashes = 0, finished = NULL, waits = least(o.waits, $10::float8), due = NULL
WHERE (o.event, o.position) IN (SELECT w.event, w.position {_CHANGEABLE})
RETURNING o.subject, o.handler
"""

ADD = f"""
INSERT INTO @work (event, position, handler, type, subject, created, waits, replay)
SELECT e.seq, coalesce((SELECT max(position) + 1 FROM @work WHERE event = e.seq), 0), $2::text,
    e.type, e.subject, e.created, $10::float8, $11::bool
{_MISSING}
RETURNING subject, handler
"""

DROP = f"""
DELETE FROM @work o WHERE (o.event, o.position) IN (SELECT w.event, w.position {_CHANGEABLE})
RETURNING o.subject, o.handler, o.finished IS NULL AS was_open
"""


def types_argument(types: Collection[str] | None) -> list[str] | None:
    """Event types as an argument; None for all."""
    return None if types is None or ANY in types else sorted(types)


def arguments_of(selection: Selection, span: Span = EVERYTHING) -> list[Any]:
    """The arguments $1 to $9 of a statement."""
    events = selection.events
    return [
        sorted(selection.states),
        selection.handler,
        None if events is None else sorted(events),
        types_argument(selection.types),
        selection.since,
        selection.until,
        *span,
        None,
    ]


def within(arguments: Sequence[Any], span: Span) -> list[Any]:
    """The same for other events."""
    return [*arguments[:6], *span, *arguments[8:]]

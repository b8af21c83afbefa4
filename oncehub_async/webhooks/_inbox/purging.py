"""What an inbox's file forgets, and for how long it has to know events again."""

import sqlite3
from collections.abc import Collection
from typing import NamedTuple

from .subject_order import change, json_argument

_PAGES_FREED_AT_ONCE = 1_000

_FORGET = """
DELETE FROM work WHERE event IN (SELECT value FROM json_each(:keys)) RETURNING open_subject
"""


def set_needed(connection: sqlite3.Connection, seconds: float) -> None:
    """Write down for how long events have to be known again; 0 leaves it as it is."""
    if seconds:
        connection.execute("UPDATE needed SET seconds = ?", (seconds,))


def needed(connection: sqlite3.Connection) -> float:
    """For how many seconds events have to be known again."""
    return float(connection.execute("SELECT seconds FROM needed").fetchone()[0])


class Purged(NamedTuple):
    """How many events were deleted, and how much work among them that was never done."""

    events: int
    undone: int


def purge(
    connection: sqlite3.Connection,
    handlers: Collection[str],
    done_before: float,
    undone_before: float,
    limit: int,
) -> Purged:
    """Delete old events: those that are done, and what will never be done much later.

    That is dead letters, from when they became so, and work of others than `handlers` and those
    that any process has, from when it was received. Unfinished work of these stays.
    """
    rows = connection.execute(
        """
        SELECT seq FROM events e WHERE received < :done_before AND NOT EXISTS (
            SELECT 1 FROM work w WHERE w.event = e.seq AND CASE w.state
                WHEN 'done' THEN 0
                WHEN 'dead' THEN w.finished >= :undone_before
                ELSE w.owner IS NOT NULL OR e.received >= :undone_before
                    OR w.handler IN (SELECT value FROM json_each(:handlers))
                    OR w.handler IN (SELECT name FROM handlers WHERE owner != '') END)
        ORDER BY received LIMIT :limit
        """,
        {
            "done_before": done_before,
            "undone_before": undone_before,
            "handlers": json_argument(list(handlers)),
            "limit": limit,
        },
    ).fetchall()
    keys = json_argument([seq for (seq,) in rows])
    (undone,) = connection.execute(
        "SELECT count(*) FROM work WHERE event IN (SELECT value FROM json_each(?)) "
        "AND state != 'done'",
        (keys,),
    ).fetchone()
    change(connection, _FORGET, {"keys": keys})
    connection.executemany("DELETE FROM events WHERE seq = ?", rows)
    if len(rows) < limit:
        # What died keep_dead ago may be done again at last: so for as long once more.
        forgotten = undone_before - (done_before - undone_before)
        connection.execute("DELETE FROM newest WHERE at < ?", (forgotten,))
        connection.execute("DELETE FROM handlers WHERE owner = '' AND seen < ?", (undone_before,))
    _shrink(connection)
    return Purged(len(rows), undone)


def _shrink(connection: sqlite3.Connection) -> None:
    """Give free pages back to the operating system, some at a time."""
    (free,) = connection.execute("PRAGMA freelist_count").fetchone()
    # Python's sqlite3 ends this statement after its first page, whatever number it is given.
    for _ in range(min(free, _PAGES_FREED_AT_ONCE)):
        connection.execute("PRAGMA incremental_vacuum(1)")

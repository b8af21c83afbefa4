"""What an inbox's file knows of the time of day; see `TimekeepingInbox`.

The table was added later, and older programs pass it over: it changes no version, so that a
deployment can be taken back.
"""

import sqlite3
from collections.abc import Iterable

from .records import KnownTime, StoredEvent

TABLE = "CREATE TABLE IF NOT EXISTS known_time (purged REAL, vouched REAL)"
"""It has one row, or none before anything is known."""

EVERY = 3_600.0
"""Seconds after which it is written down that a later delivery was signed: not with each commit."""


def read(connection: sqlite3.Connection) -> KnownTime:
    """What is known."""
    row = connection.execute(
        "SELECT max(purged), max(vouched), (SELECT max(received) FROM events) FROM known_time"
    ).fetchone()
    return KnownTime(purged=row[0], vouched=row[1], received=row[2])


def keep_purge_time(connection: sqlite3.Connection, moment: float) -> None:
    """Note for when it was purged."""
    _make_row(connection)
    connection.execute("UPDATE known_time SET purged = ?", (moment,))


def keep_signed(connection: sqlite3.Connection, moment: float) -> None:
    """Note that a delivery was signed then."""
    _make_row(connection)
    connection.execute(
        "UPDATE known_time SET vouched = max(coalesce(vouched, :moment), :moment)",
        {"moment": moment},
    )


def _make_row(connection: sqlite3.Connection) -> None:
    connection.execute(
        "INSERT INTO known_time SELECT NULL, NULL WHERE NOT EXISTS (SELECT 1 FROM known_time)"
    )


def latest_signed(events: Iterable[StoredEvent]) -> float:
    """When the newest of them was signed; minus infinity where none was."""
    moments = (event.signed for event in events)
    return max((each for each in moments if each is not None), default=float("-inf"))

"""Waiting for the turn to write where several processes share a file.

SQLite's own wait doubles its pauses up to a tenth of a second, so that who came first is passed by
all who come later. Looking every millisecond makes the longest wait of four processes under full
load a tenth of that, for a hundredth of a processor (`python -m benchmarks.receiver_processes`).
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager

_BETWEEN_LOOKS = 0.001


def take_turns(connection: sqlite3.Connection) -> None:
    """Leave the waiting to `begin`."""
    connection.execute("PRAGMA busy_timeout = 0")


def begin(connection: sqlite3.Connection, patience: float) -> None:
    """Begin to write, once nobody else does. Raises SQLite's error after `patience` seconds."""
    end = time.monotonic() + patience
    while True:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
        else:
            return
        time.sleep(_BETWEEN_LOOKS)


@contextmanager
def whole_change(connection: sqlite3.Connection) -> Iterator[None]:
    """What is written meanwhile is there as a whole, or not at all. Raises SQLite's errors."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise

"""The tables, and how the file is opened.

`work` has a row for each event and handler. `waits` is set while it waits, `due` while it can be
claimed (see subject_order), `owner` while it runs, `open_subject` until it is done or dead: the
partial indexes hold unfinished work only, however much is kept. `suspected` is what ran when a
process died, `alone` what runs without other work beside it, `began` what has begun of that,
`replay` what was asked for again. `needed` has one row: for how long the receiver needs events to
be known again. `newest` has what each handler is done with that happened last of a subject, for
longer than events are kept. `trace_context` says to which trace an event's handlers belong.
`handlers` has those that each open inbox runs, and with an empty owner those that there were, and
until when. `known_time` is described in its own module.
"""

import contextlib
import logging
import os
import sqlite3
from pathlib import Path

from ..._ground import open_private
from ...errors import ConfigurationError
from . import known_time
from .subject_order import let_go_on
from .write_turn import whole_change

logger = logging.getLogger("oncehub_async.webhooks")

VERSION = 5
_OLDER = (2, 3, 4)
_APPLICATION_ID = 0x4F68496E
_OLDEST = (3, 35)
"""For RETURNING; UPDATE FROM came before."""

_TABLES = """
CREATE TABLE needed (seconds REAL NOT NULL);
INSERT INTO needed VALUES (0);
CREATE TABLE events (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    type TEXT NOT NULL,
    subject TEXT NOT NULL,
    created REAL NOT NULL,
    received REAL NOT NULL,
    body BLOB NOT NULL,
    trace_context TEXT
);
CREATE INDEX events_received ON events (received);
CREATE TABLE work (
    event INTEGER NOT NULL,
    position INTEGER NOT NULL,
    handler TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    failures INTEGER NOT NULL DEFAULT 0,
    crashes INTEGER NOT NULL DEFAULT 0,
    created REAL NOT NULL,
    waits REAL,
    due REAL,
    open_subject TEXT,
    owner TEXT,
    suspected INTEGER NOT NULL DEFAULT 0,
    alone INTEGER NOT NULL DEFAULT 0,
    finished REAL,
    error TEXT,
    began INTEGER NOT NULL DEFAULT 0,
    replay INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (event, position)
) WITHOUT ROWID;
"""

_TABLES_OF_4 = """
CREATE TABLE newest (
    subject TEXT NOT NULL,
    handler TEXT NOT NULL,
    created REAL NOT NULL,
    event INTEGER NOT NULL,
    at REAL NOT NULL,
    PRIMARY KEY (subject, handler)
) WITHOUT ROWID;
CREATE TABLE handlers (
    name TEXT NOT NULL,
    owner TEXT NOT NULL,
    position INTEGER NOT NULL,
    types TEXT NOT NULL,
    seen REAL NOT NULL,
    PRIMARY KEY (name, owner)
) WITHOUT ROWID;
"""

_INDEXES = """
CREATE INDEX work_due ON work (handler, due, event, position) WHERE due IS NOT NULL;
CREATE INDEX work_order ON work (open_subject, handler, created, event)
    WHERE open_subject IS NOT NULL;
CREATE INDEX work_running ON work (open_subject, owner) WHERE owner IS NOT NULL;
CREATE INDEX work_suspects ON work (handler, due) WHERE suspected AND due IS NOT NULL;
"""


_FROM_2 = """
DROP INDEX work_due;
DROP INDEX work_subject;
DROP INDEX work_owner;
ALTER TABLE work ADD COLUMN waits REAL;
ALTER TABLE work ADD COLUMN suspected INTEGER NOT NULL DEFAULT 0;
ALTER TABLE work ADD COLUMN alone INTEGER NOT NULL DEFAULT 0;
UPDATE work SET waits = due, due = NULL WHERE open_subject IS NOT NULL;
"""

_FROM_3 = """
ALTER TABLE work ADD COLUMN began INTEGER NOT NULL DEFAULT 0;
ALTER TABLE work ADD COLUMN replay INTEGER NOT NULL DEFAULT 0;
UPDATE work SET began = 1 WHERE owner IS NOT NULL AND position = (
    SELECT min(position) FROM work w WHERE w.event = work.event AND w.owner = work.owner);
INSERT OR REPLACE INTO newest
    SELECT e.subject, w.handler, w.created, w.event, coalesce(w.finished, e.received)
    FROM work w JOIN events e ON e.seq = w.event WHERE w.state = 'done'
    ORDER BY w.created, w.event;
"""

_FROM_4 = "ALTER TABLE events ADD COLUMN trace_context TEXT"


def connect(path: Path, busy_timeout: float, *, create: bool) -> sqlite3.Connection:
    """Open an inbox's file; with `create`, make it if it isn't there.

    Raises `ConfigurationError` for a file that is no inbox, and sqlite3's and the operating
    system's errors.
    """
    if sqlite3.sqlite_version_info < _OLDEST:
        raise ConfigurationError(
            f"SQLite {sqlite3.sqlite_version} is too old for an inbox; it takes 3.35 or newer"
        )
    if create:
        _make(path)
    elif not path.exists():
        raise ConfigurationError(f"{path}: there is no such inbox; oncehub listen makes one")
    connection = sqlite3.connect(
        path, timeout=busy_timeout, isolation_level=None, check_same_thread=False
    )
    try:
        _prepare(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _make(path: Path) -> None:
    """Make the file where there is none, for the eyes of its owner: bodies hold people's data.

    One that is there is not even opened: closing any descriptor of a file drops all POSIX locks
    that this process has on it, those of SQLite with them.
    """
    with contextlib.suppress(FileExistsError):
        os.close(open_private(path, os.O_CREAT | os.O_EXCL | os.O_RDWR))


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    # Before anything is written: the file may be somebody else's.
    is_new = _is_new(connection, path)
    if is_new:
        # Works only before there is anything in the file.
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
    connection.execute("PRAGMA journal_mode = WAL")
    # FULL: what was answered 2xx survives a power cut, not only the end of the process.
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA journal_size_limit = 67108864")
    connection.execute("PRAGMA temp_store = MEMORY")
    if is_new:
        _create_tables(connection, path)
    connection.execute(known_time.TABLE)


def _is_new(connection: sqlite3.Connection, path: Path) -> bool:
    version = _pragma(connection, "user_version")
    if _pragma(connection, "application_id") == _APPLICATION_ID:
        if version in _OLDER:
            _migrate(connection, path)
        elif version != VERSION:
            raise ConfigurationError(
                f"{path}: is an inbox of version {version}; this program knows version {VERSION}"
            )
        return False
    if version or connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
        raise ConfigurationError(f"{path}: is another program's database")
    return True


def _create_tables(connection: sqlite3.Connection, path: Path) -> None:
    with whole_change(connection):
        # Another process may have been quicker.
        if _is_new(connection, path):
            _run(connection, _TABLES + _TABLES_OF_4 + _INDEXES)
            connection.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {VERSION}")


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Bring an older version up to date. No older program may use the file meanwhile.

    Version 2 knew no line of waiting work, version 3 neither replays nor who else has handlers,
    version 4 no traces.
    """
    with whole_change(connection):
        # Another process may have been quicker.
        version = _pragma(connection, "user_version")
        if version == 2:
            _run(connection, _FROM_2 + _INDEXES)
            rows = connection.execute("SELECT DISTINCT open_subject FROM work").fetchall()
            let_go_on(connection, [subject for (subject,) in rows if subject is not None])
        if version in (2, 3):
            _run(connection, _TABLES_OF_4 + _FROM_3)
        if version in _OLDER:
            _run(connection, _FROM_4)
            connection.execute(f"PRAGMA user_version = {VERSION}")
    logger.info("%s: migrated from version %d to version %d", path, version, VERSION)


def _run(connection: sqlite3.Connection, statements: str) -> None:
    for statement in statements.split(";"):
        connection.execute(statement)


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])

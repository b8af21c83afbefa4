"""An inbox of an earlier version is taken over with all that waits in it."""

import sqlite3
from pathlib import Path

import attrs

from oncehub_async.testing._contract_basics import an_event
from oncehub_async.webhooks import Outcome, Selection, SQLiteInbox, State, Subscription


def older(path: Path, tables: str) -> Path:
    """A file with the tables of an earlier version."""
    with sqlite3.connect(path) as connection:
        connection.executescript(tables)
    connection.close()
    return path


VERSION_2 = """
CREATE TABLE needed (seconds REAL NOT NULL);
INSERT INTO needed VALUES (0);
CREATE TABLE events (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, type TEXT NOT NULL,
    subject TEXT NOT NULL, created REAL NOT NULL, received REAL NOT NULL, body BLOB NOT NULL);
CREATE INDEX events_received ON events (received);
CREATE TABLE work (event INTEGER NOT NULL, position INTEGER NOT NULL, handler TEXT NOT NULL,
    state TEXT NOT NULL, attempts INTEGER NOT NULL, failures INTEGER NOT NULL DEFAULT 0,
    crashes INTEGER NOT NULL DEFAULT 0, created REAL NOT NULL, due REAL, open_subject TEXT,
    owner TEXT, finished REAL, error TEXT, PRIMARY KEY (event, position)) WITHOUT ROWID;
CREATE INDEX work_due ON work (handler, due, event, position) WHERE due IS NOT NULL;
CREATE INDEX work_subject ON work (open_subject) WHERE open_subject IS NOT NULL;
CREATE INDEX work_owner ON work (owner) WHERE owner IS NOT NULL;
PRAGMA application_id = 0x4F68496E;
PRAGMA user_version = 2;
INSERT INTO events VALUES
    (1, 'E1', 'booking.scheduled', 'A', 1, 1, '{}'), (2, 'E2', 'booking.canceled', 'A', 2, 2, '{}'),
    (3, 'E3', 'booking.scheduled', 'B', 1, 3, '{}'), (4, 'E4', 'booking.scheduled', 'C', 1, 4, '{}'),
    (5, 'E5', 'booking.canceled', 'C', 2, 5, '{}');
INSERT INTO work VALUES
    (1, 0, 'h', 'done', 1, 0, 0, 1, NULL, NULL, NULL, 9, NULL),
    (2, 0, 'h', 'pending', 0, 0, 0, 2, 0, 'A', NULL, NULL, NULL),
    (3, 0, 'h', 'failed', 1, 1, 0, 1, 500, 'B', NULL, NULL, 'no'),
    (4, 0, 'h', 'running', 1, 0, 0, 1, NULL, 'C', 'a process that died', NULL, NULL),
    (5, 0, 'h', 'pending', 0, 0, 0, 2, 0, 'C', NULL, NULL, NULL);
"""


async def test_what_waits_in_version_2_is_handled_in_its_order(
    tmp_path: Path, dead_are_seen: None
) -> None:
    """Due, due later, held up behind what ran when its process died."""
    path = older(tmp_path / "inbox.db", VERSION_2)
    inbox = SQLiteInbox(path)
    await inbox.open()
    assert await inbox.claim(9, ("other",), 100.0) == []
    (claim,) = await inbox.claim(9, ("h",), 100.0)
    assert (claim.event.id, claim.alone) == ("E4", True)
    await inbox.settle(claim.work[0], Outcome(state=State.DONE), 100.0)
    claims = await inbox.claim(9, ("h",), 600.0)
    assert [each.event.id for each in claims] == ["E2", "E5", "E3"]
    await inbox.close()
    again = SQLiteInbox(path)
    await again.open()
    assert await again.waiting() == {"h": 3}
    await again.close()


VERSION_3 = """
CREATE TABLE needed (seconds REAL NOT NULL);
INSERT INTO needed VALUES (0);
CREATE TABLE events (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, type TEXT NOT NULL,
    subject TEXT NOT NULL, created REAL NOT NULL, received REAL NOT NULL, body BLOB NOT NULL);
CREATE INDEX events_received ON events (received);
CREATE TABLE work (event INTEGER NOT NULL, position INTEGER NOT NULL, handler TEXT NOT NULL,
    state TEXT NOT NULL, attempts INTEGER NOT NULL, failures INTEGER NOT NULL DEFAULT 0,
    crashes INTEGER NOT NULL DEFAULT 0, created REAL NOT NULL, waits REAL, due REAL,
    open_subject TEXT, owner TEXT, suspected INTEGER NOT NULL DEFAULT 0,
    alone INTEGER NOT NULL DEFAULT 0, finished REAL, error TEXT,
    PRIMARY KEY (event, position)) WITHOUT ROWID;
CREATE INDEX work_due ON work (handler, due, event, position) WHERE due IS NOT NULL;
CREATE INDEX work_order ON work (open_subject, handler, created, event)
    WHERE open_subject IS NOT NULL;
CREATE INDEX work_running ON work (open_subject, owner) WHERE owner IS NOT NULL;
CREATE INDEX work_suspects ON work (handler, due) WHERE suspected AND due IS NOT NULL;
PRAGMA application_id = 0x4F68496E;
PRAGMA user_version = 3;
INSERT INTO events VALUES
    (1, 'E1', 'booking.scheduled', 'A', 1, 1, '{}'), (2, 'E2', 'booking.canceled', 'A', 2, 2, '{}'),
    (3, 'E3', 'booking.scheduled', 'A', 0, 3, '{}'), (4, 'E4', 'booking.scheduled', 'C', 1, 4, '{}');
INSERT INTO work VALUES
    (1, 0, 'h', 'dead', 1, 0, 0, 1, NULL, NULL, NULL, NULL, 0, 0, 9, 'never'),
    (2, 0, 'h', 'done', 1, 0, 0, 2, NULL, NULL, NULL, NULL, 0, 0, 9, NULL),
    (3, 0, 'h', 'done', 1, 0, 0, 0, NULL, NULL, NULL, NULL, 0, 0, 10, NULL),
    (4, 0, 'g', 'done', 1, 0, 0, 1, NULL, NULL, NULL, NULL, 0, 0, 9, NULL),
    (4, 1, 'h', 'running', 1, 0, 0, 1, NULL, NULL, 'C', 'a process that died', 0, 0, NULL, NULL),
    (4, 2, 'i', 'running', 1, 0, 0, 1, NULL, NULL, 'C', 'a process that died', 0, 0, NULL, NULL);
"""


async def test_version_3_is_taken_over_with_what_its_handlers_had_done(
    tmp_path: Path, dead_are_seen: None
) -> None:
    """A dead letter knows that a newer event was handled; what ran first is what had begun."""
    path = older(tmp_path / "inbox.db", VERSION_3)
    inbox = SQLiteInbox(path)
    await inbox.open()
    found = await inbox.register([Subscription("h", ["booking"])], 100.0)
    assert (found.caught_up, found.away, found.released) == ({}, {}, {})
    assert await inbox.claim(9, ("other",), 100.0) == []
    (claim,) = await inbox.claim(9, ("h", "i"), 100.0)
    assert (claim.event.id, claim.alone) == ("E4", True)
    assert [(work.handler, work.attempt) for work in claim.work] == [("h", 2)]
    await inbox.settle(claim.work[0], Outcome(state=State.DONE), 100.0)
    (claim,) = await inbox.claim(9, ("h", "i"), 100.0)
    assert [(work.handler, work.attempt) for work in claim.work] == [("i", 1)]
    assert (
        await inbox.redo(Selection(states=[State.DEAD, State.DONE], events=["E1", "E2"]), 1.0) == 2
    )
    (claim,) = await inbox.claim(9, ("h",), 100.0)
    assert (claim.event.id, claim.work[0].superseded, claim.work[0].replay) == ("E1", True, True)
    await inbox.settle(claim.work[0], Outcome(state=State.DONE), 100.0)
    (claim,) = await inbox.claim(9, ("h",), 100.0)
    assert (claim.event.id, claim.work[0].superseded) == ("E2", False)
    await inbox.close()


VERSION_4 = """
CREATE TABLE needed (seconds REAL NOT NULL);
INSERT INTO needed VALUES (0);
CREATE TABLE events (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, type TEXT NOT NULL,
    subject TEXT NOT NULL, created REAL NOT NULL, received REAL NOT NULL, body BLOB NOT NULL);
CREATE INDEX events_received ON events (received);
CREATE TABLE work (event INTEGER NOT NULL, position INTEGER NOT NULL, handler TEXT NOT NULL,
    state TEXT NOT NULL, attempts INTEGER NOT NULL, failures INTEGER NOT NULL DEFAULT 0,
    crashes INTEGER NOT NULL DEFAULT 0, created REAL NOT NULL, waits REAL, due REAL,
    open_subject TEXT, owner TEXT, suspected INTEGER NOT NULL DEFAULT 0,
    alone INTEGER NOT NULL DEFAULT 0, finished REAL, error TEXT, began INTEGER NOT NULL DEFAULT 0,
    replay INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (event, position)) WITHOUT ROWID;
CREATE TABLE newest (subject TEXT NOT NULL, handler TEXT NOT NULL, created REAL NOT NULL,
    event INTEGER NOT NULL, at REAL NOT NULL, PRIMARY KEY (subject, handler)) WITHOUT ROWID;
CREATE TABLE handlers (name TEXT NOT NULL, owner TEXT NOT NULL, position INTEGER NOT NULL,
    types TEXT NOT NULL, seen REAL NOT NULL, PRIMARY KEY (name, owner)) WITHOUT ROWID;
CREATE INDEX work_due ON work (handler, due, event, position) WHERE due IS NOT NULL;
CREATE INDEX work_order ON work (open_subject, handler, created, event)
    WHERE open_subject IS NOT NULL;
CREATE INDEX work_running ON work (open_subject, owner) WHERE owner IS NOT NULL;
CREATE INDEX work_suspects ON work (handler, due) WHERE suspected AND due IS NOT NULL;
PRAGMA application_id = 0x4F68496E;
PRAGMA user_version = 4;
INSERT INTO events VALUES (1, 'E1', 'booking.scheduled', 'A', 1, 1, '{}');
INSERT INTO work VALUES
    (1, 0, 'h', 'pending', 0, 0, 0, 1, 0, 0, 'A', NULL, 0, 0, NULL, NULL, 0, 0);
"""


async def test_version_4_is_taken_over_and_keeps_traces_from_then_on(tmp_path: Path) -> None:
    """What came before belongs to none."""
    path = older(tmp_path / "inbox.db", VERSION_4)
    inbox = SQLiteInbox(path)
    await inbox.open()
    old = await inbox.event("E1")
    assert old is not None
    await inbox.put(attrs.evolve(old, id="E2", subject="B", trace_context="00-a-b-01"), ("h",))
    claims = await inbox.claim(9, ("h",), 100.0)
    assert [(claim.event.id, claim.event.trace_context) for claim in claims] == [
        ("E1", None),
        ("E2", "00-a-b-01"),
    ]
    await inbox.close()


async def test_a_new_file_has_the_tables_of_a_migrated_one(tmp_path: Path) -> None:
    """Whichever version it comes from."""
    shapes = []
    for version, tables in (("2", VERSION_2), ("3", VERSION_3), ("4", VERSION_4), ("new", "")):
        path = tmp_path / version
        inbox = SQLiteInbox(older(path, tables) if tables else path)
        await inbox.open()
        await inbox.close()
        connection = sqlite3.connect(path)
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_schema ORDER BY 1")]
        columns = {
            name: {row[1] for row in connection.execute(f"PRAGMA table_info({name})")}
            for name in names
        }
        version_now = connection.execute("PRAGMA user_version").fetchone()
        connection.close()
        shapes.append((names, columns, version_now))
    assert shapes == shapes[:1] * 4


async def test_a_file_from_before_the_time_was_kept_goes_on_from_its_newest_event(
    tmp_path: Path,
) -> None:
    """It has the version that it had: the program of before can take it up again."""
    path = tmp_path / "inbox.db"
    inbox = SQLiteInbox(path)
    await inbox.open()
    await inbox.put(an_event("E1", received=77.0), ())
    await inbox.close()
    with sqlite3.connect(path) as connection:
        version = connection.execute("PRAGMA user_version").fetchone()
        connection.execute("DROP TABLE known_time")
    connection.close()
    await inbox.open()
    assert (await inbox.known_time()).least == 77.0
    await inbox.keep_purge_time(78.0)
    assert (await inbox.known_time()).least == 78.0
    await inbox.close()
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == version
    connection.close()

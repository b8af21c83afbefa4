"""What waits in a SQLite inbox costs nothing: counted in steps of SQLite's machine, not in time."""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from oncehub_async.webhooks._inbox import Outcome, State, StoredEvent, schema, statements

DONE = Outcome(state=State.DONE)


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = schema.connect(tmp_path / "inbox.db", 1.0, create=True)
    yield connection
    connection.close()


def steps(connection: sqlite3.Connection, work: Callable[[], object]) -> int:
    """How much SQLite does for it, in tens of instructions."""
    counted = 0

    def count() -> int:
        nonlocal counted
        counted += 1
        return 0

    connection.set_progress_handler(count, 10)
    try:
        work()
    finally:
        connection.set_progress_handler(None, 10)
    return counted


def put(
    connection: sqlite3.Connection, numbers: range, subject: Callable[[int], str], *handlers: str
) -> None:
    """Events that happened in the order of their numbers."""
    events = [
        StoredEvent(
            id=f"{subject(number)} {number}",
            type="booking.scheduled",
            subject=subject(number),
            creation_time=float(number),
            received=0.0,
            body=b"{}",
        )
        for number in numbers
    ]
    connection.execute("BEGIN")
    statements.put_many(connection, [(event, handlers) for event in events])
    connection.execute("COMMIT")


def held_up(connection: sqlite3.Connection, many: int) -> None:
    """A failed event of each of `many` bookings, and three more behind it; nothing is due."""
    put(connection, range(many), "B{}".format, "down")
    connection.execute("UPDATE work SET waits = 1e9, due = 1e9 WHERE handler = 'down'")
    put(connection, range(many, 4 * many), lambda number: f"B{number % many}", "down")


def one_round(connection: sqlite3.Connection) -> None:
    (claim,) = statements.claim(connection, "o", 1, {"down": None, "up": None}, 2.0, True)
    statements.settle_many(connection, "o", [(work, DONE, 2.0) for work in claim.work])


def test_what_is_held_up_costs_a_claim_and_a_settlement_nothing(
    connection: sqlite3.Connection,
) -> None:
    """A handler whose dependency is down for an hour doesn't slow down the others."""
    put(connection, range(3), "alone{}".format, "up")
    one_round(connection)
    before = steps(connection, lambda: one_round(connection))
    held_up(connection, 3000)
    assert steps(connection, lambda: one_round(connection)) < 1.5 * before + 20


def test_what_is_due_costs_a_claim_nothing(connection: sqlite3.Connection) -> None:
    """However long the line is."""
    put(connection, range(3), "few{}".format, "up")
    one_round(connection)
    before = steps(connection, lambda: one_round(connection))
    put(connection, range(4000), "many{}".format, "up")
    assert steps(connection, lambda: one_round(connection)) < 1.5 * before + 20


def test_many_events_of_one_booking_cost_a_claim_nothing(connection: sqlite3.Connection) -> None:
    """Not even those that arrive the newest first."""
    put(connection, range(-3, 0), lambda _: "few", "up")
    before = steps(connection, lambda: one_round(connection))
    put(connection, range(-1, -4000, -1), lambda _: "many", "up")
    assert steps(connection, lambda: one_round(connection)) < 1.5 * before + 20
    cost = steps(connection, lambda: put(connection, range(-5000, -4999), lambda _: "many", "up"))
    assert cost < 100


def test_settling_costs_what_is_settled(connection: sqlite3.Connection) -> None:
    """Not that times what is held."""

    def cost(many: int, subject: Callable[[int], str]) -> float:
        put(connection, range(many), subject, "up")
        claims = statements.claim(connection, "o", many, {"up": None}, 2.0, True)
        settled = [(claim.work[0], DONE, 2.0) for claim in claims]
        assert len(settled) == many
        return steps(connection, lambda: statements.settle_many(connection, "o", settled)) / many

    few = cost(50, "F{}".format)
    assert cost(1500, "M{}".format) < 1.5 * few

"""How the demo and the crash benchmark count what was lost and repeated."""

from pathlib import Path

import pytest

from oncehub_async.cli._handling_log import (
    Line,
    begun_again,
    begun_again_in_one_life,
    begun_though_done,
    out_of_order,
    read_lines,
    running,
    wait_until_finished,
)
from oncehub_async.webhooks import SQLiteInbox
from oncehub_async.webhooks._inbox import Outcome, State, StoredEvent

LOG = "began A 1\nended A 1\nbegan B 1\nfailed B 1\nbegan C 1\nbegan B 2\nended B 2\n"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "handled.txt"
    path.write_text(LOG)
    return path


def test_who_ran_when_the_kill_came(log: Path) -> None:
    """Whose last word is no failure."""
    place = LOG.index("began B 2")
    assert running(read_lines(log, 0, place)) == {"A", "C"}
    assert read_lines(log, place) == [Line("began", "B", "2"), Line("ended", "B", "2")]


def test_a_second_run_in_the_same_life_is_never_excused(log: Path) -> None:
    """Nor is one after it was marked done; after a kill in the middle it is."""
    lines = read_lines(log)
    assert begun_again_in_one_life(lines) == set()
    assert begun_again_in_one_life([*lines, Line("began", "A", "2")]) == set()
    assert begun_again_in_one_life([*lines, Line("began", "B", "2")]) == {"B"}
    assert begun_though_done([Line("began", "A", "2"), Line("ended", "B", "2")], {"A", "B"}) == {
        "A"
    }


def test_every_run_after_an_end_is_counted(log: Path) -> None:
    """In whichever process; one after a failure is none."""
    lines = read_lines(log)
    assert begun_again(lines) == {}
    again = [Line("began", "A", "2"), Line("ended", "A", "2"), Line("began", "A", "3")]
    assert begun_again([*lines, *again]) == {"A": 2}
    failed = [Line("began", "A", "2"), Line("failed", "A", "2"), Line("began", "A", "3")]
    assert begun_again([*lines, *failed]) == {"A": 1}


def test_order_holds_until_all_is_said_of_the_earlier_one(log: Path) -> None:
    """A retry or a repetition of it after the later one began is too late, too."""
    lines = read_lines(log)
    assert out_of_order(lines, [("A", "B"), ("A", "C"), ("A", "none"), ("none", "A")]) == set()
    assert out_of_order(lines, [("B", "C"), ("A", "B")]) == {"C"}
    assert out_of_order([*lines, Line("began", "A", "2")], [("A", "B")]) == {"B"}


async def test_waiting_has_an_end(tmp_path: Path) -> None:
    """Whether or not all is finished by then."""
    inbox = SQLiteInbox(tmp_path / "inbox.db")
    await inbox.open()
    event = StoredEvent(
        id="EVNT-1", type="x", subject="s", creation_time=1.0, received=1.0, body=b"{}"
    )
    await inbox.put(event, ("handler",))
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    assert not await wait_until_finished(tmp_path / "inbox.db", 10.0, sleep)
    assert sum(slept) == pytest.approx(10.0)
    (claim,) = await inbox.claim(1, ("handler",), 2e9)
    await inbox.settle(claim.work[0], Outcome(state=State.DEAD, error="never"), 3.0)
    assert await wait_until_finished(tmp_path / "inbox.db", 10.0, sleep)
    await inbox.close()

"""`oncehub export --watch` in this process: its lines, its last words, and its files."""

import json
import signal
from pathlib import Path

import pytest

from oncehub_async.cli import COMPLETE, FAILED, WRONG_USAGE
from oncehub_async.simulator import Account, Fault, Simulator
from tests.typed_command import run

from .going_command import going, let_pauses_pass

WATCH = ("export", "bookings", "webhooks", "--out", "x", "--watch", "--per-second", "1000")


@pytest.fixture
def account() -> Account:
    return Account(bookings=130, contacts=5, webhooks=2)


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds between looks, which pass at once."""
    return let_pauses_pass(monkeypatch, 10.0)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(("format", "ending"), [("jsonl", ".jsonl"), ("csv", ".csv")])
async def test_changes_and_deletions_are_lines(
    how: signal.Signals,
    format: str,
    ending: str,
    sim: Simulator,
    slept: list[float],
) -> None:
    """The files of changes are named as they are; it ends well, and says what it saw last."""
    async with going(*WATCH, "--every", "60", "--format", format) as command:
        await command.until(f"Looking for changes every 1 min 00 s, for x/*.changes{ending}. Stop")
        changed, (gone, *_) = next(sim.ids("bookings")), sim.ids("webhooks")
        sim.touch(changed)
        # CSV can't be compared with objects that tell no time: webhooks are added once, too, in
        # the first look, which may or may not see the booking.
        await command.until("1 change: bookings 1\n" if format == "jsonl" else "bookings 1")
        sim.delete(gone)
        await command.until(f"  deleted of webhooks: {gone}\n")
        assert await command.interrupted(how) == COMPLETE
    assert command.err.splitlines()[-1].startswith("Stopped after a look at 20")
    assert set(slept) == {60.0}
    assert Path(f"x/bookings.changes{ending}").exists()
    lines = Path("x/webhooks.changes.jsonl").read_text().splitlines()
    assert json.loads(lines[-1]) == {"id": gone, "object": "webhook", "deleted": True}


async def test_json_has_a_line_for_each_look(sim: Simulator, slept: list[float]) -> None:
    """The first is the export; one that failed says why, and the next asks again."""
    async with going(*WATCH, "--json", "--quiet") as command:
        await command.until('"round":1,')
        sim.inject(Fault("html", "list-all-webhooks", status=404))
        await command.until('"errors":{"webhooks"')
        sim.clear_faults()
        looks = len(slept)
        await command.until_true(lambda: len(slept) >= looks + 2)
        assert await command.interrupted() == COMPLETE
    told = [json.loads(line) for line in command.out.splitlines()]
    assert [each["round"] for each in told] == list(range(len(told)))
    assert told[1]["changes"] == {"bookings": 0, "webhooks": 0}
    (failed, *_) = (each for each in told if each["errors"])
    assert f"oncehub: webhooks: {failed['errors']['webhooks']}; tried again in" in command.err
    assert told[-1]["errors"] == {}


async def test_metrics_show_how_a_watch_stands(sim: Simulator, slept: list[float]) -> None:
    """Objects, lines that were added, the requests, and what is left of the budget."""
    async with going(*WATCH, "--metrics-port", "0") as command:
        await command.until("Looking for changes every")
        sim.touch(next(sim.ids("bookings")))
        await command.until("1 change: bookings 1\n")
        lines = await command.metrics()
        assert await command.interrupted() == COMPLETE
    assert 'oncehub_export_objects{resource="bookings"} 130.0' in lines
    assert 'oncehub_export_changes_total{resource="bookings"} 1.0' in lines
    shown = " ".join(lines)
    assert 'oncehub_export_lag_seconds{resource="webhooks"} ' in shown
    assert "oncehub_budget_room " in shown


def test_an_export_that_fails_is_not_watched(
    sim: Simulator, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is missing is told, and the exit code says so."""
    sim.inject(Fault("html", "list-all-webhooks", status=400))
    code, _, err = run(capsys, *WATCH)
    assert code == FAILED
    assert "webhooks" in err
    assert "Looking for changes" not in err


def test_seconds_that_are_too_few_are_refused(
    sim: Simulator, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the option's name, before anything is sent."""
    code, _, err = run(capsys, *WATCH, "--every", "9")
    assert (code, sim.stats.requests) == (WRONG_USAGE, 0)
    assert err.startswith("oncehub: --every: ")
    assert err.count("\n") == 1

"""What is printed on a terminal, on an old one, on none, and to a reader who has gone."""

import io
import logging
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from oncehub_async.cli import COMPLETE, READER_GONE, WRONG_USAGE, main
from oncehub_async.cli._output import note, say
from oncehub_async.cli._terminal_table import say_table
from oncehub_async.simulator import Fault, Simulator
from tests.typed_command import run

LINK = "https://oncehub.com/dana"


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch, on_terminal: Callable[[int], None]) -> None:
    """What is printed goes to a terminal of 40 columns, in colours."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    on_terminal(40)


def test_long_lines_are_broken_between_words(
    terminal: None, capsys: pytest.CaptureFixture[str]
) -> None:
    """Set in a little, and further where the line is; an address stays whole to be copied."""
    address = "https://oncehub.com/a-name-that-is-longer-than-the-line"
    say("short", "one two three four five six seven eight nine ten", f"  go to {address}")
    note("a b " * 12)
    out, err = capsys.readouterr()
    assert out.splitlines() == [
        "short",
        "one two three four five six seven eight",
        "  nine ten",
        "  go to",
        f"    {address}",
    ]
    assert [len(line) <= 40 for line in err.splitlines()] == [True, True]


def test_a_table_that_has_no_room_is_blocks(
    sim: Simulator, terminal: None, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each value with its column's name, and not letter by letter."""
    code, out, _ = run(capsys, "webhooks", "list")
    assert code == COMPLETE
    for webhook in sim.ids("webhooks"):
        lines = out.split(webhook)[1].splitlines()
        assert f"  url: {sim.object(webhook)['url']}" in " ".join(lines[1:6]).replace("     ", " ")


def test_a_column_without_a_name_has_no_colon(
    terminal: None, capsys: pytest.CaptureFixture[str]
) -> None:
    """In a block, such as the bar of a report."""
    say_table(["Month", "Bookings", "", "Why"], [["2026-11", 3, "███", "customer" * 4]])
    assert capsys.readouterr().out.splitlines() == [
        "2026-11",
        "  Bookings: 3",
        "  ███",
        f"  Why: {'customer' * 4}",
    ]


def test_headings_and_long_texts_are_broken_between_words(
    terminal: None, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before a table becomes blocks; ids stay whole, and so do short texts."""
    rows: list[list[str | int]] = [
        ["BKC-8", "Quarterly review calendar 17", 188],
        ["BKC-9", "Live demo", 5],
    ]
    say_table(["id", "Name", "Cancellation rate"], rows)
    lines = re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out).splitlines()
    assert [line.split() for line in lines] == [
        ["Cancellation"],
        ["id", "Name", "rate"],
        ["BKC-8", "Quarterly", "review", "188"],
        ["calendar", "17"],
        ["BKC-9", "Live", "demo", "5"],
    ]
    assert max(map(len, lines)) <= 40


def test_an_export_moves_on_a_terminal(
    sim: Simulator,
    terminal: None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A table of the resources, how far each is, and what is left to do."""
    monkeypatch.setenv("COLUMNS", "120")
    code, _, err = run(capsys, "export", "bookings", "users", "--out", "x")
    assert code == COMPLETE
    assert "resource" in err
    rows = [line.split() for line in err.splitlines() if line.startswith(("bookings", "users"))]
    assert ["bookings", "130", "2", "complete"] in rows
    assert "130 objects" not in err.split("resource")[0]
    assert "objects/s" in err


def test_quiet_hears_of_no_warning(
    sim: Simulator, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What the library logs is shown beside the result, but not to who wants it quiet."""
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    sim.inject(Fault("server_error", "list-all-users", times=1, status=503))
    code, _, err = run(capsys, "export", "users", "--out", "x")
    assert code == COMPLETE
    assert "GET /users: answered 503; again in" in err
    sim.inject(Fault("server_error", "list-all-users", times=1, status=503))
    code, out, err = run(capsys, "export", "users", "--out", "y", "--quiet")
    assert (code, out, err) == (COMPLETE, "", "")
    assert logging.getLogger().handlers == []


class OldStream(io.StringIO):
    """A stream of somebody's own that can show ASCII only."""

    encoding = "ascii"

    def write(self, text: str) -> int:
        text.encode("ascii")
        return super().write(text)


def test_a_stream_of_somebodys_own_gets_what_it_can_show(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rest comes as escapes."""
    stream = OldStream()
    monkeypatch.setattr(sys, "stderr", stream)
    assert main(["inbox", "list", "--file", "Ω.db"]) == WRONG_USAGE
    assert "\\u03a9.db" in stream.getvalue()


def test_without_any_output_a_command_does_its_work(
    sim: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program that was begun with `>&-`."""
    with monkeypatch.context() as patched:
        patched.setattr(sys, "stdout", None)
        patched.setattr(sys, "stderr", None)
        assert main(["export", "users", "--out", "x"]) == COMPLETE
    assert Path("x/users.jsonl").stat().st_size > 0


def test_a_reader_who_has_gone_is_told_by_the_exit_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is still to be written goes nowhere: the end of the program doesn't fail for it."""
    reading, writing = os.pipe()
    os.close(reading)
    with open(writing, "w", encoding="utf-8") as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        assert main(["link", LINK]) == READER_GONE
        stream.write("more")


def test_notes_that_nobody_reads_stop_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only the result has to be read."""
    reading, writing = os.pipe()
    os.close(reading)
    with open(writing, "w", encoding="utf-8") as stream:
        monkeypatch.setattr(sys, "stderr", stream)
        note("about the work")
        say("the result")
    assert capsys.readouterr().out == "the result\n"


@pytest.mark.parametrize(
    ("budget", "told"),
    [
        (
            None,
            "programs with the same ONCEHUB_BUDGET (the path of a file, or a redis:// URL) share",
        ),
        ("shared-budget", "without this ONCEHUB_BUDGET; with it they would share its limits"),
    ],
)
def test_who_meets_429s_is_told_once_how_programs_share_the_limits(
    budget: str | None,
    told: str,
    sim: Simulator,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Below the first of the lines that tell of them."""
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    if budget is not None:
        monkeypatch.setenv("ONCEHUB_BUDGET", budget)
    sim.inject(Fault("rate_limit", ("GET", "/webhooks"), times=2, retry_after="0"))
    code, _, err = run(capsys, "list", "webhooks")
    assert code == COMPLETE
    first, hint, second = err.splitlines()
    assert "GET /webhooks: asked to wait (429)" in first
    assert "GET /webhooks: asked to wait (429)" in second
    assert hint.startswith("  another program seems to use this account")
    assert told in hint


def test_who_is_asked_to_wait_for_something_else_is_not_told_of_budgets(
    sim: Simulator, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer that got lost says nothing of other programs."""
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    sim.inject(Fault("server_error", ("GET", "/webhooks"), times=1))
    code, _, err = run(capsys, "list", "webhooks")
    assert code == COMPLETE
    assert "answered 500" in err
    assert "ONCEHUB_BUDGET" not in err

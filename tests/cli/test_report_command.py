"""`oncehub report`, as one types it."""

import json
import re
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from oncehub_async.cli import main
from oncehub_async.simulator import Account, Simulator


@pytest.fixture
def account() -> Account:
    return Account(bookings=60, contacts=5)


@pytest.fixture
def database(sim: Simulator, capsys: pytest.CaptureFixture[str]) -> str:
    """A synced account, in the current folder."""
    assert main(["sync", "--quiet"]) == 0
    capsys.readouterr()
    return "oncehub.duckdb"


def test_a_table(database: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Of the database in the current folder, with bars."""
    assert main(["report", "users", "--tz", "Europe/Berlin"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("Bookings by owner. By meeting time in Europe/Berlin.\n")
    assert "█" in out
    assert "USR-" in out


@pytest.mark.parametrize(
    ("report", "heading", "left_out"),
    [
        ("activity", "Month from Bookings", "Requested, Scheduled, Rescheduled, In trash;"),
        ("users", "Name Bookings", "Id, Requested, Scheduled, Rescheduled, In trash;"),
        ("calendars", "Name Bookings", "Id, Requested, Scheduled, Rescheduled, In trash;"),
        ("pages", "Name Bookings", "Id, Label, Requested, Scheduled, Rescheduled, In trash;"),
        ("lead-time", "Booked Bookings", "Requested, Scheduled, Rescheduled, In trash;"),
        (
            "sources",
            "Source Medium Campaign Bookings",
            "Requested, Scheduled, Rescheduled, No-show, Canceled, In trash;",
        ),
        (
            "customers",
            "Email Bookings",
            "Name, Company, Requested, Scheduled, Rescheduled, No-show, Canceled, In trash;",
        ),
    ],
)
def test_on_a_narrow_terminal_it_is_a_table_of_what_matters_most(
    database: str,
    report: str,
    heading: str,
    left_out: str,
    narrow_terminal: None,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Of 80 columns; a line below says what it has no room for."""
    assert main(["report", report, "--by", "creation"]) == 0
    lines = _plain(capsys).splitlines()
    assert max(map(len, lines)) <= 80
    (shown,) = (line.split() for line in lines if "Completed" in line)
    assert " ".join(shown).startswith(f"{heading} Completed ")
    assert shown[-1] == "rate"
    said = " ".join(map(str.strip, lines))
    assert f"no room for {left_out} --format csv has all." in said


def test_the_account_on_a_narrow_terminal(
    database: str, narrow_terminal: None, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each of its tables is one, and says by which option all of it is to be had."""
    assert main(["report", "account"]) == 0
    lines = _plain(capsys).splitlines()
    assert max(map(len, lines)) <= 80
    headings = [line for line in lines if line.split()[-1:] == ["Bookings"]]
    assert len(headings) == len(("users", "teams", "calendars", "pages", "masters", "types"))
    said = " ".join(map(str.strip, lines))
    assert "no room for Id, Email; --format csv has all." in said
    assert "no room for Id; --format csv --table booking_pages has all." in said


def test_a_title_is_told_once(database: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Though the first of several tables is called as the report is."""
    for report, title in (
        ("lead-time", "How long before the meeting it was booked"),
        ("hours", "Bookings by weekday and hour"),
    ):
        assert main(["report", report]) == 0
        assert capsys.readouterr().out.count(title) == 1


@pytest.mark.parametrize("report", ["activity", "users", "lead-time"])
def test_what_is_only_requested_has_a_column_by_creation(
    database: str, report: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """By meeting it isn't counted, and no column of zeros says that there is none."""
    for by in ("meeting", "creation"):
        assert main(["report", report, "--by", by, "--format", "csv"]) == 0
        names = capsys.readouterr().out.splitlines()[0].split(",")
        assert ("requested" in names) is (by == "creation")


@pytest.fixture
def narrow_terminal(on_terminal: Callable[[int], None]) -> None:
    """What is printed goes to a terminal of 80 columns."""
    on_terminal(80)


def _plain(capsys: pytest.CaptureFixture[str]) -> str:
    """What was printed, without styles."""
    return re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out)


def test_hours_stand_below_each_other_on_a_narrow_terminal(
    database: str, narrow_terminal: None, capsys: pytest.CaptureFixture[str]
) -> None:
    """Seven weekdays have room beside each other where 24 hours have none; the counts stay."""
    assert main(["report", "hours", "--format", "json"]) == 0
    days = json.loads(capsys.readouterr().out)["tables"]["hours"]
    assert main(["report", "hours"]) == 0
    rows = [line.split() for line in _plain(capsys).splitlines() if re.match(r"\d\d ", line)]
    assert [row[0] for row in rows] == [f"{hour:02}" for hour in range(24)]
    for day, kept in enumerate(days):
        assert [int(row[1 + day]) for row in rows] == [kept[f"hour_{n:02}"] for n in range(24)]


def test_files_and_formats(database: str, capsys: pytest.CaptureFixture[str]) -> None:
    """On the terminal or in a file."""
    assert main(["report", "activity", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["report"] == "activity"
    for name in ("csv", "html", "parquet"):
        assert main(["report", "hours", "--format", name, "--out", f"hours.{name}"]) == 0
        assert stat.S_IMODE(Path(f"hours.{name}").stat().st_mode) == 0o600
        assert Path(f"hours.{name}").stat().st_size > 500
    assert main(["report", "hours", database, "--format", "csv", "--table", "hosts"]) == 0
    assert capsys.readouterr().out.startswith("id,name,meetings")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["report", "user"], "users"),
        (["report", "users", "--tz", "Mars/Base"], "--tz: there is no time zone"),
        (["report", "users", "--filter", "status"], "NAME=VALUE"),
        (["report", "users", "--filter", "ownr=x"], "did you mean owner"),
        (["report", "users", "--format", "parquet"], "--out"),
        (["report", "users", "--out", "x.csv"], "--format"),
        (["report", "users", "--since", "soon"], "--since"),
        (["report", "users", "--format", "csv", "--out", "none/x.csv"], "none/x.csv"),
        (["report", "users", "nothing.duckdb"], "oncehub sync"),
        (["report", "account", "--since", "2026"], "--since: chooses bookings"),
        (["report", "account", "--filter", "owner=x"], "--filter: chooses bookings"),
    ],
)
def test_slips(
    database: str, arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line each, and exit code 2."""
    assert main(arguments) == 2
    printed = capsys.readouterr()
    assert told in printed.err
    assert len(printed.err.splitlines()) == 1
    assert printed.out == ""


def test_times_are_those_of_the_zone(database: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Days, months and whiles."""
    for since, told in (
        ("2026-10", "from 2026-10-01 00:00+02:00"),
        ("2026-10-05", "from 2026-10-05 00:00+02:00"),
        ("2026-10-05T08:00:00Z", "from 2026-10-05 10:00+02:00"),
    ):
        assert main(["report", "users", "--since", since, "--tz", "Europe/Berlin"]) == 0
        assert told in capsys.readouterr().out


def test_filters_in_one_option(database: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Commas part values and filters."""
    command = ["report", "users", "--format", "json", "--filter"]
    assert main([*command, "status=completed,no_show,utm_source=none"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert "status is completed or no_show, utm_source is none" in data["about"]


def test_what_is_not_complete(sim: Simulator, capsys: pytest.CaptureFixture[str]) -> None:
    """On the first line; with --strict it is a failure."""
    assert main(["sync", "--quiet", "--since", "2026-09-01"]) == 0
    capsys.readouterr()
    assert main(["report", "users"]) == 0
    assert capsys.readouterr().out.startswith("NOT COMPLETE: bookings are there from")
    assert main(["report", "users", "--strict"]) == 1
    capsys.readouterr()
    covered = ["report", "users", "--strict", "--by", "creation", "--since", "2026-09-01"]
    assert main(covered) == 0

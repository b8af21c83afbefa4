"""What is typed amiss in any command: one line that names it as it was typed, and nothing done."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from oncehub_async.cli import COMPLETE, FAILED, READER_GONE, WRONG_USAGE, main
from oncehub_async.simulator import Account, Simulator

EMPTY = "is empty; is a variable in it not set?"
CALENDAR = "BKC-LDJ878496X"
LINK = "https://oncehub.com/live-demo"

SLIPS = {
    # an empty word, which as a path would mean the current folder
    ("export", "--out", ""): f"--out: {EMPTY}",
    ("export", "--out="): f"--out: {EMPTY}",
    ("export", "--out", " "): f"--out: {EMPTY}",
    ("demo", "-o", ""): f"-o: {EMPTY}",
    ("verify", ""): f"an argument: {EMPTY}",
    ("listen", "--host", ""): f"--host: {EMPTY}",
    ("listen", "--secret-env", ""): f"--secret-env: {EMPTY}",
    ("sync", ""): f"an argument: {EMPTY}",
    ("sync", "--block", ""): f"--block: {EMPTY}",
    ("mcp", "--allow-changes", ""): f"--allow-changes: {EMPTY}",
    # what is missing
    ("export",): "--out: is missing (oncehub export --help",
    ("get",): "ID: is missing (oncehub get --help",
    ("link",): "URL: is missing (oncehub link --help",
    ("inbox", "show"): "EVENT: is missing (oncehub inbox show --help",
    ("export", "--out"): "--out: needs a value behind it (",
    ("export", "--out", "x", "--since", "-7d"): "--since: needs a value behind it, and none that",
    # whole numbers
    ("list", "bookings", "--limit", "1.5"): "--limit: expected a whole number, got '1.5'",
    ("listen", "--port", "80.5"): "--port: expected a whole number, got '80.5'",
    ("link", LINK, "--duration", "0x10"): "--duration: expected a whole number",
    # times to come
    ("export", "bookings", "--out", "x", "--since", "2999"): "--since: 2999 is still to come",
    ("list", "bookings", "--since", "2999-01"): "--since: 2999-01 is still to come",
    ("sync", "--since", "2999"): "--since: 2999 is still to come",
    # ids and addresses that match nothing
    (
        "list",
        "bookings",
        "owner=usr-1",
    ): "--filter: owner: ids are in capitals; did you mean USR-1?",
    (
        "list",
        "bookings",
        "owner=Dana",
    ): "--filter: owner: expected one that begins with USR- (users)",
    ("export", "bookings", "--out", "x", "--filter", "booking_calendar=BP-1"): "begins with BKC-",
    ("list", "teams", "user=TM-1"): "--filter: user: expected one that begins with USR-",
    ("list", "contacts", "email=Ann"): "--filter: email: expected an address",
    ("webhooks", "delete", "whk-1"): "IDS: ids are in capitals; did you mean WHK-1?",
    ("webhooks", "delete", "BKNG-1"): "IDS: expected one that begins with WHK- (webhooks)",
    ("list", "users", "role=x"): "--filter: users has no filter 'role' (it has: email)\n",
    # options without what they are about, or at odds
    ("verify", "x", "--samples", "5"): "--samples: without --live",
    ("verify", "x", "--live", "--samples", "0"): "--samples: expected a number from 1 on",
    ("sync", "--watch", "--every", "1"): "--every: has to be 10 seconds or more",
    ("sync", "--per-second", "0"): "oncehub: --per-second: expected a whole number",
    ("report", "users", "--per", "week"): "--per: is for the report activity alone",
    ("report", "users", "--filter", "status=schedule"): "did you mean 'scheduled'?",
    (
        "report",
        "users",
        "--filter",
        "owner=usr-1",
    ): "owner: ids are in capitals; did you mean USR-1",
    ("report", "nope"): "NAME: there is none called 'nope'",
    ("embed", CALENDAR, "--base", "x"): "--base: does nothing without --policy",
    ("embed", CALENDAR, "--forward-src", "/x"): "--forward-src: does nothing without",
    ("embed", CALENDAR, "--prefill-src", "/x"): "--prefill-src: does nothing without --name",
    ("embed", CALENDAR, "--script", "prefill"): "--script: prints a script alone",
    ("embed", CALENDAR, "--lightbox", "--field", "x=1"): "--field: is nothing that a booking",
    ("embed", CALENDAR, "--classic"): "is a booking calendar's id; leave out --classic",
    ("link", LINK, "--classic"): "leave out --classic",
    ("link", LINK, "--duration", "-5"): "--duration: expected",
    (
        "link",
        LINK,
        "--field",
        "utm_source=x",
    ): "--field: is a reserved name; pass it as --utm-source",
    ("link", LINK, "--guests-csv", "nothere.csv"): "--guests-csv: nothere.csv: No such file",
    ("link", LINK, "--guests-csv", "x.csv", "--json"): "--json: is for one link",
    ("simulate", "--activity", "-1"): "--activity: expected a number from 0 on, got -1",
    ("person", "export", "a@b.example", "--out", "x", "--html", "x"): "--html: is the same file as",
    ("watchdog", "--recreate", "--secret-file", "x", "--webhook", "whk-1"): "did you mean WHK-1?",
    ("watchdog", "--once", "--every", "60"): "--once: looks once and ends; leave --every out",
    ("watchdog", "--once", "--metrics-port", "0"): "--once: looks once and ends; leave --metrics",
    ("sync", "--hash-key-env", "X"): "--hash-key-env: does nothing without --hash",
    ("watchdog", "--recreate", "--secret-file", "."): "--secret-file: . is a folder, not a file",
    # what isn't there
    ("sync", "x.duckdb", "--check"): "DATABASE: there is no x.duckdb; make it",
    ("mcp", "--database", "x.duckdb"): "--database: there is no x.duckdb; make it",
    (
        "listen",
        "--inbox",
        "nowhere/x.db",
        "--port",
        "0",
    ): "--inbox: nowhere/x.db can't be made: there is no folder ",
    ("listen", "--host", "nosuch.invalid", "--port", "0"): "--host: there is no address nosuch",
}


@pytest.fixture
def account() -> Account:
    return Account(bookings=20, contacts=5, sms_notifications=150, webhooks=1)


@pytest.fixture(autouse=True)
def signing_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONCEHUB_SIGNING_SECRET", "a-secret-to-try-it-out")


@pytest.mark.parametrize("arguments", SLIPS, ids=" ".join)
def test_a_line_that_names_it(
    arguments: tuple[str, ...],
    sim: Simulator,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Exit code 2; nothing is asked, and nothing is left behind."""
    assert main(list(arguments)) == WRONG_USAGE
    shown = capsys.readouterr()
    assert SLIPS[arguments] in shown.err
    assert (shown.out, shown.err.count("\n")) == ("", 1)
    assert sim.stats.requests == 0
    assert list(tmp_path.iterdir()) == []


def test_a_link_may_blank_a_field(capsys: pytest.CaptureFixture[str]) -> None:
    """There an empty word means something."""
    assert main(["link", f"{LINK}?name=there", "--name", ""]) == COMPLETE
    assert capsys.readouterr().out == f"{LINK}?name=\n"


def test_who_insists_asks_for_any_id(sim: Simulator) -> None:
    """The vendor's ids may look otherwise one day."""
    assert main(["list", "bookings", "owner=Dana", "--unlisted"]) == COMPLETE
    assert sim.stats.requests == 1


def test_names_with_commas(sim: Simulator, tmp_path: Path) -> None:
    """As `--expand` takes them."""
    assert main(["export", "teams,users", "--out", "x", "--quiet"]) == COMPLETE
    assert {"teams.jsonl", "users.jsonl"} <= {each.name for each in Path("x").iterdir()}


def test_a_demo_replaces_nobodys_export(
    sim: Simulator, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only what it makes by itself; and no account is left to go on with."""
    assert main(["export", "teams", "--out", "x", "--quiet"]) == COMPLETE
    before = {each.name: each.read_bytes() for each in Path("x").iterdir()}
    assert main(["demo", "--out", "x", "--bookings", "10"]) == WRONG_USAGE
    assert "--out: x holds something already" in capsys.readouterr().err
    assert {each.name: each.read_bytes() for each in Path("x").iterdir()} == before
    for _ in range(2):
        assert main(["demo", "--bookings", "10"]) == COMPLETE
        err = capsys.readouterr().err
        assert "oncehub verify demo-export" in err
        assert "--once" not in err


def test_a_file_of_somebody_elses_has_no_lock_beside_it(
    sim: Simulator, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is no database, and stays as it is."""
    Path("notes").write_text("hello")
    assert main(["sync", "notes"]) == FAILED
    assert "it is no database of DuckDB's" in capsys.readouterr().err
    assert [(each.name, each.read_text()) for each in tmp_path.iterdir()] == [("notes", "hello")]


def test_rows_and_objects_count_once(sim: Simulator, capsys: pytest.CaptureFixture[str]) -> None:
    """Also those that come twice: the newest are read before the rest, and places overlap."""
    assert main(["sync", "--quiet"]) == COMPLETE
    capsys.readouterr()
    assert main(["sync", "y.duckdb"]) == COMPLETE
    out = capsys.readouterr().out
    assert " 150 rows written   complete\n" in out
    assert main(["sync", "y.duckdb"]) == COMPLETE
    assert "written" not in capsys.readouterr().out  # nothing has changed
    assert main(["sync", "--check"]) == COMPLETE
    found = re.search(r"sms_notifications: 150 rows, (\d+) compared", capsys.readouterr().out)
    assert found is not None
    assert 100 <= int(found[1]) <= 150


def test_a_key_that_is_refused_has_a_remedy(
    sim: Simulator, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where it was looked for."""
    monkeypatch.setenv("ONCEHUB_API_KEY", "another")
    assert main(["check"]) == FAILED
    assert "look whether ONCEHUB_API_KEY holds" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("place", "told"),
    [
        (".", "ONCEHUB_BUDGET: . is a folder; name a file in it"),
        ("nowhere/x", "ONCEHUB_BUDGET: there is no folder"),
        ("redis:", "ONCEHUB_BUDGET: expected a redis:// URL"),
        ("...", "ONCEHUB_BUDGET: ... and <...> stand in examples for a name of your own"),
        ("<path>", "ONCEHUB_BUDGET: ... and <...> stand in examples for a name of your own"),
    ],
)
def test_a_budget_that_cannot_be(
    place: str,
    told: str,
    sim: Simulator,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """At once, by the variable's name."""
    monkeypatch.setenv("ONCEHUB_BUDGET", place)
    assert main(["check"]) == WRONG_USAGE
    assert f"oncehub: {told}" in capsys.readouterr().err


COMMAND = [sys.executable, "-m", "oncehub_async.cli"]
TO_A_FULL_DISK = (
    ["--help"],
    ["--version"],
    ["export", "--help"],
    ["link", LINK],
    ["list", "users"],
)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("arguments", TO_A_FULL_DISK, ids=" ".join)
def test_a_full_disk_is_a_line(arguments: list[str], sim: Simulator) -> None:
    """Exit code 1, and not Python's own 120 with a traceback."""
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [*COMMAND, *arguments], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60
        )
    assert done.returncode == FAILED
    assert done.stderr.endswith("No space left on device\n")
    assert done.stderr.count("\n") == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_notes_that_find_no_room_stop_nothing(sim: Simulator) -> None:
    """They stand beside the result."""
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [*COMMAND, "list", "bookings", "--limit", "1"],
            stdout=subprocess.PIPE,
            stderr=full,
            text=True,
            timeout=60,
        )
    assert done.returncode == COMPLETE
    assert "BKNG-" in done.stdout


@pytest.mark.parametrize("arguments", [["--help"], ["export", "--help"]], ids=" ".join)
def test_whoever_reads_the_beginning_of_a_help_has_enough(arguments: list[str]) -> None:
    """As with any result: exit code 141, and no line."""
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [*COMMAND, *arguments], stdout=write, stderr=subprocess.PIPE, text=True, timeout=60
    )
    os.close(write)
    assert (done.returncode, done.stderr) == (READER_GONE, "")

"""`oncehub sync`: what it prints, its exit codes, and the slips that it tells."""

import json
from pathlib import Path

import pytest

from oncehub_async.cli import main
from oncehub_async.simulator import Account, Fault, Simulator


@pytest.fixture
def account() -> Account:
    return Account(bookings=120, contacts=40, sms_notifications=10, seed=4)


def test_once_into_the_default_file(
    sim: Simulator, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each table in a line, and a second run writes nothing."""
    assert main(["sync", "--per-second", "1000", "--per-five-minutes", "100000"]) == 0
    out = capsys.readouterr().out
    assert "Complete: oncehub.duckdb" in out
    assert out.count("complete\n") == 10
    assert (tmp_path / "oncehub.duckdb").exists()
    assert main(["sync", "--json", "--quiet"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["complete"] is True
    assert told["changes"]["bookings"] == 0


def test_check_compares_with_the_account(
    sim: Simulator, capsys: pytest.CaptureFixture[str]
) -> None:
    """What isn't as in the account is told with an id, and fails."""
    fast = ["--per-second", "1000", "--per-five-minutes", "100000"]
    assert main(["sync", "duckdb:///a.duckdb", "-q", *fast]) == 0
    capsys.readouterr()
    assert main(["sync", "duckdb:///a.duckdb", "--check", *fast]) == 0
    assert "bookings: 120 rows" in capsys.readouterr().out
    gone = next(iter(sim.ids("contacts")))
    sim.delete(gone)
    assert main(["sync", "duckdb:///a.duckdb", "--check", *fast]) == 1
    assert f"extra ({gone})" in capsys.readouterr().out


def test_what_fails_is_told_and_fails(sim: Simulator, capsys: pytest.CaptureFixture[str]) -> None:
    """The same command goes on later."""
    sim.inject(Fault("server_error", operations="list-all-teams", status=501))
    assert main(["sync", "-q", "--per-second", "1000", "--per-five-minutes", "100000"]) == 1
    assert "teams:" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["mysql://x/y"], "mysql:// isn't known"),
        (["--every", "60"], "add --watch"),
        (["--resync", "contact"], "did you mean contacts?"),
        (["--block", "contacts.mail"], "did you mean contacts.email?"),
        (["--hash", "contacts.email"], "set ONCEHUB_HASH_KEY"),
        (["--check", "--watch"], "compares only"),
        (["--check", "--since", "2026"], "compares only"),
        (["--block", "contacts.email,"], "--block: has nothing beside a comma"),
        (["--resync", "contacts,booking"], "did you mean bookings?"),
        (["--since", "someday"], "since"),
        (["--schema", "x"], "is for PostgreSQL"),
    ],
)
def test_slips(
    sim: Simulator, options: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line each that names the option and the remedy; nothing is asked."""
    assert main(["sync", *options]) == 2
    error = capsys.readouterr().err
    assert told in error
    assert error.count("\n") == 1
    assert sim.stats.requests == 0


def test_a_short_key_is_told_by_its_variable(
    sim: Simulator, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever typed it knows that name, and no parameter of a function."""
    monkeypatch.setenv("ONCEHUB_HASH_KEY", "abc")
    assert main(["sync", "--hash", "contacts.email"]) == 2
    assert "--hash: set ONCEHUB_HASH_KEY to a secret text of 16 char" in capsys.readouterr().err


def test_hashes_take_their_key_from_the_environment(
    sim: Simulator, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Another policy is refused until all is written anew."""
    fast = ["-q", "--per-second", "1000", "--per-five-minutes", "100000"]
    monkeypatch.setenv("ONCEHUB_HASH_KEY", "a key of the user's own")
    assert main(["sync", "--hash", "contacts.email", *fast]) == 0
    assert main(["sync", *fast]) == 1
    assert "--resync all" in capsys.readouterr().err
    assert main(["sync", "--no-personal-data", "--resync", "all", *fast]) == 0

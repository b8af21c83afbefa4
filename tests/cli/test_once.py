"""`oncehub export --once`: a folder that is brought up to date, again and again."""

import json
import re
import shlex
from pathlib import Path

import duckdb
import pytest

from oncehub_async.cli import COMPLETE, FAILED, WRONG_USAGE, main
from oncehub_async.simulator import Account, Fault, Simulator

from ..simulator.threaded import running


@pytest.fixture
def account() -> Account:
    return Account(bookings=130, contacts=5, sms_notifications=5, webhooks=2)


def once(*options: str) -> int:
    """The run that a timer makes."""
    return main(["export", "bookings", "webhooks", "--out", "x", "--once", *options])


@pytest.mark.parametrize("format", ["jsonl", "csv", "parquet"])
def test_brought_up_to_date_twice(
    format: str, sim: Simulator, capsys: pytest.CaptureFixture[str]
) -> None:
    """Changes and deletions are told, the folder verifies, and what didn't change is silent."""
    assert once("--format", format) == COMPLETE
    capsys.readouterr()
    changed, gone = next(sim.ids("bookings")), next(sim.ids("webhooks"))
    sim.touch(changed)
    sim.delete(gone)
    assert once("--format", format) == COMPLETE
    out = capsys.readouterr().out
    assert f"deleted of webhooks: {gone}" in out
    assert "2 changes: " in out
    lines = Path("x/webhooks.changes.jsonl").read_text().splitlines()
    assert json.loads(lines[-1]) == {"id": gone, "object": "webhook", "deleted": True}
    if format != "jsonl":
        table = f"x/bookings.changes.{format}"
        assert duckdb.execute(f"SELECT id FROM '{table}'").fetchall() == [(changed,)]
    assert once("--format", format) == COMPLETE
    assert "up to date: no changes" in capsys.readouterr().out
    assert main(["verify", "x"]) == COMPLETE
    assert "not of the export" not in capsys.readouterr().err


def test_what_fails_is_told_by_the_exit_code(
    sim: Simulator, capsys: pytest.CaptureFixture[str]
) -> None:
    """A timer's log shows it; the next run asks for the same again."""
    assert once() == COMPLETE
    sim.inject(Fault("html", "list-all-webhooks", status=404))
    assert once() == FAILED
    assert "run the same command again" in capsys.readouterr().err
    sim.clear_faults()
    assert once() == COMPLETE


def test_what_will_fail_again_is_not_to_be_run_again(
    sim: Simulator, capsys: pytest.CaptureFixture[str]
) -> None:
    """A refusal of the service's own, told as it is."""
    assert once() == COMPLETE
    sim.inject(Fault("server_error", "list-all-webhooks", status=403))
    assert once() == FAILED
    sim.clear_faults()
    err = capsys.readouterr().err
    assert "oncehub: webhooks: [" in err
    assert "run the same command again" not in err


@pytest.mark.parametrize("other", ["--watch", "--overwrite"])
def test_options_that_contradict_it(
    other: str, sim: Simulator, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before anything is sent."""
    assert once(other) == WRONG_USAGE
    assert other in capsys.readouterr().err
    assert sim.stats.requests == 0


def test_a_plain_export_into_a_complete_folder_names_it(
    sim: Simulator, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is what was meant most of the time."""
    assert main(["export", "teams", "--out", "x"]) == COMPLETE
    assert main(["export", "teams", "--out", "x"]) == WRONG_USAGE
    assert "bring it up to date with --once" in capsys.readouterr().err


def test_a_resource_is_added(sim: Simulator) -> None:
    """What was there stays as it is; in another account's folder, nothing is added."""
    assert main(["export", "bookings", "--out", "x"]) == COMPLETE
    before = Path("x/bookings.jsonl").read_bytes()
    assert main(["export", "teams", "--out", "x", "--format", "csv"]) == COMPLETE
    assert main(["export", "bookings", "contacts", "--out", "x"]) == COMPLETE
    assert Path("x/bookings.jsonl").read_bytes() == before
    assert main(["verify", "x"]) == COMPLETE
    names = set(json.loads(Path("x/manifest.json").read_text())["resources"])
    assert names == {"bookings", "teams", "contacts"}


def test_not_of_another_account(
    sim: Simulator, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two accounts in a folder would be told apart by nobody."""
    assert main(["export", "bookings", "--out", "x"]) == COMPLETE
    with running(Simulator(Account(bookings=5, contacts=5, seed=9), limits=None)) as other:
        monkeypatch.setenv("ONCEHUB_BASE_URL", other.url)
        monkeypatch.setenv("ONCEHUB_API_KEY", other.api_key)
        capsys.readouterr()
        assert main(["export", "teams", "--out", "x"]) == WRONG_USAGE
        assert "isn't in this account" in capsys.readouterr().err


@pytest.mark.parametrize("out", ["x", "it's a folder", "$HOME"])
def test_the_next_step_works(out: str, sim: Simulator, capsys: pytest.CaptureFixture[str]) -> None:
    """The line of SQL that is shown runs as a shell would pass it on."""
    assert main(["export", "bookings", "--out", out]) == COMPLETE
    err = capsys.readouterr().err
    assert "oncehub verify" in err
    (command,) = re.findall(r"duckdb -c .*", err)
    found = duckdb.execute(shlex.split(command)[2]).fetchall()
    assert sum(count for _, count in found) == 130

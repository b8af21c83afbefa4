"""`oncehub verify`, also of an export by the command line that was killed."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from oncehub_async.simulator import Account, Fault, Simulator
from tests.typed_command import run

from ..simulator.threaded import commanded, running

ACCOUNT = Account(bookings=450, contacts=60, sms_notifications=20)
ROOMY = ("--per-second", "1000", "--per-five-minutes", "100000")


@pytest.fixture
def sim(monkeypatch: pytest.MonkeyPatch) -> Iterator[Simulator]:
    """A simulated OnceHub that the command line is pointed at."""
    with commanded(Simulator(ACCOUNT, limits=None), monkeypatch) as simulator:
        yield simulator


def test_a_line_for_each_resource(
    sim: Simulator, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a request; with --live it tells how many it took."""
    run(capsys, "export", "--out", str(tmp_path), "--quiet", *ROOMY)
    before = sim.stats.requests
    code, out, err = run(capsys, "verify", str(tmp_path))
    assert (code, err) == (0, "")
    assert len(out.splitlines()) == 11
    assert "bookings          as the manifest says: 450 objects\n" in out
    assert out.endswith("All right.\n")
    assert sim.stats.requests == before
    code, out, _ = run(capsys, "verify", str(tmp_path), "--live", "--samples", "1")
    assert code == 0
    requests = sim.stats.requests - before
    assert f"Compared with the account by {requests} requests." in out
    assert requests == 10 + 2
    assert "contacts          as the manifest says: 60 objects; 60 compared with the account" in out


def test_what_is_wrong_ends_with_1(
    sim: Simulator, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And stands in the resource's line, or beside."""
    run(capsys, "export", "teams", "users", "contacts", "--out", str(tmp_path), "--quiet", *ROOMY)
    (tmp_path / "teams.jsonl").unlink()
    (tmp_path / "bookings.jsonl").touch()
    (tmp_path / "notes.txt").touch()
    sim.delete(next(sim.ids("contacts")))
    code, out, err = run(capsys, "verify", str(tmp_path), "--live")
    assert code == 1
    assert "teams    WRONG: teams.jsonl is missing\n" in out
    assert "contacts as the manifest says: 60 objects; 59 compared with the account, 1 gone" in out
    assert out.endswith("NOT all right.\n")
    assert err == (
        "oncehub: bookings.jsonl is not in manifest.json: nothing vouches for it\n"
        "note: notes.txt is not of the export\n"
    )


def test_what_the_account_has_and_the_file_lacks_ends_with_1(
    sim: Simulator, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Though file and manifest agree."""
    run(capsys, "export", "contacts", "--out", str(tmp_path), "--quiet", *ROOMY)
    other = Simulator(Account(contacts=60, seed=2), limits=None)
    with running(other), pytest.MonkeyPatch.context() as patch:
        patch.setenv("ONCEHUB_BASE_URL", other.url)
        patch.setenv("ONCEHUB_API_KEY", other.api_key)
        code, out, _ = run(capsys, "verify", str(tmp_path), "--live")
        assert code == 1
        assert "contacts WRONG: 60 of the account's are missing, such as CTC-" in out
        code, out, _ = run(capsys, "verify", str(tmp_path), "--live", "--json")
    told = json.loads(out)
    assert (code, told["good"], told["requests"]) == (1, False, 1)
    assert len(told["resources"]["contacts"]["live"]["missing"]) == 60
    assert told["resources"]["contacts"]["live"]["gone"] == 60


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["verify"], "FOLDER"),
        (["verify", "nope"], "FOLDER: nope is not a folder"),
        (["verify", ".", "--samples", "few"], "few"),
        (["verify", ".", "--live", "--samples", "-1"], "samples"),
    ],
)
def test_wrong_usage_is_told_in_a_line(
    arguments: list[str],
    said: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    sim: Simulator,
) -> None:
    """Exit code 2."""
    monkeypatch.chdir(tmp_path)
    run(capsys, "export", "teams", "--out", ".", "--quiet")
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1


def test_a_damaged_manifest_is_told_in_a_line(
    sim: Simulator, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With --live nothing is asked then, for nothing could be compared."""
    (tmp_path / "manifest.json").write_text("{")
    code, out, err = run(capsys, "verify", str(tmp_path), "--live")
    assert (code, err) == (1, "oncehub: manifest.json can't be read\n")
    assert out.endswith("NOT all right.\n")
    assert sim.stats.requests == 0


def test_help_explains_it(capsys: pytest.CaptureFixture[str]) -> None:
    """With each option and the exit codes."""
    code, out, _ = run(capsys, "verify", "--help")
    assert code == 0
    for word in ("--live", "--samples", "--json", "Exit codes"):
        assert word in out


def test_the_command_line_killed_and_repeated(sim: Simulator, tmp_path: Path) -> None:
    """kill -9 in the middle: verify says what is missing; the same command ends it."""
    sim.inject(Fault("latency", "list-all-bookings", seconds=0.3))
    command = [sys.executable, "-m", "oncehub_async.cli"]
    export = [*command, "export", "bookings", "teams", "--out", str(tmp_path), "--format", "csv"]
    spool = tmp_path / "bookings.spool"
    with subprocess.Popen(export, env=os.environ, stderr=subprocess.DEVNULL) as process:
        while not (spool.exists() and spool.stat().st_size > 10_000):
            assert process.poll() is None
            time.sleep(0.01)
        process.kill()
    verify = [*command, "verify", str(tmp_path), "--live"]
    found = subprocess.run(verify, env=os.environ, capture_output=True, text=True, check=False)
    assert found.returncode == 1
    assert "bookings WRONG: not complete: not finished" in found.stdout
    sim.clear_faults()
    subprocess.run(export, env=os.environ, capture_output=True, check=True)
    found = subprocess.run(verify, env=os.environ, capture_output=True, text=True, check=False)
    assert (found.returncode, found.stderr) == (0, "")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "bookings.csv",
        "manifest.json",
        "teams.csv",
    ]

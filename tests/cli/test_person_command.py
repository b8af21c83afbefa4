"""`oncehub person`: what it prints and writes, its exit codes, and the slips that it tells."""

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from oncehub_async.cli import main
from oncehub_async.simulator import Simulator
from tests.privacy.someone import ACCOUNT, Someone, someone_in
from tests.simulator.threaded import running
from tests.typed_command import run


@pytest.fixture
def someone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Someone]:
    """Who is in the account, which was synced and exported into the current folder."""
    monkeypatch.chdir(tmp_path)
    with running(Simulator(ACCOUNT, limits=None)) as sim:
        monkeypatch.setenv("ONCEHUB_API_KEY", sim.api_key)
        monkeypatch.setenv("ONCEHUB_BASE_URL", sim.url)
        found = someone_in(sim)
        fast = ["--per-second", "1000", "--per-five-minutes", "100000"]
        assert main(["sync", "--quiet", *fast]) == 0
        assert main(["export", "bookings", "contacts", "--out", "out", "--quiet", *fast]) == 0
        capsys.readouterr()
        yield found


PLACES = ("--database", "oncehub.duckdb", "--export", "out")


def test_told_and_erased(
    someone: Someone, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A page and JSON for nobody else's eyes; a dry run; and then there is nothing any more."""
    files = ["--out", "zoe.json", "--html", "zoe.html"]
    code, out, err = run(capsys, "person", "export", someone.email.upper(), *PLACES, *files)
    assert (code, out) == (0, "")
    assert "OnceHub: contacts 1, bookings" in err
    assert "oncehub.duckdb: bookings" in err
    for name in ("zoe.json", "zoe.html"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
    told = json.loads((tmp_path / "zoe.json").read_text())
    assert [each["kind"] for each in told["places"]] == ["account", "database", "export"]
    assert (tmp_path / "zoe.html").read_text().startswith("<!doctype html>")

    code, planned, err = run(capsys, "person", "erase", someone.email, *PLACES)
    assert (code, err) == (0, "")
    assert "Nothing was changed: add --apply." in planned
    assert "OnceHub: contacts 1" in planned
    assert "out: bookings.jsonl" in planned
    assert "By hand:" in planned
    assert "gdpr-data-deletion-request" in planned
    code, done, _ = run(capsys, "person", "erase", someone.email, *PLACES, "--apply")
    assert code == 0
    assert "objects erased." in done
    assert someone.email not in (planned + done).lower()
    code, out, _ = run(capsys, "person", "erase", someone.email, *PLACES, "--json")
    assert code == 3
    again = json.loads(out)
    assert (again["applied"], [each["counts"] for each in again["places"]]) == (False, [{}] * 3)
    assert main(["verify", "out"]) == 0


def test_printed_without_files(someone: Someone, capsys: pytest.CaptureFixture[str]) -> None:
    """As JSON; of somebody unknown, that there is nothing, and exit code 3."""
    code, out, _ = run(capsys, "person", "export", someone.email, "--no-account", *PLACES)
    assert code == 0
    assert len(json.loads(out)["places"]) == 2
    code, out, err = run(capsys, "person", "export", "nobody@mail.example")
    assert code == 3
    assert json.loads(out)["places"] == [{"place": "OnceHub", "kind": "account", "found": {}}]
    assert "0 objects in 1 place." in err


def test_whom_others_brought_along(someone: Someone, capsys: pytest.CaptureFixture[str]) -> None:
    """With --whole-account."""
    _, out, _ = run(capsys, "person", "export", someone.email, "--whole-account")
    found = json.loads(out)["places"][0]["found"]["bookings"]
    assert {each["id"] for each in found} == someone.bookings | {someone.beside}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["export", "zoe"], "EMAIL: expected an e-mail address"),
        (["export", "z@x.example", "--whole-account", "--no-account"], "--whole-account: needs"),
        (["export", "z@x.example", "--no-account", "--out", "none/x.json"], "--out: none/x.json"),
        (["erase", "z@x.example", "--export", "."], "--export: . holds no export"),
        (["erase", "z@x.example", "--database", "none.duckdb"], "there is no none.duckdb"),
        (["erase", "z@x.example", "--inbox", "none.db"], "no such inbox"),
    ],
)
def test_slips(
    someone: Someone, arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line each that names the option, without the address."""
    code, out, err = run(capsys, "person", *arguments)
    assert (code, out) == (2, "")
    assert told in err
    assert len(err.splitlines()) == 1 + ("objects in" in err)
    assert "z@x.example" not in err

"""`oncehub demo-sync`: an account that there isn't, in a database that there is."""

import sys
from pathlib import Path

import duckdb
import pytest

from oncehub_async.cli import COMPLETE, FAILED, WRONG_USAGE, _demo_sync
from tests.typed_command import run

SMALL = ("--bookings", "300", "--speed", "200")


def test_it_syncs_and_reports(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All that the account has is in the file, and nothing was refused; a file stays as it is."""
    out = tmp_path / "demo.duckdb"
    code, said, _ = run(capsys, "demo-sync", "--out", str(out), *SMALL)
    assert code == COMPLETE
    assert "with the real limits\nand a clock 200 times as fast. It is synced, the" in said
    assert f"Complete: {out}, in " in said
    assert ", 0 of them answered 429." in said
    report = said.split(f"\noncehub report activity {out} --per quarter\n")[1]
    with duckdb.connect(str(out), read_only=True) as database:
        counts = database.execute(
            "SELECT (SELECT count(*) FROM bookings), (SELECT count(*) FROM contacts)"
        ).fetchone()
    assert counts == (300, 120)
    code, shown, _ = run(capsys, "report", "activity", str(out), "--per", "quarter")
    assert (code, report) == (COMPLETE, f"\n{shown}")
    before = out.read_bytes()
    code, said, err = run(capsys, "demo-sync", "--out", str(out), *SMALL)
    assert (code, said) == (WRONG_USAGE, "")
    assert err == f"oncehub: --out: {out} is there already; remove it, or name another\n"
    assert out.read_bytes() == before


def test_a_missing_extra_is_told_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before anything runs, with the line that installs it."""
    monkeypatch.setitem(sys.modules, "duckdb", None)
    code, said, err = run(capsys, "demo-sync", "--out", str(tmp_path / "demo.duckdb"), *SMALL)
    assert (code, said) == (WRONG_USAGE, "")
    install = "pip install 'oncehub-async[sync]'"
    assert err == f"oncehub: --out: DuckDB needs more packages: {install}\n"
    assert list(tmp_path.iterdir()) == []


def test_what_is_not_complete_is_not_reported_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The exit code is the sync's."""

    async def fail(_request: object) -> int:
        return FAILED

    monkeypatch.setattr(_demo_sync, "sync_account", fail)
    code, said, _ = run(capsys, "demo-sync", "--out", str(tmp_path / "demo.duckdb"), *SMALL)
    assert code == FAILED
    assert "It took " in said
    assert "oncehub report" not in said

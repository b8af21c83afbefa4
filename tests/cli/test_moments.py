"""Times on the command line are read as people write them."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from oncehub_async import InvalidParameterError
from oncehub_async.cli import main
from oncehub_async.cli._moments import written_moment
from oncehub_async.simulator import Simulator

from ..simulator.threaded import running
from .test_commands import ACCOUNT

NOW = datetime(2026, 3, 1, 10, 42, 7, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("7d", "2026-02-22T00:00:00"),
        ("1 day ago", "2026-02-28T00:00:00"),
        ("2W", "2026-02-15T00:00:00"),
        ("12h", "2026-02-28T22:00:00"),
        ("0d", "2026-03-01T00:00:00"),
        ("today", "2026-03-01T00:00:00"),
        (" Yesterday ", "2026-02-28T00:00:00"),
        ("2026-10", "2026-10-01T00:00:00"),
        ("2024", "2024-01-01T00:00:00"),
        ("2026-01-31", "2026-01-31T00:00:00"),
        ("2026-01-31T08:00:00+02:00", "2026-01-31T06:00:00"),
        ("999999w", "0001-01-01T00:00:00"),
    ],
)
def test_what_a_text_means(text: str, meant: str) -> None:
    """A span is its beginning, which stays the same for a while."""
    assert written_moment(text, "--since", NOW) == datetime.fromisoformat(f"{meant}+00:00")


def test_now_is_now() -> None:
    """To the moment."""
    assert written_moment("now", "--since", NOW) == NOW


@pytest.mark.parametrize(
    "text", ["", "7", "7x", "-7d", "2026-13", "0000-01", "tomorrowish", "7 d d"]
)
def test_what_is_no_time_is_told_by_the_option(text: str) -> None:
    """With what can be written."""
    with pytest.raises(InvalidParameterError, match=r"^--since: .* 7d, 12h or yesterday$"):
        written_moment(text, "--since", NOW)


@pytest.mark.parametrize("since", ["--since=2024-06", "--filter=creation_time.gt=2024-06"])
def test_the_export_takes_them(
    since: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As an option and as a filter."""
    with running(Simulator(ACCOUNT, limits=None)) as sim:
        monkeypatch.setenv("ONCEHUB_BASE_URL", sim.url)
        monkeypatch.setenv("ONCEHUB_API_KEY", sim.api_key)
        code = main(["export", "bookings", "--out", str(tmp_path / "x"), "--quiet", since])
    assert (code, capsys.readouterr().err) == (0, "")
    manifest = (tmp_path / "x" / "manifest.json").read_text()
    assert "2024-05-31T23:59:59" in manifest or "2024-06-01T00:00:00Z" in manifest

"""A command of `oncehub`, run in this process."""

import pytest

from oncehub_async.cli import main


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Run a command: its exit code, what it printed, and what it said beside it."""
    code = main(arguments)
    out, err = capsys.readouterr()
    assert "Traceback" not in out + err
    return code, out, err

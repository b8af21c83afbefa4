"""How much memory a piece of code takes, in a process of its own."""

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

_STATUS = Path("/proc/self/status")
_BEGIN = """
def _peak():
    import pathlib
    lines = pathlib.Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1])
"""
_MEASURED = """
_before = _peak()
_said = run(prepared)
print(_peak() - _before, _said)
"""


def mebibytes(code: str, *arguments: str) -> tuple[float, str]:
    """By how much the process grew at most while `run(prepare())` ran, and what that gave.

    `code` defines the two functions; what `prepare` takes doesn't count.
    """
    if not _STATUS.exists():
        pytest.skip("the peak of a process is measured where there is /proc/self/status")
    program = _BEGIN + textwrap.dedent(code) + "prepared = prepare()\n" + _MEASURED
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        cwd=Path(__file__).parent.parent,
    )
    assert done.returncode == 0, done.stderr
    grown, _, said = done.stdout.strip().partition(" ")
    return int(grown) / 1024, said

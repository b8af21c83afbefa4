"""From nothing to a report: what the pages about syncs and reports say to type."""

import re

import pytest

from ..documents import blocks
from .newcomer import Newcomer

PAGES = ("docs/sync.md", "docs/reports.md")


def commands_of(page: str) -> list[str]:
    """The lines of its first block for a shell, without what they say about themselves."""
    block = next(each.code for each in blocks(page) if each.language == "sh")
    return [re.sub(r"\s+#.*", "", line) for line in block.splitlines()]


@pytest.mark.parametrize("page", PAGES)
def test_five_commands_lead_to_a_report(with_account: Newcomer, page: str) -> None:
    """The first two make an environment, the third sets the key; here all three are done."""
    environment, install, key, *others = commands_of(page)
    assert len(others) == 2
    assert environment.startswith("python3 -m venv")
    assert install.startswith("pip install 'oncehub-async[")
    assert key == "export ONCEHUB_API_KEY=..."
    for command in others:
        done = with_account.succeeds(command)
    assert done.err == ""
    assert done.lines[0].startswith("Bookings over time. By meeting time")
    assert len(done.lines) > 12


def test_any_program_reads_the_file(with_account: Newcomer) -> None:
    """The one of the page, as it stands there."""
    with_account.succeeds("oncehub sync")
    program = next(each.code for each in blocks("docs/sync.md") if each.language == "python")
    assert "completed" in with_account.python(program).out


def test_a_demo_is_a_sync_and_a_report(newcomer: Newcomer) -> None:
    """Without an account and a key; a file that is there already is kept."""
    demo = "oncehub demo-sync --bookings 700 --speed 60"
    done = newcomer.succeeds(demo)
    assert re.search(r"^bookings +\d+ rows written +complete$", done.out, re.MULTILINE)
    assert "Complete: demo.duckdb" in done.out
    _, report = done.out.split("oncehub report activity demo.duckdb --per quarter\n\n")
    counted = [int(line.split()[1].replace(",", "")) for line in report.splitlines()[3:]]
    assert 600 < sum(counted) <= 700  # without those that are only requested
    again = newcomer.run(demo)
    assert (again.code, again.out) == (2, "")
    assert "--out: demo.duckdb is there already" in again.err

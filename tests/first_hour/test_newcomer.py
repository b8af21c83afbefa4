"""The means of these walks do what they say."""

import re
from pathlib import Path

import pytest

from ..documents import ROOT
from .newcomer import Newcomer

_FENCED = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SET_IN = re.compile(r"(?:^ {4}.*\n)+", re.MULTILINE)
_INSTALLED = re.compile(r"(?s)(.*?)pip install '?oncehub-async(?:\[([\w,]*)\])?(.*)")
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def test_a_newcomer_has_nothing(newcomer: Newcomer) -> None:
    """No file, no key, and the commands of this environment."""
    assert newcomer.succeeds("ls -A").out == ""
    assert newcomer.succeeds("ls -A ~").out == ""
    names = {line.split("=")[0] for line in newcomer.succeeds("env").lines}
    assert names <= {"HOME", "PATH", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "PWD", "_", "SHLVL"}
    assert newcomer.succeeds("oncehub --version").err == ""
    done = newcomer.run("oncehub check")
    assert (done.code, done.out) == (2, "")
    assert "ONCEHUB_API_KEY" in done.err


def test_a_terminal_is_one_and_has_its_width(newcomer: Newcomer) -> None:
    """Programs that ask are told."""
    ask = "import os, sys; print(sys.stdout.isatty(), os.get_terminal_size().columns)"
    assert newcomer.succeeds(f'python -c "{ask}"', columns=60).out == "True 60\n"
    assert newcomer.run("exit 3", columns=60).code == 3


def test_a_second_window_holds_the_account(with_account: Newcomer) -> None:
    """Its variables are there for all commands after it."""
    assert "The API key is valid" in with_account.succeeds("oncehub check").out


def test_a_program_and_a_server(newcomer: Newcomer) -> None:
    """What it prints can be waited for, and Ctrl-C ends it."""
    assert newcomer.python("print('works')").lines == ["works"]
    with newcomer.started("oncehub simulate --port 0 --bookings 10") as server:
        assert server.wait_for(r"ONCEHUB_BASE_URL=(\S+)")[1].startswith("http://127.0.0.1:")
        assert server.stop() == 0


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_is_typed_after_an_installation_is_in_it(page: Path) -> None:
    """From nothing: where a block installs and then types `oncehub`, it installs the command too.

    And where it does both, it begins with an environment, for others are `externally-managed`.
    """
    text = page.read_text(encoding="utf-8")
    typed = [*_FENCED.findall(text), *_SET_IN.findall(text)]
    for before, extras, after in (found for block in typed for found in _INSTALLED.findall(block)):
        if re.search(r"^ *oncehub ", after, re.MULTILINE):
            assert "cli" in extras.split(",")
            assert "python3 -m venv" in before

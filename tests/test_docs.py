"""The pages in docs/ say what is true: their code runs and prints what they say."""

import ast
import inspect
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import AsyncIterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest

from oncehub_async import OnceHub
from oncehub_async.cli import main
from oncehub_async.simulator import Account, Simulator
from oncehub_async.web import BookingLink, ClassicLink

from .documents import ROOT, blocks, run

LINKS = "docs/links.md"


@pytest.fixture
async def names() -> AsyncIterator[dict[str, Any]]:
    """What the blocks of a page take as given: a client of an account with a calendar."""
    async with Simulator(Account(bookings=10, quirks=False), limits=None) as sim:
        async with OnceHub(sim.api_key, base_url=sim.url) as oncehub:
            calendars = await oncehub.booking_calendars.list().collect()
            published = next(calendar.id for calendar in calendars if calendar.published)
            yield {"oncehub": oncehub, "BKC-LDJ878496X": published}


async def test_the_page_about_links(
    names: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """Block after block, as one reads it."""
    published = names.pop("BKC-LDJ878496X")
    ran = 0
    for block in blocks(LINKS):
        if block.language != "python":
            continue
        # The account has ids of its own.
        uses_the_account = "oncehub=oncehub" in block.code
        code = block.code.replace("BKC-LDJ878496X", published) if uses_the_account else block.code
        await run(code, names, LINKS)
        printed = re.sub(r"/\.[A-Z0-9]{12}", "/.QUHVEKLPD93M", capsys.readouterr().out)
        assert printed == (block.output or ""), block.code
        ran += 1
    assert ran == len(re.findall("^```python$", (ROOT / LINKS).read_text(), re.MULTILINE)) > 10


def test_the_commands_of_the_page_about_links(capsys: pytest.CaptureFixture[str]) -> None:
    """Each prints what stands below it."""
    (session,) = (block.code for block in blocks(LINKS) if block.language == "console")
    commands = re.findall(r"^\$ oncehub (.*)\n((?:(?!\$).*\n)*)", session, re.MULTILINE)
    assert len(commands) == session.count("$ ")
    for command, output in commands:
        assert main(shlex.split(command)) == 0
        assert capsys.readouterr().out == output


def test_the_table_of_parameters_is_complete() -> None:
    """Every argument of both classes, and nothing else."""
    rows = re.findall(r"^\| (?:the guest|custom|the page|both).*", (ROOT / LINKS).read_text(), re.M)
    cells = [row.strip("|").split("|")[1:] for row in rows]
    for column, cls in enumerate((BookingLink, ClassicLink)):
        told = re.findall(r"`(\w+)`", " ".join(row[column] for row in cells))
        arguments = set(inspect.signature(cls).parameters) - {"url"}
        assert set(told) == arguments
        assert len(told) == len(arguments)


def test_the_pages_that_are_linked_exist() -> None:
    """From README and between the pages."""
    pages = [str(each.relative_to(ROOT)) for each in (ROOT / "docs").glob("*.md")]
    assert len(pages) > 5
    for page in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", *pages):
        for target in re.findall(r"\]\(([\w./-]+)(?:#[\w-]+)?\)", (ROOT / page).read_text()):
            assert (ROOT / page).parent.joinpath(target).exists(), target


def test_importing_the_package_imports_none_of_these() -> None:
    """Who doesn't use them doesn't wait for them."""
    code = (
        "import sys, oncehub_async\n"
        "print([m for m in sys.modules if m.split('.')[1:2] in "
        "(['links'], ['embed'], ['redirect'], ['widget'])])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_what_architecture_names_is_there() -> None:
    """Every `file.py::name` of the page is in that file, and every other path exists."""
    text = (ROOT / "ARCHITECTURE.md").read_text()
    named = re.findall(r"`((?:\w+/)*\w+\.py)::([\w.]+)`", text)
    assert len(named) > 25
    package = ROOT / "oncehub_async"
    for file, name in named:
        assert names_in(package / file) >= {name}, f"{file}::{name}"
    for path in re.findall(r"`((?:\w+/)+\w*(?:\.py)?|tests/\w+)`", text):
        assert (package / path).exists() or (ROOT / path).exists(), path


def test_the_pages_have_the_sizes_that_are_read() -> None:
    """Two printed pages of architecture, a dozen words of our own."""
    text = (ROOT / "ARCHITECTURE.md").read_text()
    assert len(text.splitlines()) < 140
    (words,) = re.findall("## Words\n(.*?)\n## ", text, re.DOTALL)
    assert 1 < len(re.findall(r"\*\*\w[\w ]*\*\*", words)) <= 12


def test_contributing_names_commands_that_there_are() -> None:
    """Of the Makefile; a new developer types them."""
    targets = set(re.findall(r"^([a-z][\w $().-]*?):", (ROOT / "Makefile").read_text(), re.M))
    for page in ("CONTRIBUTING.md", "ARCHITECTURE.md", ".pre-commit-config.yaml"):
        for line in re.findall(
            r"(?:^ +|`|entry: )make ([a-z -]+)", (ROOT / page).read_text(), re.M
        ):
            assert set(line.split()) <= targets, line


def test_the_source_distribution_is_whole() -> None:
    """Whoever unpacks it has all that the repository has."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    included = project["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]
    there = {each.name for each in ROOT.iterdir() if not is_made(each.name)}
    assert {each.removeprefix("/") for each in included} >= there - {"pyproject.toml"}


def is_made(name: str) -> bool:
    """What tools leave behind, and git's own."""
    ignored = (ROOT / ".gitignore").read_text().split()
    return name == ".git" or any(fnmatch(name, each.rstrip("/")) for each in ignored)


def names_in(file: Path) -> set[str]:
    """Functions, classes, `Class.method` and constants that a file defines."""
    found = set()
    for node in ast.parse(file.read_text("utf-8")).body:
        if isinstance(node, ast.ClassDef):
            inside = (each for each in node.body if isinstance(each, DEFINITIONS))
            found |= {node.name, *(f"{node.name}.{each.name}" for each in inside)}
        elif isinstance(node, DEFINITIONS):
            found.add(node.name)
        elif isinstance(node, ast.Assign):
            found |= {each.id for each in node.targets if isinstance(each, ast.Name)}
    return found


DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef)

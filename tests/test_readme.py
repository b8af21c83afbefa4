"""README and the pages about client and export say what is true: their code runs."""

import asyncio
import re
import shlex
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import CoroutineType
from typing import Any

import pytest

import oncehub_async
from oncehub_async import Budget, Limits, OnceHub, Priority
from oncehub_async.cli._app import command_line
from oncehub_async.simulator import Account, Fault, Simulator

from .documents import ROOT, blocks, run
from .simulator.threaded import running

PAGES = ("README.md", "docs/client.md", "docs/export.md")
README = "\n".join((ROOT / page).read_text() for page in PAGES)
BLOCKS = [block.code for page in PAGES for block in blocks(page) if block.language == "python"]
FIRST, *OTHERS = BLOCKS
(SERVED,) = (block for block in OTHERS if "asyncio.run" in block)
COMMANDS = [
    line.removeprefix("oncehub ")
    for page in PAGES
    for line in re.findall(r"^ *(oncehub .*?)(?: +#.*)?$", (ROOT / page).read_text(), re.MULTILINE)
    if " is " not in line
]
ACCOUNT = Account(bookings=150, contacts=30, quirks=False)


def test_the_first_ten_lines_run() -> None:
    """As a script, in an environment with nothing but the key and the address."""
    with running(Simulator(ACCOUNT, limits=None)) as sim:
        environment = {"ONCEHUB_API_KEY": sim.api_key, "ONCEHUB_BASE_URL": sim.url}
        done = subprocess.run(
            [sys.executable, "-c", FIRST],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
    pattern = r"BKNG-\w+ \d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?\+00:00 User\(id='USR-\w+'.*\)"
    assert done.stderr == ""
    assert done.stdout
    assert all(re.fullmatch(pattern, line) for line in done.stdout.splitlines())
    assert re.search(pattern, README)


def test_the_receiver_is_a_whole_program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It gets as far as serving."""
    served: list[str] = []
    monkeypatch.setenv("ONCEHUB_SIGNING_SECRET", "secret")
    monkeypatch.chdir(tmp_path)

    def run_program(main: "CoroutineType[Any, Any, None]") -> None:
        served.append(main.__qualname__)
        main.close()

    monkeypatch.setattr(asyncio, "run", run_program)
    exec(compile(SERVED, "README.md", "exec"), {"__name__": "__main__"})
    assert served == ["serve"]


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_is_one(line: str) -> None:
    """With options that it has."""
    arguments = shlex.split(line)
    command_line(arguments).parse_args(arguments, exit_on_error=False, print_error=False)


def test_readme_is_short_and_has_three_doors() -> None:
    """Two screens, and in the second block an environment of one's own."""
    text = (ROOT / "README.md").read_text()
    assert len(text.splitlines()) <= 120
    languages = [block.language for block in blocks("README.md")]
    assert languages[:2] == ["python", "sh"]
    assert "python3 -m venv" in next(b.code for b in blocks("README.md") if b.language == "sh")
    doors = ["## You want the data", "## You write a backend", "## You put calendars on a web site"]
    assert [line for line in text.splitlines() if line.startswith("## You")] == doors


@pytest.mark.parametrize("block", [b for b in OTHERS if b != SERVED])
async def test_every_other_block_runs(block: str) -> None:
    """Against a simulated account, with the ids of that account."""
    async with Simulator(ACCOUNT, limits=None) as sim:
        async with OnceHub(
            sim.api_key, base_url=sim.url, budget=Budget(Limits(1000, 10_000))
        ) as oncehub:
            slots: dict[str, Any] = {}
            async for calendar in oncehub.booking_calendars.list():
                if calendar.published and await oncehub.booking_calendars.time_slots(calendar.id):
                    slots["BKC-LDJ878496X"] = calendar.id
                    break
            slots["CTC-J4FR05BKEW"] = next(sim.ids("contacts"))
            for example, real in slots.items():
                block = block.replace(example, real)
            names: dict[str, Any] = {
                "oncehub": oncehub,
                "datetime": datetime,
                "UTC": UTC,
                "save": lambda items, cursor: None,
                "print": lambda *_: None,
                "OnceHub": lambda **_: None,
                "Budget": Budget,
                "Limits": Limits,
                "pytest": pytest,
                "Account": Account,
                "Fault": Fault,
            }
            await run(block, names, "README.md")
            for name, function in list(names.items()):
                if name.startswith("test_"):
                    await function(oncehub, sim)


def test_the_table_of_operations_is_complete() -> None:
    """Every resource with all its methods, and nothing else."""
    rows = dict(re.findall(r"^\| `(\w+)`(?: \(classic\))? \| (.*) \|$", README, re.MULTILINE))
    told = {name: set(re.findall(r"`(\w+)`", methods)) for name, methods in rows.items()}
    oncehub = OnceHub("k")
    actual = {
        name: {method for method in dir(resource) if method[0] != "_"}
        for name in dir(oncehub)
        if type(resource := getattr(oncehub, name)).__module__.startswith("oncehub_async.resources")
        and name[0] != "_"
    }
    assert told == actual
    assert sum(map(len, actual.values())) + 1 == 38


def test_the_names_in_readme_exist() -> None:
    """Whatever README calls an error is one."""
    for name in set(re.findall(r"`(\w+Error)`", README)):
        assert hasattr(oncehub_async, name)
    assert Priority.BULK


def test_the_public_names() -> None:
    """Each once, and each exists."""
    assert len(oncehub_async.__all__) == len(set(oncehub_async.__all__))
    for name in oncehub_async.__all__:
        assert getattr(oncehub_async, name) is not None


def test_the_tree_of_errors_is_drawn_as_it_is() -> None:
    """Every error is public, and stands in the module's docstring."""
    from oncehub_async import errors

    drawn = set(re.findall(r"\w+Error", errors.__doc__ or ""))
    actual = {
        name
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, Exception)
    }
    assert drawn == actual | {"ValueError", "TimeoutError"}
    assert actual <= set(oncehub_async.__all__)

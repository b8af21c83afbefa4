"""docs/testing.md says what is true: its tests pass as they stand there, and its programs run."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import oncehub_async
import pytest_oncehub_async
from oncehub_async import simulator, testing, webhooks

from .documents import ROOT, blocks, named, run

PAGE = "docs/testing.md"
TEXT = (ROOT / PAGE).read_text()
FILES = (
    *("service.py", "test_service.py"),
    *("conftest.py", "test_app.py", "test_odd_days.py"),
    "test_together.py",
)
BLOCKS = [block.code for block in blocks(PAGE) if block.language == "python"]
PLACES = (oncehub_async, simulator, testing, webhooks)
NAMED = {file: named(PAGE, file) for file in FILES}


def test_each_block_is_a_file_or_a_program() -> None:
    """None is left that no test runs."""
    assert len(BLOCKS) == len(FILES) + 2
    assert set(BLOCKS) >= set(NAMED.values())


def passed(folder: Path, *files: str) -> str:
    """What pytest says of some files beside app.py, with nothing set, as at the first try."""
    (folder / "app.py").write_text(named("docs/webhooks.md", "app.py"))
    for file in files:
        (folder / file).write_text(NAMED[file])
    (folder / "pytest.ini").write_text("[pytest]\n")
    plugins = ("-p", "pytest_asyncio.plugin", "-p", "pytest_oncehub_async")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *plugins],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert not (folder / "inbox.db").exists()
    return done.stdout


def test_the_tests_of_the_receiver_pass(tmp_path: Path) -> None:
    """At the first try: as files beside app.py, with nothing set."""
    assert "2 passed" in passed(tmp_path, "conftest.py", "test_app.py")


def test_all_tests_of_the_page_pass(tmp_path: Path) -> None:
    """Beside each other, in a folder."""
    tests = sum(code.count("async def test_") for code in NAMED.values())
    assert tests == 9
    assert f"{tests} passed" in passed(tmp_path, *FILES)


@pytest.mark.parametrize("block", [each for each in BLOCKS if each not in NAMED.values()])
async def test_the_programs_run(block: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Those without pytest; what is delivered says so."""
    names: dict[str, object] = {}
    await run(block, names, PAGE)
    printed = capsys.readouterr().out
    if "print(" in block:
        assert printed.count("accepted") >= 2, printed


def test_the_table_of_fixtures_is_complete() -> None:
    """Each that the plugin has, and no other."""
    told = set(re.findall(r"^\| `(oncehub\w*)` \|", TEXT, re.MULTILINE))
    made = {name for name in vars(pytest_oncehub_async) if name.startswith("oncehub")}
    assert told == made


def test_what_the_page_names_exists() -> None:
    """Classes and methods of the simulator and of the receiver's client."""
    for name in re.findall(r"`([A-Z]\w+)(?:\(|`)", TEXT):
        assert any(hasattr(each, name) for each in PLACES), name
    for name in (
        "counts",
        "ids",
        "object",
        "create",
        "touch",
        "delete",
        "inject",
        "stats",
        "route",
    ):
        assert f"`{name}`" in TEXT
        assert hasattr(simulator.Simulator, name)

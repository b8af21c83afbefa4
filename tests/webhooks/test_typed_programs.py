"""What mypy and pyright say of users' programs: nothing of right ones, one clear line of slips."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from ..documents import ROOT, blocks, named

SLIPS = """
from oncehub_async.webhooks import BookingEvent, Context, Event, MemoryInbox, Receiver, Router


class Services:
    rooms: int = 3


receiver = Receiver(signing_secret="s", inbox=MemoryInbox(), services=Services())
router = Router[Services]()


@receiver.on("booking.rescheduledd")  # a slip
async def one(event: BookingEvent) -> None: ...


@router.on("booking", "bookng.canceled", timeout=5)  # a slip
async def two(event: Event, context: Context[Services]) -> None: ...


@receiver.on("booking.canceled", "conversation.close")  # a slip
async def three(event: Event) -> None: ...


@receiver.on("booking.paid", unlisted=True)
async def four(event: Event) -> None: ...


@receiver.on("booking.canceled")
async def five(event: BookingEvent, context: Context[Services]) -> None:
    print(context.services.room)  # a slip


@receiver.on("booking.canceled")  # a slip
async def six(event: BookingEvent, context: Context[str]) -> None: ...


@receiver.middleware  # a slip
async def seven(event: Event, context: Context[Services]) -> None: ...
"""
MISSPELT = 3
TOOLS = {
    "mypy": ("mypy", "--strict", "--no-error-summary", "--hide-error-context"),
    "pyright": ("pyright", "--pythonpath", sys.executable, "-p"),
}


def checked(tool: str, folder: Path) -> str:
    """What a tool says of the programs in a folder, which import each other."""
    (folder / "pyrightconfig.json").write_text(json.dumps({"extraPaths": [str(ROOT), "."]}))
    done = subprocess.run(
        [sys.executable, "-m", *TOOLS[tool], str(folder)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    return done.stdout + done.stderr


@pytest.mark.parametrize("tool", TOOLS)
def test_slips_are_told_where_they_are(tool: str, tmp_path: Path) -> None:
    """A misspelt event type has an error that says so, and nothing right has one."""
    (tmp_path / "slips.py").write_text(SLIPS)
    told = checked(tool, tmp_path)
    lines = {int(each) for each in re.findall(r"slips\.py:(\d+)", told)}
    expected = [n for n, line in enumerate(SLIPS.splitlines(), 1) if line.endswith("# a slip")]
    # mypy names the line of the function where a decorator doesn't fit it.
    assert {n if n in expected else n - 1 for n in lines} == set(expected), told
    misspelt = [line for line in told.splitlines() if "NoSuchEventType" in line]
    assert len(misspelt) == MISSPELT, told
    assert all("not callable" in line for line in misspelt)


@pytest.mark.parametrize("tool", TOOLS)
def test_the_programs_of_the_page_are_well_typed(tool: str, tmp_path: Path) -> None:
    """docs/webhooks.md, docs/testing.md and docs/webhook-versions.md, block after block, as strict as it gets."""
    code = [block.code for block in blocks("docs/webhooks.md") if block.language == "python"]
    code += [named("docs/testing.md", file) for file in ("conftest.py", "test_app.py")]
    assert len(code) > 4
    for number, each in enumerate(code):
        (tmp_path / (f"block_{number}.py" if number else "app.py")).write_text(each)
    for file in ("service.py", "test_service.py", "test_odd_days.py", "test_together.py"):
        (tmp_path / file).write_text(named("docs/testing.md", file))
    (versions,) = (each.code for each in blocks("docs/webhook-versions.md"))
    (tmp_path / "versions.py").write_text(versions)
    told = checked(tool, tmp_path)
    assert "error" not in told.replace("0 errors", ""), told

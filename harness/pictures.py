"""Draws docs/pictures: what a terminal shows of an export that runs, and of a report.

    python -m harness.pictures [FOLDER]

Both are made by the commands' own code, on a simulated account. The pictures ask nobody for a font,
and are the same in every browser, for the width of each text is written down.
"""

import asyncio
import contextlib
import io
import re
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

from oncehub_async import Budget, Limits, OnceHub
from oncehub_async.cli import main as oncehub_command
from oncehub_async.cli._export_display import Display
from oncehub_async.cli._waiting_clock import WaitingClock, WaitingLoop
from oncehub_async.export import ExportProgress, ExportRequest, plan_export, run_request
from oncehub_async.simulator import Account, Simulator
from oncehub_async.sync import sync

FOLDER = Path(__file__).parent.parent / "docs" / "pictures"
_ACCOUNT = Account(bookings=20_000, contacts=8_000)
_SMALL = Account(bookings=3_000, contacts=600)
_SPEED = 60.0
_WIDTH = 78
_FONT = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
_REPORT = ("report", "activity", "--per", "month", "--since", "2026-04")


def picture_of_export(account: Account = _ACCOUNT, part: float = 0.5) -> str:
    """What `oncehub demo` shows, at the moment when that part of its objects is there."""
    console = _terminal(_WIDTH)
    shown = Display(quiet=True, console=console)
    is_drawn, whole = False, 0

    def draw(progress: ExportProgress) -> None:
        nonlocal is_drawn
        shown.update(progress)
        if not is_drawn and progress.objects >= part * whole:
            is_drawn = True
            console.print(Text("$ oncehub demo", style="bold"))
            console.print(shown._table())

    async def export(clock: WaitingClock, out: Path) -> None:
        nonlocal whole
        async with Simulator(account, clock=clock) as sim:
            whole = sum(sim.counts.values())
            budget = Budget(Limits(reserve=0), clock=clock)
            client = OnceHub(sim.api_key, base_url=sim.url, clock=clock, budget=budget)
            async with client:
                request = ExportRequest(
                    plan=plan_export(), out=out, on_progress=draw, expected=sim.counts
                )
                await run_request(client, request)

    loop = WaitingLoop()
    runner = asyncio.Runner(loop_factory=lambda: loop)
    with tempfile.TemporaryDirectory() as folder, runner:
        runner.run(export(WaitingClock(_SPEED, loop=loop), Path(folder)))
    return _svg(console, "An export under way")


def picture_of_report(account: Account = _SMALL) -> str:
    """A terminal with a report on a synced account."""
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        asyncio.run(_synced(account))
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            assert oncehub_command(_REPORT) == 0
    lines = printed.getvalue().rstrip("\n").splitlines()
    console = _terminal(max(map(len, lines)))
    console.print(Text(f"$ oncehub {' '.join(_REPORT)}", style="bold"))
    for line in lines:
        console.print(Text(line.rstrip()))
    return _svg(console, "A report")


async def _synced(account: Account) -> None:
    async with Simulator(account, limits=None) as sim:
        budget = Budget(Limits(1_000, 100_000))
        async with OnceHub(sim.api_key, base_url=sim.url, budget=budget) as oncehub:
            await sync(oncehub, "oncehub.duckdb")


def _terminal(width: int) -> Console:
    return Console(
        file=io.StringIO(), record=True, force_terminal=True, width=width, legacy_windows=False
    )


def _svg(console: Console, title: str) -> str:
    console.print()  # or the last line's descenders are cut off
    drawn = console.export_svg(title=title, theme=MONOKAI, unique_id="terminal")
    return _FONT.sub("", drawn)


def main(folder: Path = FOLDER) -> None:
    """Draw both into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, drawn in (("export", picture_of_export()), ("report", picture_of_report())):
        file = folder / f"{name}.svg"
        file.write_text(drawn, encoding="utf-8", newline="\n")
        sys.stdout.write(f"{file}: {len(drawn.encode()):,} bytes\n")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))

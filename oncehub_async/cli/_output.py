"""What the commands print, and how numbers, times and tables read."""

import sys
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from .._ground import dump_json


def say(text: str) -> None:
    """A line of the result."""
    print(text, flush=True)


def note(text: str) -> None:
    """A line about the work, beside the result."""
    print(text, file=sys.stderr, flush=True)


def complain(text: str) -> None:
    """What went wrong, in one line."""
    note(f"oncehub: {text}")


def say_json(data: object) -> None:
    """The result as JSON."""
    say(dump_json(data, indent=True).decode())


def span(seconds: float) -> str:
    """A length of time: "12 s", "4 min 05 s", "2 h 10 min"."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02} min"


def several(count: int, noun: str) -> str:
    """A number with its noun: "1 page", "1,200 pages"."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


_WIDTH_OF_FILES = 200


def say_table(columns: Sequence[str], rows: Iterable[Sequence[str | int]]) -> None:
    """A table of texts, which are shown as they are, and numbers, which are on the right."""
    table = Table(box=None, pad_edge=False)
    for name in columns:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(
            *(Text(str(cell), justify="right" if isinstance(cell, int) else "left") for cell in row)
        )
    console = Console()
    if not console.is_terminal:
        console = Console(width=_WIDTH_OF_FILES)
    console.print(table)

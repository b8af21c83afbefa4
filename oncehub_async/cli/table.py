"""Tables on the terminal."""

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

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

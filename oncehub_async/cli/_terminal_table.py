"""Tables in the result, as wide as the terminal allows."""

from collections.abc import Iterable, Sequence
from math import inf

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from .._ground import printable
from ._output import say, say_drawn

_WIDTH_OF_FILES = 200
_LONG_TEXT = 20
"""Characters in a cell from which it may be broken into lines."""


def fits(columns: Sequence[str], rows: Iterable[Sequence[str | int]]) -> bool:
    """Whether a table can be shown as one: always, but on a terminal that is too narrow for it."""
    return _breadth(_least_widths(columns, [list(map(_cell, row)) for row in rows])) <= _room()


def say_table(columns: Sequence[str], rows: Iterable[Sequence[str | int]]) -> None:
    """A table of texts, which are shown as they are, and numbers, which are on the right.

    On a terminal that is too narrow for it headings and long texts are broken between words; if
    that doesn't help each row is a block: words that are broken letter by letter can't be read.
    """
    console = Console()
    if not console.is_terminal:
        console = Console(width=_WIDTH_OF_FILES)
    cells = [list(map(_cell, row)) for row in rows]
    widths = _widths(columns, cells)
    if is_tight := _breadth(widths, gap=2) > _room():
        widths = _shared(_least_widths(columns, cells), widths, console.width)
    if is_tight and _breadth(widths) > _room():
        for row in cells:
            first, *others = map(str, row)
            named = [pair for pair in zip(columns[1:], others, strict=True) if pair[1]]
            say(first, *(f"  {name}: {text}" if name else f"  {text}" for name, text in named))
        return
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0) if is_tight else (0, 1))
    for name, width in zip(columns, widths, strict=True):
        # An id is there to be copied.
        table.add_column(
            name, overflow="fold", no_wrap=name == "id", width=width if is_tight else None
        )
    for row in cells:
        table.add_row(*row)
    with console.capture() as drawn:
        console.print(table)
    say_drawn(drawn.get())


def _room() -> float:
    console = Console()
    return console.width if console.is_terminal else inf


def _widths(columns: Sequence[str], cells: Sequence[Sequence[Text]]) -> list[int]:
    return [max(map(cell_len, map(str, column))) for column in zip(columns, *cells, strict=True)]


def _least_widths(columns: Sequence[str], cells: Sequence[Sequence[Text]]) -> list[int]:
    """What columns need if headings, and texts that are long, are broken between words."""
    headings = [max(map(cell_len, name.split()), default=0) for name in columns]
    held = _widths([""] * len(columns), cells)
    words = [
        max((cell_len(word) for cell in column for word in str(cell).split()), default=0)
        for column in zip(*cells, strict=True)
    ] or headings
    return [
        max(heading, width if name == "id" else min(width, max(word, _LONG_TEXT)))
        for name, heading, width, word in zip(columns, headings, held, words, strict=True)
    ]


def _shared(least: Sequence[int], wanted: Sequence[int], room: int) -> list[int]:
    """The widths of columns, with what is left given to those that want more, from the left."""
    left, widths = room - _breadth(least), []
    for width, most in zip(least, wanted, strict=True):
        more = max(0, min(left, most - width))
        widths.append(width + more)
        left -= more
    return widths


def _breadth(widths: Sequence[int], gap: int = 1) -> int:
    return sum(widths) + gap * (len(widths) - 1)


def _cell(value: str | int) -> Text:
    return Text(printable(str(value)), justify="right" if isinstance(value, int) else "left")

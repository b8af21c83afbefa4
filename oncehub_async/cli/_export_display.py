"""How an export shows how far it is: a table that moves on a terminal, plain lines elsewhere."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from .._ground import logger
from ..export import ExportProgress, ExportState, ResourceProgress
from ._output import note, several, span

_SECONDS_BETWEEN_LINES = 10.0
_WORTH_MENTIONING = 2.0
"""Seconds; shorter waits are the normal beat of 5 requests a second."""

_NOT_COMPLETE = (ExportState.FAILED, ExportState.INTERRUPTED)


class Display:
    """Shows an export's progress; the export tells it about each change."""

    def __init__(self, quiet: bool, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True)
        self._quiet = quiet
        self._progress: ExportProgress | None = None
        self._told: set[str] = set()

    def update(self, progress: ExportProgress) -> None:
        """Something changed."""
        self._progress = progress
        if self._quiet or self._console.is_terminal:
            return
        for each in progress.resources.values():
            if each.state is not ExportState.RUNNING and each.name not in self._told:
                self._told.add(each.name)
                note(_resource_line(each))

    @property
    def can_go_on(self) -> bool:
        """Whether the same command gets further: not where all that failed would fail again."""
        progress = {} if self._progress is None else self._progress.resources
        failed = [each for each in progress.values() if each.state in _NOT_COMPLETE]
        return not failed or not all(each.is_lasting for each in failed)

    @asynccontextmanager
    async def shown(self) -> AsyncIterator[None]:
        """Show it while the export runs."""
        if self._quiet:
            with only_errors_logged():
                yield
        elif self._console.is_terminal:
            with Live(get_renderable=self._table, console=self._console, transient=True):
                yield
        else:
            lines = asyncio.create_task(self._print_now_and_then())
            try:
                yield
            finally:
                lines.cancel()
                await asyncio.gather(lines, return_exceptions=True)

    async def _print_now_and_then(self) -> None:
        while True:
            await asyncio.sleep(_SECONDS_BETWEEN_LINES)
            if self._progress is not None:
                note(summary(self._progress))

    def _table(self) -> RenderableType:
        if self._progress is None:
            return Text("starting")
        table = Table(box=None, pad_edge=False)
        table.add_column("resource")
        for name in ("objects", "pages"):
            table.add_column(name, justify="right")
        table.add_column("")
        for each in self._progress.resources.values():
            style = "dim" if each.state is ExportState.UNAVAILABLE else ""
            table.add_row(
                each.name, f"{each.objects:,}", f"{each.pages:,}", each.state, style=style
            )
        return Group(table, Text(summary(self._progress)))


@contextmanager
def only_errors_logged() -> Iterator[None]:
    """For who wants to hear of nothing else."""
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)


def summary(progress: ExportProgress) -> str:
    """Where the export stands, in a line."""
    parts = [
        f"{several(progress.objects, 'object')} in {several(progress.pages, 'page')}",
        f"{progress.rate:,.0f} objects/s",
    ]
    waiting = progress.waits_for()
    if waiting is not None and waiting.wait > _WORTH_MENTIONING:
        parts.append(f"waiting {span(waiting.wait)} for {waiting.reason}")
    left = progress.seconds_left()
    parts.append(f"about {span(left)} left" if left is not None else "time left not known yet")
    return ", ".join(parts)


def _resource_line(each: ResourceProgress) -> str:
    if each.state is ExportState.COMPLETE:
        counted = f"{several(each.objects, 'object')} in {several(each.pages, 'page')}"
        return f"{each.name}: complete, {counted}"
    return f"{each.name}: {each.state}"

"""`oncehub export --watch`: an export that is kept current until it is interrupted."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import aclosing
from pathlib import Path

from .._ground import on_ending_signals, text_in_seconds
from ..export import Format, ResourceEntry, Round, watch_request
from . import COMPLETE, FAILED
from ._export_command import (
    Attempts,
    ExportOptions,
    client,
    is_complete,
    request_of,
    tell,
    tell_next_steps,
    tell_what_is_missing,
)
from ._export_display import Display, only_errors_logged
from ._metrics_option import metrics_shown
from ._output import complain, note, say, say_json_line, several, span


async def watch_account(options: ExportOptions) -> int:
    """Export, and tell what changes after that."""
    attempts = Attempts()
    display = Display(options.quiet)
    request = request_of(options, display)
    oncehub = client(options, attempts)
    watching = watch_request(oncehub, request, every=options.every)
    started = options.clock.now()
    if options.metrics is not None:
        options.metrics.watch_budget(oncehub)
    page = metrics_shown(options.metrics, options.metrics_port)
    async with oncehub, page, aclosing(watching) as rounds:
        async with display.shown():
            first = await anext(rounds)
        _count(first, options)
        entries = {
            each.name: first.manifest.resources[each.name] for each in request.plan.resources
        }
        tell_what_is_missing(entries, can_go_on=display.can_go_on)
        if options.json:
            _say_line(first)
        elif not options.quiet:
            tell(entries, request.out, attempts, options.clock.now() - started)
        if not is_complete(entries):
            return FAILED
        if options.once:
            last = await anext(rounds)
            code = _tell_once(last, options)
            if code == COMPLETE and not (options.quiet or options.json):
                tell_next_steps(last.manifest.resources, request.out)
            return code
        if not options.quiet:
            note(
                f"Looking for changes every {span(options.every)}, for {request.out}/*"
                f".changes{_ending(entries)}. Stop it with Ctrl-C."
            )
        with only_errors_logged() if options.quiet else contextlib.nullcontext():
            await _tell_until_interrupted(rounds, options)
    if not options.quiet:
        note(_stopped(entries))
    return COMPLETE


def _ending(entries: Mapping[str, ResourceEntry]) -> str:
    """Of the files of changes that are made to be opened, such as ".csv.gz"."""
    files = [entry for entry in entries.values() if entry.file and entry.format != Format.JSONL]
    return "".join(Path(str(files[0].file)).suffixes) if files else ".jsonl"


async def _tell_until_interrupted(
    rounds: AsyncGenerator[Round, None], options: ExportOptions
) -> None:
    told = options.clock.now()
    with interruption() as interrupted:
        try:
            async for each in rounds:
                _count(each, options)
                _tell(each, options)
                if each.total or each.errors:
                    told = options.clock.now()
                elif options.clock.now() - told >= _SIGN_OF_LIFE and not options.quiet:
                    told = options.clock.now()
                    note(f"{_time(each)}  no changes; still looking every {span(options.every)}")
        except asyncio.CancelledError:
            # To be interrupted is how a watch is meant to end.
            task = asyncio.current_task()
            if task is None or not interrupted.is_set():
                raise
            task.uncancel()


@contextlib.contextmanager
def interruption() -> Iterator[asyncio.Event]:
    """Set by Ctrl-C or SIGTERM, which also cancel what is under way."""
    interrupted = asyncio.Event()
    task = asyncio.current_task()

    def interrupt() -> None:
        interrupted.set()
        if task is not None:
            task.cancel()

    with on_ending_signals(interrupt):
        yield interrupted


_SIGN_OF_LIFE = 3600.0
"""Seconds; who looks after it may think that a silent watch has died."""


def _count(round: Round, options: ExportOptions) -> None:
    if options.metrics is not None:
        options.metrics.on_round(round)


def _tell_once(round: Round, options: ExportOptions) -> int:
    """What the one look brought; the exit code."""
    _tell(round, options, once=True)
    if round.errors:
        return FAILED
    if not (round.total or options.quiet or options.json):
        say(f"{_time(round)}  up to date: no changes")
    return COMPLETE


def _tell(round: Round, options: ExportOptions, *, once: bool = False) -> None:
    again = "; run the same command again" if once else f"; tried again in {span(options.every)}"
    for name, error in round.errors.items():
        complain(f"{name}: {error}{'' if once and name in round.lasting else again}")
    if options.json:
        _say_line(round)
    elif round.total and not options.quiet:
        counts = ", ".join(f"{name} {count:,}" for name, count in round.changes.items() if count)
        say(f"{_time(round)}  {several(round.total, 'change')}: {counts}")
        for name, ids in round.gone.items():
            say(f"  deleted of {name}: {', '.join(ids)}")


def _say_line(round: Round) -> None:
    data = {
        "round": round.number,
        "started": _time(round),
        "complete": round.manifest.complete,
        "changes": round.changes,
        "gone": round.gone,
        "errors": round.errors,
    }
    say_json_line(data)


def _time(round: Round) -> str:
    return text_in_seconds(round.started)


def _stopped(entries: Mapping[str, ResourceEntry]) -> str:
    rounds = [entry.changes.last_round for entry in entries.values() if entry.changes is not None]
    last = min((each for each in rounds if each is not None), default=None)
    told = "" if last is None else f" after a look at {last}"
    return f"Stopped{told}; the same command goes on."

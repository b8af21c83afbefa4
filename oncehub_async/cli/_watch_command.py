"""`oncehub export --watch`: an export that is kept current until it is interrupted."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import aclosing
from pathlib import Path

from .._ground import text_in_seconds
from ..export import Format, ResourceEntry, Round, watch_export
from . import COMPLETE, FAILED
from ._export_command import (
    Attempts,
    ExportRequest,
    client,
    is_complete,
    plan_of,
    tell,
    tell_next_steps,
    tell_what_is_missing,
)
from ._export_display import Display, only_errors_logged
from ._output import complain, note, say, say_json_line, several, span


async def watch_account(request: ExportRequest) -> int:
    """Export, and tell what changes after that."""
    plan = plan_of(request)
    attempts = Attempts()
    display = Display(request.quiet)
    oncehub = client(request, attempts)
    watching = watch_export(
        oncehub,
        plan,
        request.out,
        every=request.every,
        format=request.format,
        compression=request.compression,
        overwrite=request.overwrite,
        on_progress=display.update,
    )
    started = request.clock.now()
    async with oncehub, aclosing(watching) as rounds:
        async with display.shown():
            first = await anext(rounds)
        entries = {each.name: first.manifest.resources[each.name] for each in plan.resources}
        tell_what_is_missing(entries)
        if request.json:
            _say_line(first)
        elif not request.quiet:
            tell(entries, request.out, attempts, request.clock.now() - started)
        if not is_complete(entries):
            return FAILED
        if request.once:
            last = await anext(rounds)
            code = _tell_once(last, request)
            if code == COMPLETE and not (request.quiet or request.json):
                tell_next_steps(last.manifest.resources, request.out)
            return code
        if not request.quiet:
            note(
                f"Looking for changes every {span(request.every)}, for {request.out}/*"
                f".changes{_ending(entries)}. Stop it with Ctrl-C."
            )
        with only_errors_logged() if request.quiet else contextlib.nullcontext():
            await _tell_until_interrupted(rounds, request)
    if not request.quiet:
        note(_stopped(entries))
    return COMPLETE


def _ending(entries: Mapping[str, ResourceEntry]) -> str:
    """Of the files of changes that are made to be opened, such as ".csv.gz"."""
    files = [entry for entry in entries.values() if entry.file and entry.format != Format.JSONL]
    return "".join(Path(str(files[0].file)).suffixes) if files else ".jsonl"


async def _tell_until_interrupted(
    rounds: AsyncGenerator[Round, None], request: ExportRequest
) -> None:
    told = request.clock.now()
    with interruption() as interrupted:
        try:
            async for each in rounds:
                _tell(each, request)
                if each.total or each.errors:
                    told = request.clock.now()
                elif request.clock.now() - told >= _SIGN_OF_LIFE and not request.quiet:
                    told = request.clock.now()
                    note(f"{_time(each)}  no changes; still looking every {span(request.every)}")
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
    loop, task = asyncio.get_running_loop(), asyncio.current_task()

    def interrupt() -> None:
        interrupted.set()
        if task is not None:
            task.cancel()

    handled = []
    # Where loops have no signal handlers (Windows), it ends as an interruption.
    with contextlib.suppress(NotImplementedError):
        for each in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(each, interrupt)
            handled.append(each)
    try:
        yield interrupted
    finally:
        for each in handled:
            loop.remove_signal_handler(each)


_SIGN_OF_LIFE = 3600.0
"""Seconds; who looks after it may think that a silent watch has died."""


def _tell_once(round: Round, request: ExportRequest) -> int:
    """What the one look brought; the exit code."""
    _tell(round, request, again="run the same command again")
    if round.errors:
        return FAILED
    if not (round.total or request.quiet or request.json):
        say(f"{_time(round)}  up to date: no changes")
    return COMPLETE


def _tell(round: Round, request: ExportRequest, again: str = "") -> None:
    again = again or f"tried again in {span(request.every)}"
    for name, error in round.errors.items():
        complain(f"{name}: {error}; {again}")
    if request.json:
        _say_line(round)
    elif round.total and not request.quiet:
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

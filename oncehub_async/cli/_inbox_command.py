"""`oncehub inbox`: what a receiver's SQLite file holds."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from .._ground import DAY, LATEST, checks, from_unix, load_json, time_text
from ..errors import InvalidParameterError
from ..webhooks import MAX_SKEW, RETRY_WINDOW, InboxEntry, State, opened_inbox
from . import COMPLETE, NOT_THERE
from ._output import complain, say, say_block, say_json, say_table, several

app = App(name="inbox", help="Look into the file in which a receiver keeps its events.")

_UNFINISHED = (State.PENDING, State.RUNNING, State.FAILED, State.DEAD)
File = Annotated[Path, Parameter(alias="-f")]


@app.command(name="list")
def list_(
    *,
    file: File = Path("inbox.db"),
    state: State | None = None,
    limit: int = 50,
    json: bool = False,
) -> int:
    """List work that is not done, the newest first, and count all.

    For example: oncehub inbox list --state dead.

    Parameters
    ----------
    file
        The inbox's file.
    state
        Only work in this state; "done" too.
    limit
        How many lines at most.
    json
        Print JSON.
    """
    checks.whole_number(limit, "limit", 1)
    with opened_inbox(file) as inbox:
        counts = inbox.counts()
        entries = inbox.entries(_UNFINISHED if state is None else (state,), limit)
    if json:
        say_json(
            {
                "counts": {str(state): count for state, count in counts.items()},
                "work": [_as_dict(entry) for entry in entries],
            }
        )
        return COMPLETE
    if entries:
        _print_table(entries)
    say(", ".join(f"{counts.get(each, 0):,} {each}" for each in State))
    return COMPLETE


@app.command
def show(
    event: str, *, file: File = Path("inbox.db"), body: bool = False, json: bool = False
) -> int:
    """Show an event: what became of it, and the last errors.

    For example: oncehub inbox show EVNT-8K2LQ9X --body.

    Parameters
    ----------
    event
        The event's id, such as EVNT-8K2LQ9X.
    file
        The inbox's file.
    body
        Print what OnceHub sent, too; it is about people.
    json
        Print JSON.
    """
    with opened_inbox(file) as inbox:
        sent, entries = inbox.event(event)
    if json:
        told: dict[str, Any] = {"work": [_as_dict(entry) for entry in entries]}
        say_json(told | ({"event": load_json(sent)} if body else {"id": event}))
        return COMPLETE
    if entries:
        _print_table(entries)
    else:
        say(f"{event}: no handler asked for it")
    for entry in entries:
        if entry.error:
            say("", f"{entry.handler}, attempt {entry.attempts}:")
            say_block(entry.error)
    if body:
        say_json(load_json(sent))
    return COMPLETE


@app.command
def retry(
    *events: str, file: File = Path("inbox.db"), all: bool = False, handler: str | None = None
) -> int:
    """Have dead letters handled again; a running receiver takes them up within a second.

    Exit codes: 0 all that was named will be handled again (or, with --all, there were no dead
    letters), 1 failed, 2 wrong usage, 3 some of what was named is no dead letter.

    For example: oncehub inbox retry EVNT-8K2LQ9X, oncehub inbox retry --all --handler welcome.

    Parameters
    ----------
    events
        The ids of the events.
    file
        The inbox's file.
    all
        All dead letters.
    handler
        Only the work of this handler.
    """
    if bool(events) == all:
        raise InvalidParameterError("events", "name events, or --all for all dead letters")
    with opened_inbox(file) as inbox:
        told = [_why_not(each, inbox.event(each)[1], handler) for each in events]
        count = inbox.retry(events, handler)
    refused = [each for each in told if each is not None]
    for each in refused:
        complain(each)
    say(f"{several(count, 'dead letter')} will be handled again")
    in_vain = refused or (handler is not None and not count)
    return NOT_THERE if in_vain else COMPLETE


def _why_not(event: str, work: Sequence[InboxEntry], handler: str | None) -> str | None:
    """What became of an event that has no dead letter (of the handler); None where it has one."""
    theirs = [each for each in work if handler in (None, each.handler)]
    if any(each.state is State.DEAD for each in theirs):
        return None
    states = ", ".join(f"{each.state} for {each.handler}" for each in theirs)
    return f"{event} is no dead letter: {states or 'no such handler asked for it'}"


@app.command
def purge(
    *,
    file: File = Path("inbox.db"),
    older_than: float | None = None,
    dead: bool = False,
    waiting_for: str | None = None,
) -> int:
    """Delete what is not needed any more. (A running receiver purges by itself what is old.)

    Exit codes: 0 none of it is left, 1 failed, 2 wrong usage, 3 nothing waited for the handler
    that was named.

    For example: oncehub inbox purge --older-than 30.

    Parameters
    ----------
    file
        The inbox's file.
    older_than
        Events that are done and came more than so many days ago; 4 at least, for younger ones
        could be replayed.
    dead
        Dead letters.
    waiting_for
        Work that waits for a handler of this name, which there is no more.
    """
    if older_than is None and not dead and waiting_for is None:
        raise InvalidParameterError("purge", "say what: --older-than DAYS, --dead or --waiting-for")
    if older_than is not None and not older_than * DAY > RETRY_WINDOW + MAX_SKEW:
        raise InvalidParameterError(
            "older_than", "expected at least 4 days: an event that is forgotten can be replayed"
        )
    code = COMPLETE
    with opened_inbox(file) as inbox:
        if dead:
            say(f"{several(inbox.drop_dead(), 'dead letter')} deleted")
        if waiting_for is not None:
            count = inbox.drop_waiting(waiting_for)
            say(f"{several(count, 'event')} no longer waiting for {waiting_for}")
            code = COMPLETE if count else NOT_THERE
        if older_than is not None:
            say(f"{several(inbox.drop_done(older_than * DAY), 'old event')} deleted")
    return code


def _print_table(entries: list[InboxEntry]) -> None:
    say_table(
        ("event", "type", "about", "handler", "state", "attempts", "received", "next"),
        (
            (
                each.event_id,
                each.type,
                each.subject,
                each.handler,
                str(each.state),
                each.attempts,
                _clock(each.received),
                _clock(each.due),
            )
            for each in entries
        ),
    )


def _as_dict(entry: InboxEntry) -> dict[str, Any]:
    return {
        "event": entry.event_id,
        "type": entry.type,
        "subject": entry.subject,
        "handler": entry.handler,
        "state": entry.state,
        "attempts": entry.attempts,
        "received": _time(entry.received),
        "due": _time(entry.due),
        "finished": _time(entry.finished),
        "error": entry.error,
    }


def _time(seconds: float | None) -> str | None:
    return None if seconds is None else time_text(_moment(seconds))


def _clock(seconds: float | None) -> str:
    return "" if seconds is None else f"{_moment(seconds):%Y-%m-%d %H:%M:%S}"


def _moment(seconds: float) -> datetime:
    """The moment, or the last one there is: a handler may ask for any."""
    return from_unix(seconds) or LATEST

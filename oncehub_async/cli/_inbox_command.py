"""`oncehub inbox`: what a receiver's inbox holds."""

import time
from typing import Any

from attrs import asdict
from cyclopts import App

from .._ground import DAY, checks, load_json
from ..errors import InvalidParameterError
from ..webhooks import MAX_SKEW, RETRY_WINDOW, Selection, State, opened_inbox
from . import COMPLETE, NOT_THERE
from ._inbox_entries import DEFAULT_INBOX, InboxOption, as_dict, no_such_event, print_entries
from ._inbox_retry import retry
from ._output import complain, say, say_block, say_json, several
from ._terminal_table import say_table

app = App(name="inbox", help="Look into the inbox in which a receiver keeps its events.")
app.command(retry)

_UNFINISHED = (State.PENDING, State.RUNNING, State.FAILED, State.DEAD)


@app.command(name="list")
async def list_(
    *,
    file: InboxOption = DEFAULT_INBOX,
    state: State | None = None,
    limit: int = 50,
    json: bool = False,
) -> int:
    """List work that is not done, the newest first, and count all.

    For example: oncehub inbox list --state dead.

    Parameters
    ----------
    file
        The inbox's file, or its postgresql://... address (add ?schema=NAME where it has one).
    state
        Only work in this state; "done" too.
    limit
        How many lines at most.
    json
        Print JSON.
    """
    checks.whole_number(limit, "limit", 1)
    async with opened_inbox(file) as inbox:
        counts = await inbox.counts()
        states = _UNFINISHED if state is None else (state,)
        entries = await inbox.entries(Selection(states=states), limit)
    if json:
        say_json(
            {
                "counts": {str(state): count for state, count in counts.items()},
                "work": [as_dict(entry) for entry in entries],
            }
        )
        return COMPLETE
    if entries:
        print_entries(entries)
    say(", ".join(f"{counts.get(each, 0):,} {each}" for each in State))
    return COMPLETE


@app.command
async def show(
    event: str, *, file: InboxOption = DEFAULT_INBOX, body: bool = False, json: bool = False
) -> int:
    """Show an event: what became of it, and the last errors.

    Exit codes: 0 done, 1 failed, 2 wrong usage, 3 the inbox has no such event.

    For example: oncehub inbox show EVNT-8K2LQ9X --body.

    Parameters
    ----------
    event
        The event's id, such as EVNT-8K2LQ9X.
    file
        The inbox's file, or its postgresql://... address (add ?schema=NAME where it has one).
    body
        Print what OnceHub sent, too; it is about people.
    json
        Print JSON.
    """
    async with opened_inbox(file) as inbox:
        kept = await inbox.event(event)
        entries = await inbox.entries(Selection(states=State, events=event))
    if kept is None:
        complain(no_such_event(event))
        return NOT_THERE
    sent = kept.body
    if json:
        told: dict[str, Any] = {"work": [as_dict(entry) for entry in entries]}
        say_json(told | ({"event": load_json(sent)} if body else {"id": event}))
        return COMPLETE
    if entries:
        print_entries(entries)
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
async def handlers(*, file: InboxOption = DEFAULT_INBOX, json: bool = False) -> int:
    """List the handlers that the inbox knows: what they ask for, whether a process has them.

    For example: oncehub inbox handlers --file inbox.db.

    Parameters
    ----------
    file
        The inbox's file, or its postgresql://... address (add ?schema=NAME where it has one).
    json
        Print JSON.
    """
    async with opened_inbox(file) as inbox:
        known = await inbox.handlers()
    if json:
        say_json([{**asdict(each), "types": sorted(each.types or ())} for each in known])
        return COMPLETE
    rows = (
        (
            each.name,
            ", ".join(sorted(each.types or ())),
            "yes" if each.is_there else "no",
            each.waiting,
        )
        for each in known
    )
    say_table(("handler", "asks for", "runs", "waiting"), rows)
    return COMPLETE


@app.command
async def purge(
    *,
    file: InboxOption = DEFAULT_INBOX,
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
        The inbox's file, or its postgresql://... address (add ?schema=NAME where it has one).
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
    async with opened_inbox(file) as inbox:
        if dead:
            count = await inbox.drop(Selection(states=State.DEAD))
            say(
                f"{several(count, 'dead letter')} deleted" if count else "there are no dead letters"
            )
        if waiting_for is not None:
            waits = Selection(states=[State.PENDING, State.FAILED], handler=waiting_for)
            count = await inbox.drop(waits)
            told = f"{several(count, 'event')} no longer waiting for {waiting_for}"
            say(told if count else f"no event waits for {waiting_for}")
            code = COMPLETE if count else NOT_THERE
        if older_than is not None:
            now = time.time()
            count = await inbox.forget(now - older_than * DAY, now)
            say(f"{several(count, 'old event')} deleted" if count else "no event is that old")
    return code

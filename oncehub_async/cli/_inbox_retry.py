"""`oncehub inbox retry`: having work done again."""

import time as clock
from collections.abc import Iterable, Mapping, Sequence

from .._ground import did_you_mean
from ..errors import InvalidParameterError
from ..models import EventName
from ..webhooks import InspectedInbox, Selection, State, opened_inbox
from . import COMPLETE, NOT_THERE
from ._inbox_entries import DEFAULT_INBOX, InboxOption, no_such_event, print_entries
from ._moments import past_moment, written_moment
from ._output import complain, note, say, several

_SHOWN = 20
_TYPES = (*EventName, "conversation", "*")
_NOUNS: dict[State | None, str] = {
    State.DEAD: "dead letter",
    State.FAILED: "failed event",
    State.DONE: "done event",
    None: "past event",
}


_REMEDIES: dict[State | None, str] = {
    State.DONE: "--again does it again",
    State.FAILED: "--failed has it tried now",
}


async def retry(
    *events: str,
    file: InboxOption = DEFAULT_INBOX,
    all: bool = False,
    failed: bool = False,
    again: bool = False,
    past: bool = False,
    handler: str | None = None,
    type: Sequence[str] = (),
    since: str | None = None,
    until: str | None = None,
    unlisted: bool = False,
    dry_run: bool = False,
    yes: bool = False,
) -> int:
    """Have work done again; a running receiver takes it up within a second.

    Dead letters, those of the events that are named or --all, and what failed and would be tried
    again later, --failed, are due at once. What was done, --again, and what a handler never got,
    --past, is shown first, and due with --yes.

    For example: oncehub inbox retry --failed --handler crm:upsert, or
    oncehub inbox retry --again --type booking.canceled --since 7d.

    Exit codes: 0 all that was named will be handled again (or, with --all or --failed, there was
    nothing), 1 failed, 2 wrong usage, 3 some of what was named is not there, or is nothing to be
    done again.

    Parameters
    ----------
    events
        The ids of the events.
    file
        The inbox's file, or its postgresql://... address (add ?schema=NAME where it has one).
    all
        All dead letters.
    failed
        What failed and waits to be tried again.
    again
        What is done. Handlers are told: context.is_replay, and context.is_superseded where a newer
        event of the booking was handled.
    past
        Events that --handler never got, because it was added or mended after they came.
    handler
        Only the work of this handler.
    type
        Only events of this type; "booking" and "conversation" stand for many. May be repeated.
    since
        Only events that were received since then: 2026-01-31, 7d, 12h, yesterday, ...
    until
        Only events that were received before then.
    unlisted
        The types may be such as this version doesn't know.
    dry_run
        Only show what would be done again.
    yes
        Don't only show it.
    """
    if not (events or all or failed or again or past) or (events and all):
        raise InvalidParameterError(
            "events", "name events, or --all for all dead letters, --failed, --again or --past"
        )
    if past and handler is None:
        raise InvalidParameterError("past", "name the handler that never got them: --handler NAME")
    if dry_run and yes:
        raise InvalidParameterError("yes", "does what --dry-run only shows; give one of the two")
    for each in type:
        if not unlisted and each not in _TYPES:
            raise InvalidParameterError(
                "type",
                f"{each!r} is no event type; {did_you_mean(each, _TYPES)} (--unlisted insists)",
            )
    kinds = {State.DEAD: bool(events) or all, State.FAILED: failed, State.DONE: again}
    selection = Selection(
        states=[state for state, is_meant in kinds.items() if is_meant],
        missing=past,
        events=events or None,
        handler=handler,
        types=type or None,
        since=None if since is None else past_moment(since, "since"),
        until=None if until is None else written_moment(until, "until"),
    )
    shows = dry_run or ((again or past) and not yes)
    async with opened_inbox(file) as inbox:
        if past or (again and handler is not None):
            await _refuse_unknown(inbox, handler or "")
        reasons = [await _why_not(inbox, each, selection) for each in events]
        chosen = await inbox.tally(selection)
        if shows:
            print_entries(await inbox.entries(selection, _SHOWN))
        else:
            await inbox.redo(selection, clock.time())
    refused = [each for each in reasons if each is not None]
    for each in refused:
        complain(each)
    count = sum(chosen.values())
    if shows and count > _SHOWN:
        say(f"... and {count - _SHOWN:,} more")
    say(f"{_told(chosen, selection)} {'would' if shows else 'will'} be handled again")
    if shows and not dry_run and count:
        note("nothing has been changed; --yes has it done")
    in_vain = refused or ((again or past or handler is not None) and not count)
    return NOT_THERE if in_vain else COMPLETE


def _told(chosen: Mapping[tuple[str, State | None], int], selection: Selection) -> str:
    """How much of what: "2 dead letters, 1 done event"."""
    meant: Iterable[State | None] = [*selection.states, *([None] if selection.missing else [])]
    counts = {
        state: sum(count for (_, each), count in chosen.items() if each == state)
        for state in _NOUNS
        if state in meant
    }
    some = {state: count for state, count in counts.items() if count}
    return ", ".join(
        several(count, _NOUNS[state])
        for state, count in (some or dict([next(iter(counts.items()))])).items()
    )


async def _refuse_unknown(inbox: InspectedInbox, handler: str) -> None:
    known = [each.name for each in await inbox.handlers()]
    if handler not in known:
        raise InvalidParameterError(
            "handler",
            f"the inbox knows no handler {handler!r}; {did_you_mean(handler, known)} "
            "(its receiver has to have run once)",
        )


async def _why_not(inbox: InspectedInbox, event: str, selection: Selection) -> str | None:
    """Why nothing of an event that was named is done again; None where something is."""
    if await inbox.event(event) is None:
        return no_such_event(event)
    work = await inbox.entries(Selection(states=State, events=event))
    theirs = [each for each in work if selection.handler in (None, each.handler)]
    if any(each.state in selection.states for each in theirs):
        return None
    if selection.missing and not theirs:
        return None
    states = ", ".join(f"{each.state} for {each.handler}" for each in theirs)
    remedies = {each.state: _REMEDIES[each.state] for each in theirs if each.state in _REMEDIES}
    told = states or "no such handler asked for it"
    return "; ".join((f"{event} is no dead letter: {told}", *remedies.values()))

"""What an inbox holds, as the command line shows it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from cyclopts import Parameter

from .._ground import LATEST, from_unix, time_text
from ..webhooks import InboxEntry
from ._terminal_table import say_table

InboxOption = Annotated[str, Parameter(alias=("-f", "--inbox"))]
DEFAULT_INBOX = "inbox.db"


def print_entries(entries: Sequence[InboxEntry]) -> None:
    """A table of work."""
    say_table(
        ("event", "type", "about", "handler", "state", "attempts", "received", "next"),
        (
            (
                each.event_id,
                each.type,
                each.subject,
                each.handler,
                str(each.state or "never given"),
                each.attempts,
                _clock(each.received),
                _clock(each.due),
            )
            for each in entries
        ),
    )


def as_dict(entry: InboxEntry) -> dict[str, Any]:
    """Work as JSON data."""
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


def no_such_event(id: str) -> str:
    """What is said of an id that isn't there."""
    return f"the inbox has no event {id!r}"

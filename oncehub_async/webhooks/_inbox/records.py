"""What an inbox keeps and hands out. All times are Unix seconds."""

from collections.abc import Iterable, Mapping
from enum import StrEnum

import attrs

AT_ONCE = 0.0
"""When work is due that waits for no moment; so a clock that steps back doesn't hold it up."""


class State(StrEnum):
    """How far the work of one handler for one event has come."""

    PENDING = "pending"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    """It failed, and will be tried again."""
    DEAD = "dead"
    """It failed for good; kept with its last error."""


@attrs.frozen(kw_only=True, repr=False)
class StoredEvent:
    """An event as an inbox keeps it. Times are Unix seconds."""

    id: str
    type: str
    subject: str
    """What it is about; events of one subject are handled one after the other."""
    creation_time: float
    """When it happened, or when it arrived if it doesn't say."""
    received: float
    body: bytes
    same_as: str | None = None
    """The id of an event that says the same: of the two, an inbox takes what comes first. It is
    asked for when an event is put, and not kept."""
    trace_context: str | None = None
    """Where the delivery stands in its trace, so that handlers in any process go on with that: W3C
    traceparent, and after a space tracestate, if there is one. None without tracing."""
    signed: float | None = None
    """When OnceHub signed it, by its own clock; None where it did not. It is not kept with it:
    see `TimekeepingInbox`."""

    def __repr__(self) -> str:
        return f"StoredEvent(id={self.id!r}, type={self.type!r})"


@attrs.frozen(kw_only=True)
class KnownTime:
    """What an inbox knows of the time of day, in Unix seconds; None where it knows nothing.

    - `purged`: what was taken for the present when it was purged last.
    - `vouched`: when the newest delivery was signed, to the hour: the present is no earlier.
    - `received`: when the newest event came, by the clock of whoever took it.
    """

    purged: float | None = None
    vouched: float | None = None
    received: float | None = None

    @property
    def least(self) -> float | None:
        """What the present is no earlier than, unless the clock was wrong before, too."""
        known = [each for each in (self.purged, self.vouched) if each is not None]
        return max(known) if known else self.received

    def forgettable(self, before: float, needed: float) -> float:
        """Until when what was received may be forgotten by hand, where `before` was asked for and
        replays need what is `needed` seconds old: whoever asks has a clock that may be wrong.
        """
        known = [each - needed for each in (self.purged, self.vouched) if each is not None]
        return min(before, max(known)) if known else before


@attrs.frozen
class Work:
    """One handler's claimed work for one event.

    - `attempt`: how often it was begun, this time included. What was released is among them only
      if it had begun.
    - `failures`: how many of those failed.
    - `crashes`: during how many of those whoever had claimed it died while nothing else ran.
    - `error`: with what it failed last.
    - `superseded`: whether this handler is done with an event of the same subject that happened
      later (of the same moment: arrived later), though that may be forgotten by now.
    - `replay`: whether it was asked for by `redo`, once it was done, dead or never there.
    """

    event_id: str
    handler: str
    attempt: int
    failures: int = 0
    crashes: int = 0
    error: str | None = attrs.field(default=None, repr=False)
    superseded: bool = False
    replay: bool = False


@attrs.frozen
class Claim:
    """An event with the work for it that was claimed, in the order of the handlers.

    `alone`: it ran when a process died, and is to run with nothing beside it.
    """

    event: StoredEvent
    work: tuple[Work, ...]
    alone: bool = False


@attrs.frozen(kw_only=True)
class Outcome:
    """What became of an attempt: `due` (Unix seconds) where it failed and is to be tried again."""

    state: State
    due: float | None = None
    error: str | None = attrs.field(default=None, repr=False)


def _frozen(types: Iterable[str]) -> frozenset[str]:
    return frozenset(types)


@attrs.frozen
class Subscription:
    """A handler's name, and the event types that it asks for ("booking", "*" for many)."""

    handler: str
    types: frozenset[str] = attrs.field(converter=_frozen)


@attrs.frozen(kw_only=True)
class Deployment:
    """Who shares an inbox, as `register` finds it, and what it did about it. By handler:

    - `others`: those that other living processes have, and this one hasn't.
    - `orphaned`: how much unfinished work waits for those that no living process has.
    - `released`: how much waiting work was deleted, since no process has the handler ask for
      events of its type any more.
    - `caught_up`: how many events were given to those that had been away for a short while.
    - `away`: since when those had been that came back after a longer while; what others accepted
      meanwhile is not given to them.
    """

    others: frozenset[str] = frozenset()
    orphaned: Mapping[str, int] = attrs.Factory(dict)
    released: Mapping[str, int] = attrs.Factory(dict)
    caught_up: Mapping[str, int] = attrs.Factory(dict)
    away: Mapping[str, float] = attrs.Factory(dict)

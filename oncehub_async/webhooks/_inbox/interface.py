"""What an inbox is: where events are safe, and the work that waits for each handler.

Nothing here assumes that one process does it all: several may put, and several may claim.
"""

import inspect
from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from typing import Protocol

import attrs

from ...errors import ConfigurationError

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

    def __repr__(self) -> str:
        return f"StoredEvent(id={self.id!r}, type={self.type!r})"


@attrs.frozen
class Work:
    """One handler's claimed work for one event.

    - `attempt`: how often it was begun, this time included. What was released is among them only
      if it had begun.
    - `failures`: how many of those failed.
    - `crashes`: during how many of those whoever had claimed it died while nothing else ran.
    - `error`: with what it failed last.
    """

    event_id: str
    handler: str
    attempt: int
    failures: int = 0
    crashes: int = 0
    error: str | None = attrs.field(default=None, repr=False)


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


class Inbox(Protocol):
    """Keeps events, and hands out work.

    Every method but `close` raises `InboxError` when it can't do its work now; nothing of it has
    happened then, and it may be tried again. The receiver opens and closes it, several times
    perhaps.
    """

    @property
    def memory(self) -> float:
        """For how many seconds at least it knows an event again, crashes included; 0: for none."""
        ...

    async def open(self, *, needed: float = 0.0) -> None:
        """Get ready. For `needed` seconds events have to be known again, or replays pass."""
        ...

    async def close(self) -> None:
        """Let go of everything; what is still claimed can be claimed by others."""
        ...

    async def put(self, event: StoredEvent, handlers: Sequence[str]) -> bool:
        """Keep an event with pending work for these handlers, in their order.

        When this returns, the event is safe. False: an event of that id was there before, and
        nothing changed.
        """
        ...

    async def digest(self, event_id: str) -> bytes | None:
        """The SHA-256 of the body that is kept, or was, under an id; None if it isn't known."""
        ...

    async def claim(
        self,
        limit: int,
        handlers: Collection[str],
        now: float,
        *,
        idle: bool = True,
        rooms: Mapping[str, int] | None = None,
    ) -> Sequence[Claim]:
        """Take work that is due, of at most `limit` events, for these handlers only.

        `rooms`: of a handler that it names, no more than so much; others get what they are due.

        It is this inbox's alone until it is settled or released, or until the inbox is closed or
        its process has died: then it is due again. How an implementation tells is its own affair,
        but two that live never hold the same work.

        Of one subject only one event is claimed at a time. Work isn't claimed while the same
        handler has unfinished work for an event of that subject that happened before (of the same
        moment: arrived before). Each claim counts as an attempt.

        Of what one that died had claimed of an event, only the first in the handlers' order had
        begun. It is suspected until it is settled: nothing else is given out while such work is
        due, to who is not `idle` nothing at all, to who is, one such work `alone`. Only if it is
        left again then, that counts as a crash: so one that kills its process doesn't take the
        blame for others, nor they for it. What waits costs a claim nothing.
        """
        ...

    async def settle(self, work: Work, outcome: Outcome, now: float) -> bool:
        """Write down what became of an attempt. False: the work was no longer this inbox's."""
        ...

    async def release(self, work: Work, *, began: bool) -> None:
        """Give work back, without a failure. Unless it `began`, the attempt doesn't count."""
        ...

    async def waiting(self) -> dict[str, int]:
        """How much unfinished work each handler has."""
        ...

    async def counts(self) -> dict[State, int]:
        """How much work there is in each state."""
        ...

    async def purge(self, handlers: Collection[str], now: float) -> int:
        """Forget what was kept long enough; how many events that were.

        Unfinished work of `handlers`, those that there are, is never forgotten, however old.
        Some may be left for the next time, so as not to hold up others.
        """
        ...


_METHODS = tuple(
    name
    for name, value in vars(Inbox).items()
    if inspect.isfunction(value) and not name.startswith("_")
)


def checked_inbox(inbox: Inbox) -> Inbox:
    """The inbox. Raises `ConfigurationError` for what is none, naming what it lacks."""
    lacking = [name for name in _METHODS if not callable(getattr(inbox, name, None))]
    if not lacking and not isinstance(inbox, type):
        return inbox
    named = inbox.__name__ if isinstance(inbox, type) else type(inbox).__name__
    without = f" without {lacking[0]}()" if 0 < len(lacking) < len(_METHODS) else ""
    raise ConfigurationError(
        f"inbox: expected an Inbox, such as SQLiteInbox('inbox.db'), got {named}{without}"
    )

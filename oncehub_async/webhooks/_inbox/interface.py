"""What an inbox is: where events are safe, and the work that waits for each handler.

Three roles: who accepts deliveries, who runs handlers, and who looks into it and repairs. Nothing
here assumes that one process does it all, or that all are on one host.

Whoever writes an inbox of his own runs the tests of `oncehub_async.testing.InboxContract` on it.
"""

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Protocol, runtime_checkable

from ...errors import ConfigurationError
from .records import Claim, Deployment, KnownTime, Outcome, State, StoredEvent, Subscription, Work
from .selection import InboxEntry, InboxHandler, Selection

FOR_LIFE = math.inf
"""The lease of an inbox that is told when a process dies."""

BRIEFLY = 3_600.0
"""Seconds for which a handler may be away and still get, when it comes back, what came meanwhile:
a restart, or a deployment that was taken back; not one that was removed last month.
"""


class OpenedInbox(Protocol):
    """What all roles have. Every method but `close` raises `InboxError` when it can't do its work
    now; nothing of it has happened then, and it may be tried again.
    """

    async def open(self, *, needed: float = 0.0) -> None:
        """Get ready. For `needed` seconds events have to be known again, or replays pass."""
        ...

    async def close(self) -> None:
        """Let go of everything; what is still claimed can be claimed by others. It may be opened
        again.
        """
        ...

    async def waiting(self) -> dict[str, int]:
        """How much unfinished work each handler has."""
        ...

    async def oldest(self) -> dict[str, float]:
        """When the event came (Unix seconds) that came first of each handler's unfinished work."""
        ...

    async def counts(self) -> dict[State, int]:
        """How much work there is in each state."""
        ...


class AcceptingInbox(OpenedInbox, Protocol):
    """For who takes deliveries."""

    @property
    def memory(self) -> float:
        """For how many seconds at least it knows an event again, crashes included; 0: for none."""
        ...

    async def put(self, event: StoredEvent, handlers: Sequence[str]) -> bool:
        """Keep an event with pending work for these handlers, in their order.

        After them come the handlers that other living processes have registered for its type, so
        that whichever process accepts it, nobody misses it.

        When this returns, the event is safe. False: an event of that id was there before, and
        nothing changed. Nor is an event new that says the `same_as` one that is there.
        """
        ...

    async def digest(self, event_id: str) -> bytes | None:
        """The SHA-256 of the body that is kept, or was, under an id; None if it isn't known."""
        ...


class ClaimingInbox(OpenedInbox, Protocol):
    """For who runs handlers.

    Times come from the caller, who adds `clock_offset` to its own clock.
    """

    @property
    def lease(self) -> float:
        """For how many seconds claimed work stays this inbox's without `renew`; `math.inf` if for
        as long as its process lives.
        """
        ...

    @property
    def clock_offset(self) -> float:
        """Seconds by which the inbox's own clock is ahead of this host's; 0 where it has none.

        Hosts whose clocks differ agree on when work is due by it. It may change with each `renew`.
        """
        ...

    async def register(self, subscriptions: Sequence[Subscription], now: float) -> Deployment:
        """Say which handlers this process runs, and find out who else does.

        Called after opening and every half minute; each time in place of the time before. Until
        it closes or dies, others' events get work for these handlers, too (see `put`). Work that
        waits for one of them and is of a type that no living process has it ask for is deleted.
        One that was away for at most an hour gets what was received meanwhile.

        What this process doesn't have a handler ask for is not given to it by `claim`: it may wait
        for another process that has.
        """
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

        It is this inbox's alone until it is settled or released, or until the inbox is closed, its
        process has died or its lease is over: then it is due again. How an implementation tells is
        its own affair, but two that live never hold the same work.

        Of one subject only one event is claimed at a time. Work isn't claimed while the same
        handler has unfinished work for an event of that subject that happened before (of the same
        moment: arrived before). Each claim counts as an attempt.

        The first work of each claim has begun with it; the others when `begin` says so. What had
        begun when its owner died is suspected until it is settled: nothing else is given out while
        such work is due, to who is not `idle` nothing at all, to who is, one such work `alone`.
        Only if it is left again then, that counts as a crash: so one that kills its process
        doesn't take the blame for others, nor they for it. What hadn't begun has not been
        attempted. What waits costs a claim nothing.
        """
        ...

    async def begin(self, work: Work) -> bool:
        """Claimed work begins now. False: it is no longer this inbox's, and must not."""
        ...

    async def renew(self, held: Collection[Work]) -> Collection[Work]:
        """Keep what is held for another lease; what of it is no longer this inbox's.

        Called every third of a lease, or every ten seconds.
        """
        ...

    async def settle(self, work: Work, outcome: Outcome, now: float) -> bool:
        """Write down what became of an attempt. False: the work was no longer this inbox's."""
        ...

    async def release(self, work: Work, *, began: bool) -> None:
        """Give work back, without a failure. Unless it `began`, the attempt doesn't count."""
        ...

    def on_news(self, wake: Callable[[], None] | None) -> None:
        """Call `wake` in the event loop, soon, whenever others may have made work due; None: no
        longer. What others do is looked for every second in any case: this is for who knows sooner.
        """
        ...

    async def purge(self, handlers: Collection[str], now: float) -> int:
        """Forget what was kept long enough; how many events that were.

        Unfinished work of `handlers`, and of those that any living process has registered, is never
        forgotten, however old.
        Some may be left for the next time, so as not to hold up others.
        """
        ...


class InspectedInbox(OpenedInbox, Protocol):
    """For who looks into it and repairs, beside those who use it."""

    async def entries(self, selection: Selection, limit: int | None = None) -> Sequence[InboxEntry]:
        """Work that is selected, `limit` at most, that of the event that came last first."""
        ...

    async def tally(self, selection: Selection) -> Mapping[tuple[str, State | None], int]:
        """How much work is selected, by handler and state (None: it never got the event)."""
        ...

    async def event(self, event_id: str) -> StoredEvent | None:
        """An event; None where it isn't known, or only its id."""
        ...

    async def received(
        self, since: float, *, after: str | None = None, limit: int = 500
    ) -> Sequence[StoredEvent]:
        """Events that were received at `since` (Unix seconds) or later, in the order in which they
        came; `limit` at most, of those that came after the event whose id is `after`, or of all
        where that one isn't known (any more).
        """
        ...

    async def handlers(self) -> Sequence[InboxHandler]:
        """The handlers that it knows, by name."""
        ...

    async def redo(self, selection: Selection, now: float) -> int:
        """Make selected work due now; how much that was. What runs is left alone.

        What is failed is tried sooner; its failures are counted anew. What is done or dead, or
        never was there, becomes a replay, its attempts counted anew. A replay takes its place in
        the order of its subject among what is unfinished; whether something newer is done, its
        `Work.superseded` tells.
        """
        ...

    async def drop(self, selection: Selection) -> int:
        """Delete selected work that doesn't run; how much that was. The events stay known."""
        ...

    async def rewrite(self, bodies: Mapping[str, bytes]) -> Collection[str]:
        """Put other bodies in the place of those of finished events, by id, as of people who are
        to be forgotten; the ids of those that have theirs now. The errors of their work go as well.

        Finished is what is done or dead for every handler. Nothing else is touched: its handlers
        are still to get what was sent. Nothing of the older bodies stays in the inbox's files, as
        far as it can see to that.
        """
        ...

    async def forget(self, received_before: float, now: float) -> int:
        """Delete events that are done and were received before; how many that were.

        Raises `InvalidParameterError` for what the receiver still needs to know replays by.
        """
        ...


class Inbox(AcceptingInbox, ClaimingInbox, InspectedInbox, Protocol):
    """Keeps events, and hands out work: all three roles. See `AcceptingInbox`, `ClaimingInbox` and
    `InspectedInbox`.
    """


@runtime_checkable
class TimekeepingInbox(Protocol):
    """What an inbox that outlives its process should have as well, and needn't: it remembers when
    it was, so that a process which begins with a clock that is far ahead forgets nothing.

    Its `put` keeps the latest `StoredEvent.signed`, at least when that is an hour later.
    """

    async def known_time(self) -> KnownTime:
        """What is known of the time. Raises `InboxError`."""
        ...

    async def keep_purge_time(self, moment: float) -> None:
        """It was purged, and `moment` (Unix seconds) was taken for the present. Raises
        `InboxError`.
        """
        ...


_ROLES = (OpenedInbox, AcceptingInbox, ClaimingInbox, InspectedInbox)
_METHODS = tuple(
    name
    for role in _ROLES
    for name, value in vars(role).items()
    if callable(value) and not name.startswith("_")
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

"""The time by which an inbox is purged: what a wrong clock says is forgotten can't be known again.

`LeastTime` is the rule; `PurgeTime` asks the clock and the inbox for what it goes by.
"""

import asyncio
from collections import deque

import attrs

from ..._ground import Clock
from .._inbox import Inbox, KnownTime, TimekeepingInbox


@attrs.define
class LeastTime:
    """The least that the time of day can be, by what was said of it in the last `trust` seconds.

    It goes on evenly from the least of that: who says later is believed once nobody has said
    otherwise for `trust` seconds, and by then no replay needs what is forgotten. All is in seconds;
    `even` is of a clock that nobody sets, and that stands still where no process runs.
    """

    trust: float
    _offsets: deque[tuple[float, float]] = attrs.field(factory=deque, init=False)
    """When something was said, and how far that was ahead of the even clock; the latter rises."""

    def says(self, even: float, moment: float) -> float:
        """Somebody says at `even` that it is `moment`; the least that it can be."""
        offset = moment - even
        while self._offsets and self._offsets[-1][1] >= offset:
            self._offsets.pop()
        self._offsets.append((even, offset))
        while even - self._offsets[0][0] > self.trust:
            self._offsets.popleft()
        return even + self._offsets[0][1]

    def proves(self, even: float, moment: float) -> float:
        """As `says`, of one who can't be ahead: whoever said that it is earlier was wrong."""
        self._offsets.clear()
        return self.says(even, moment)


class PurgeTime:
    """The time by which to purge, as clock, inbox and deliveries say it together.

    What the inbox kept when it was purged last says what time it is when a process begins: one
    whose clock is far ahead goes on from there. So does each delivery from when OnceHub signed it.
    """

    def __init__(self, inbox: Inbox, clock: Clock, trust: float) -> None:
        self._kept = inbox if isinstance(inbox, TimekeepingInbox) else None
        self._clock, self._rule = clock, LeastTime(trust)
        self._began: float | None = None
        self._known: KnownTime | None = None

    def look(self) -> None:
        """See what the clock says, before somebody sets it."""
        self._rule.says(self._even(), self._clock.now())

    async def now(self) -> float:
        """The least that it can be, in Unix seconds; ask now and then. Raises `InboxError`."""
        known = KnownTime() if self._kept is None else await self._kept.known_time()
        even = self._even()
        if self._known is None and known.least is not None:
            self._rule.says(even, known.least)
        elif self._known is not None and known.vouched not in (None, self._known.vouched):
            self._rule.proves(even, known.vouched)
        self._known = known
        return self._rule.says(even, self._clock.now())

    async def purged(self, moment: float) -> None:
        """It was purged by that moment. Raises `InboxError`."""
        if self._kept is None or self._known is None:
            return
        # A clock that was behind for a moment must not have all begin anew from there.
        is_sure = self._even() - (self._began or 0.0) > self._rule.trust
        before = self._known.purged
        if before is None or is_sure or moment > before:
            await self._kept.keep_purge_time(moment)

    def _even(self) -> float:
        even = self._clock.seconds(asyncio.get_running_loop().time())
        if self._began is None:
            self._began = even
        return even

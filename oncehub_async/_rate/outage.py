"""The time in which what processes share is out of reach of this one: it goes on alone, and tries.

What may leave meanwhile is `LoneShare`'s to say. Here it is said for how long that may be relied
on: whoever reaches what is shared again waits `SETTLING` for those who have not yet.
"""

import asyncio
from collections.abc import Callable, Coroutine
from math import inf

from .lone_share import LoneShare
from .permit_line import PermitLine
from .rate_budget import Priority
from .shared_messages import Told
from .shared_state import SETTLING

_EARLY = 0.001
"""Seconds by which a timer may be early."""
_FIRST_RETRY, _LONGEST_RETRY = 0.1, 0.5
"""Real seconds between two tries, and for which most of them wait for an answer."""
_PATIENT_TRY = 4
"""Each so manieth try waits as long as is usual: a server far away takes longer to connect to."""
_TRUSTED = SETTLING - 0.25
"""Real seconds after a question without answer in which requests may go on alone: however an
answer got lost, nobody goes alone beside those who are back."""

_CANCEL_AGAIN = 0.05
"""Seconds after which a task that was cancelled should have ended."""


class Outage:
    """Begins when a question gets no answer, and ends with an answer. In real seconds.

    `share`: what may leave; None where nothing was ever heard of what is shared.
    `let_go` lets the next request of a priority leave.
    """

    def __init__(
        self,
        share: LoneShare | None,
        line: PermitLine,
        let_go: Callable[[Priority], None],
        wake: asyncio.Event,
        now: Callable[[], float],
    ) -> None:
        self._share, self._line, self._let_go = share, line, let_go
        self._wake, self._now = wake, now
        self._tries = 0
        self._asked_at = -inf
        self._may_be_over = False

    def due(self) -> float:
        """When bulk work may go on."""
        return self._now() if self._share is None else self._share.due(Priority.BULK)

    def try_now(self) -> None:
        """There is a sign that it is over."""
        self._may_be_over = True

    @property
    def patience(self) -> float | None:
        """How long the next try waits for an answer; None: as long as is usual."""
        return None if self._tries % _PATIENT_TRY == 0 else _LONGEST_RETRY

    async def wait_for(self, asking: Coroutine[None, None, Told]) -> Told:
        """The answer to a question. Requests go on alone until it comes."""
        question = asyncio.create_task(asking)
        question.add_done_callback(lambda _: self._wake.set())
        try:
            await self._go_on(question.done, inf)
            return await question
        finally:
            question.cancel()
            await asyncio.gather(question, return_exceptions=True)

    async def until_next_try(self, asked_at: float) -> None:
        """A question that was asked then got no answer. Requests go on alone until the next."""
        self._asked_at, self._may_be_over = asked_at, False
        self._tries += 1
        pause = min(_FIRST_RETRY * self._tries, _LONGEST_RETRY)
        await self._go_on(lambda: self._may_be_over, asked_at + pause)

    async def _go_on(self, enough: Callable[[], bool], until: float) -> None:
        while not enough() and (now := self._now()) < until:
            due = min(until, self._send(now))
            self._wake.clear()
            await woken(self._wake, due - now)

    def _send(self, now: float) -> float:
        """Let go who may; gives when the next one may."""
        while self._share is not None and (waiting := self._line.wants()) != (0, 0):
            priority = Priority.INTERACTIVE if waiting[0] else Priority.BULK
            due = self._share.due(priority)
            if due > now + _EARLY:
                return due
            if now > self._asked_at + _TRUSTED:
                return inf
            self._share.take(due)
            self._let_go(priority)
        return inf


async def woken(wake: asyncio.Event, seconds: float) -> None:
    """Wait for an event, but for no more than so many seconds."""
    try:
        async with asyncio.timeout(None if seconds == inf else seconds):
            await wake.wait()
    except TimeoutError:
        return


async def ended(task: asyncio.Task[None]) -> None:
    """Cancel a task, and wait for its end.

    Redis' client takes a cancellation while it connects for a connection, and goes on.
    """
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=_CANCEL_AGAIN)

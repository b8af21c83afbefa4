"""What is held of an inbox stays held while handlers run, and is let go of when it was lost."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from ..._ground import Clock
from .._inbox import Claim, Inbox, Work
from .._stopwatch import Stopwatch
from .._webhook_errors import told

logger = logging.getLogger("oncehub_async.webhooks")

_LONGEST = 10.0
"""Seconds after which it is looked whether something was lost, however long a lease is."""


class Leases:
    """The work that a worker holds, with the tasks in which it runs."""

    def __init__(self, inbox: Inbox, clock: Clock) -> None:
        self._inbox = inbox
        self._held: dict[Work, asyncio.Task[None] | None] = {}
        self._since_renewal = Stopwatch(clock)

    def take(self, claim: Claim) -> None:
        """It is held from now on."""
        self._held |= dict.fromkeys(claim.work)

    def runs(self, work: Work) -> None:
        """It runs in this task, which is cancelled if it is lost."""
        self._held[work] = asyncio.current_task()

    def ran(self, work: Work) -> None:
        """It runs no longer, but is still held."""
        self._held[work] = None

    def drop(self, work: Work) -> None:
        """It is no longer held."""
        self._held.pop(work, None)

    async def keep(self, stops_within: Callable[[float], Awaitable[bool]]) -> None:
        """Renew until it stops; whoever lost its work is stopped, for others may have it now."""
        self._since_renewal.start()
        while not await stops_within(min(self._inbox.lease / 3, _LONGEST)):
            try:
                lost = await self._inbox.renew(list(self._held)) if self._held else ()
                self._since_renewal.start()
            except Exception as error:
                logger.warning("what is held of the inbox can't be renewed: %s", told(error))
                if self._since_renewal.seconds < self._inbox.lease:
                    continue
                lost = list(self._held)
            for work in lost:
                task = self._held.get(work)
                if task is not None:
                    logger.warning(
                        "%s for %s is no longer ours, and is stopped here: it runs elsewhere",
                        work.handler,
                        work.event_id,
                    )
                    task.cancel()

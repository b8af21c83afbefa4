"""Which handlers the processes have that share an inbox, and what waits for none of them."""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence

from ..._ground import Clock, fields, from_unix, time_text
from .._inbox import Inbox, Subscription
from .._inbox.records import Deployment
from .._webhook_errors import told

logger = logging.getLogger("oncehub_async.webhooks")

_BETWEEN_LOOKS = 30.0


class DeploymentWatch:
    """Registers this process's handlers, again and again, and tells what it finds when it changes.

    `orphaned`: how much work waits for handlers that no living process has, by name.
    """

    def __init__(self, inbox: Inbox, subscriptions: Sequence[Subscription], clock: Clock) -> None:
        self._inbox, self._subscriptions, self._clock = inbox, subscriptions, clock
        self._others: frozenset[str] = frozenset()
        self.orphaned: Mapping[str, int] = {}

    async def look(self) -> None:
        """Register. Raises what the inbox raises."""
        now = self._clock.now() + self._inbox.clock_offset
        found = await self._inbox.register(self._subscriptions, now)
        self._tell(found)
        self.orphaned, self._others = found.orphaned, found.others

    async def keep(self, stops_within: Callable[[float], Awaitable[bool]]) -> None:
        """Look every half minute until it stops."""
        while not await stops_within(_BETWEEN_LOOKS):
            try:
                await self.look()
            except Exception as error:
                logger.warning("handlers can't be registered in the inbox: %s", told(error))

    def _tell(self, found: Deployment) -> None:
        for name in found.others - self._others:
            logger.info("events of this inbox are handled by %r too, in another process", name)
        for name, count in found.orphaned.items():
            if name not in self.orphaned:
                logger.warning(
                    "%d events wait for %r, and there is no such handler: was it renamed? "
                    "name=%r gives it its old name",
                    count,
                    name,
                    name,
                    extra=fields(handler=name, count=count),
                )
        for name, count in found.released.items():
            logger.warning(
                "%d events no longer wait for %r, which doesn't ask for their types any more",
                count,
                name,
                extra=fields(handler=name, count=count),
            )
        for name, count in found.caught_up.items():
            logger.info(
                "%r was away, and gets %d events that came meanwhile",
                name,
                count,
                extra=fields(handler=name, count=count),
            )
        for name, since in found.away.items():
            moment = from_unix(since)
            begin = "" if moment is None else time_text(moment)
            logger.warning(
                "%r is back after more than an hour, and doesn't get what came meanwhile; to "
                "have that done: oncehub inbox retry --past --handler %r --since %s",
                name,
                name,
                begin,
            )

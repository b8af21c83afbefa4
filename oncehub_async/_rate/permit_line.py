"""Those in this process who wait for a permit of a budget that processes share, in their line."""

import asyncio
import heapq
import itertools
from copy import copy

import attrs

from .rate_budget import Permit, Priority


@attrs.frozen(eq=False)
class SharedPermit(Permit):
    """A permit of a budget that processes share."""

    id: str


Granted = asyncio.Future[SharedPermit]


@attrs.frozen(eq=False)
class _Waiter:
    rank: tuple[Priority, int]
    granted: Granted

    def __lt__(self, other: "_Waiter") -> bool:
        return self.rank < other.rank


class PermitLine:
    """Who waits: those of the higher priority first, and of one priority who came first."""

    def __init__(self) -> None:
        self._numbers = itertools.count()
        self._waiters: list[_Waiter] = []

    def join(self, priority: Priority) -> Granted:
        """Stand in line, in the running event loop. Whoever gives up cancels what this gives."""
        granted: Granted = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiters, _Waiter((priority, next(self._numbers)), granted))
        return granted

    def __len__(self) -> int:
        return sum(not each.granted.done() for each in self._waiters)

    def wants(self) -> tuple[int, int]:
        """How many wait interactively, and how many do bulk work."""
        self._waiters = [each for each in self._waiters if not each.granted.done()]
        heapq.heapify(self._waiters)
        interactive = sum(each.rank[0] is Priority.INTERACTIVE for each in self._waiters)
        return interactive, len(self._waiters) - interactive

    def next_for(self, priority: Priority) -> Granted | None:
        """Who goes with a permit that was given for a priority: whoever matters most, if as much.

        None where nobody does any more.
        """
        self.wants()
        if not self._waiters or self._waiters[0].rank[0] > priority:
            return None
        return heapq.heappop(self._waiters).granted

    def refuse_all(self, error: Exception) -> None:
        """Raise an error, to each its own copy, where they wait."""
        for waiter in self._waiters:
            if not waiter.granted.done():
                waiter.granted.set_exception(copy(error))
        self._waiters = []

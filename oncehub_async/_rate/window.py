"""One limit: at most so many requests in any span of so many seconds.

The service counts a request when it arrives, which nobody sees from here: some time between
sending it and reading its answer. A burst that the network spread out, followed by one that it
did not, could so arrive as more than the limit. A request therefore holds its place for the
window's length from the latest moment at which it can have arrived (see `round_trips`).
"""

from bisect import insort
from collections.abc import Iterable

from .round_trips import LONGEST_DELAY

GUARD = 0.01
"""Seconds that each window is longer than the service's, for what the estimate can't see."""


class Window:
    """A sliding window over the arrivals of requests."""

    def __init__(
        self,
        limit: int,
        seconds: float,
        longest_delay: float = LONGEST_DELAY,
        arrivals: Iterable[float] = (),
    ) -> None:
        self.limit = limit
        self._longest_delay = longest_delay
        self.seconds = seconds + GUARD
        self._arrivals: list[float] = sorted(arrivals)

    def enter(self, sent_at: float) -> None:
        """Count a request that leaves now; until it is answered it may arrive late."""
        insort(self._arrivals, sent_at + self._longest_delay)

    def settle(self, sent_at: float, delay: float) -> None:
        """The request has been answered: it arrived at most `delay` after it was sent."""
        try:
            self._arrivals.remove(sent_at + self._longest_delay)
        except ValueError:
            return  # so slow that its place was free again
        insort(self._arrivals, sent_at + delay)

    def ready_at(self, now: float, limit: int | None = None) -> float:
        """When the next request may leave; `now` or earlier means at once.

        `limit` stands in for the window's own limit where that is lower.
        """
        gone = now - self.seconds
        while self._arrivals and self._arrivals[0] <= gone:
            self._arrivals.pop(0)
        return free_at(self._arrivals, limit or self.limit, self.seconds)

    def used(self) -> int:
        """How many requests hold a place."""
        return len(self._arrivals)

    def arrivals(self) -> Iterable[float]:
        """The latest moments at which those can have arrived, in order."""
        return tuple(self._arrivals)


def free_at(arrivals: list[float], limit: int, seconds: float) -> float:
    """When the window has room again, from the arrivals in order."""
    return arrivals[-limit] + seconds if len(arrivals) >= limit else float("-inf")

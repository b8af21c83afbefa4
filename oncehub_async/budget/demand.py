"""What readers of long lists still expect to request, for those who read beside them."""

from math import inf

import attrs


@attrs.frozen
class Demand:
    """What one reader expects."""

    low: float
    likely: float
    high: float
    """Requests that it still needs: at least, most likely and at most, as far as it can tell."""
    chains: int
    """How many requests it can have under way."""
    longest: float
    """Requests that it has to make one after the other."""


UNKNOWN = Demand(low=1, likely=inf, high=inf, chains=1, longest=inf)
"""Of a reader that has just begun."""


class Demands:
    """What all readers expect that share a budget.

    A reader that waits for something else than the budget, such as whoever consumes what it reads,
    may wait for ever: after a while the others don't reckon with it any more.
    """

    def __init__(self) -> None:
        self._of: dict[object, Demand] = {}
        self._idle_since: dict[object, float] = {}

    def announce(self, reader: object, demand: Demand) -> None:
        """Take the place of what a reader has announced before."""
        self._of[reader] = demand
        self._idle_since.pop(reader, None)

    def pause(self, reader: object, now: float) -> None:
        """From now on, until it announces something anew, a reader waits for something else."""
        self._idle_since[reader] = now

    def others(self, reader: object, idle_before: float) -> list[Demand]:
        """What others expect than this one, but for those that were idle then already."""
        # The copy is made at once, whatever other threads announce meanwhile.
        return [
            demand
            for other, demand in list(self._of.items())
            if other is not reader and self._idle_since.get(other, inf) > idle_before
        ]

    def leave(self, reader: object) -> None:
        """Expect nothing more of a reader."""
        self._of.pop(reader, None)
        self._idle_since.pop(reader, None)

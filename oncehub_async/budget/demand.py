"""What readers of long lists still expect to request, for those who read beside them."""

from math import inf

import attrs


@attrs.frozen
class Demand:
    """What one reader expects."""

    low: float
    high: float
    """Requests that it still needs, at least and at most, as far as it can tell."""
    chains: int
    """How many requests it can have under way."""
    longest: float
    """Requests that it has to make one after the other."""
    has_cut: bool
    """Whether it may need a request more because it reads in several places."""


UNKNOWN = Demand(low=1, high=inf, chains=1, longest=inf, has_cut=False)
"""Of a reader that has just begun."""


class Demands:
    """What all readers expect that share a budget."""

    def __init__(self) -> None:
        self._of: dict[object, Demand] = {}

    def announce(self, reader: object, demand: Demand) -> None:
        """Take the place of what a reader has announced before."""
        self._of[reader] = demand

    def others(self, reader: object) -> list[Demand]:
        """What has been announced by others than this one."""
        return [demand for other, demand in self._of.items() if other is not reader]

    def leave(self, reader: object) -> None:
        """Expect nothing more of a reader."""
        self._of.pop(reader, None)

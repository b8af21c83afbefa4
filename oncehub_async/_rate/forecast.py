"""What is still to come: what readers expect to request, and when requests can leave."""

from bisect import insort
from math import inf

import attrs

from .window import Window, free_at


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


@attrs.frozen
class Forecast:
    """What the budget lets happen next. Times are in seconds from now."""

    wait: float
    """Until the next request may leave."""

    reason: str
    """What it waits for, in words; empty where it needn't wait."""

    all_sent: float
    """Until the last of the requests that were asked about may leave."""


def forecast(
    now: float,
    second: Window,
    second_limit: int,
    address: Window,
    paused_until: float,
    requests: int,
) -> Forecast:
    """When so many requests may leave, if nobody else sends any."""
    times = {
        "the pause after a 429": paused_until,
        f"the limit of {second_limit} requests a second": second.ready_at(now, second_limit),
        f"the limit of {address.limit} requests in 5 minutes": address.ready_at(now),
    }
    reason, at = max(times.items(), key=lambda item: item[1])
    in_second, in_address = list(second.arrivals()), list(address.arrivals())
    sent = max(now, at)
    for _ in range(requests):
        sent = max(
            sent,
            free_at(in_second, second_limit, second.seconds),
            free_at(in_address, address.limit, address.seconds),
        )
        insort(in_second, sent)
        insort(in_address, sent)
    return Forecast(max(0.0, at - now), reason if at > now else "", sent - now)

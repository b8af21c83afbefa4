"""How many chains of pages a walk needs, and where it opens new ones. Pure rules.

A chain asks for one page after the other, for each page names the next. It gets one page per round
trip; where that is less than the limits allow, the walk begins further chains at places in the
middle of what it hasn't read: a cut. Each cut gives two more chains (one on either side of the
page that it brings) and costs at most one request more than a single chain, for somewhere a page is
then only partly new.

One request more is nothing, or five minutes: it is the 201st of a walk that 200 would have done.
So a walk that may end right under that edge cuts once at most, and one that is surely beyond it
not at all: then the five-minute limit holds it back, not the round trips.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from math import ceil

import attrs

from .._rate import FIVE_MINUTES, Demand, Room
from .gaps import Bounds, Gap, later

_SLACK = 1.15
"""More chains than the mean round trip needs, for those that take longer."""

_MOST_CHAINS = 16
"""Each has a page in memory; the vendor's limits need no more up to a latency of 2.5 seconds."""

_EDGE = 10
"""Requests before the five-minute limit within which what a cut may save is worth no risk."""

_WORTH_A_RISK = 0.2
"""Share of the five minutes' requests that has to be left for a first cut under that edge."""
_LEAST_SPAN = 2.0
"""Seconds between two cuts."""
_WORTH_A_CUT = 3.0
"""Pages that a chain has to have before it for another one to be worth the round trip."""


@attrs.frozen
class Plan:
    """What a walk does next."""

    chains: int
    """How many requests to have under way."""
    cuts: int
    """How many further chains to begin, at most."""
    careful: bool
    """Whether a request too many could be the one that has to wait for five minutes."""


def demand(open_gaps: Sequence[Gap], cuts_under_way: int, *, has_cut: bool) -> Demand:
    """What a walk tells of itself to those who walk beside it."""
    return Demand(
        low=sum(gap.low for gap in open_gaps),
        high=sum(gap.high for gap in open_gaps) + cuts_under_way,
        chains=sum(gap.chains for gap in open_gaps) + 2 * cuts_under_way,
        longest=max((gap.likely / gap.chains for gap in open_gaps), default=0.0),
        has_cut=has_cut,
    )


def plan(own: Demand, others: Sequence[Demand], room: Room, latency: float) -> Plan:
    """How many chains are needed, and whether cuts are safe.

    All who share a budget share what is left of it. `latency` is in seconds.
    """
    everybody = [own, *others]
    wanted = min(_MOST_CHAINS, max(1, ceil(room.limits.per_second * latency * _SLACK)))
    there_are = sum(each.chains for each in everybody)
    if sum(each.low for each in everybody) > room.left:
        # The five-minute limit holds it back: chains that use that up are enough.
        enough = ceil(room.limits.per_five_minutes * latency / FIVE_MINUTES)
        cuts = max(0, ceil((min(wanted, enough) - there_are) / 2))
        return Plan(wanted, cuts, careful=True)
    cuts = max(0, ceil((wanted - there_are) / 2))
    careful = sum(each.high for each in everybody) + cuts + _EDGE > room.left
    if careful:
        # How many pages there are isn't known well enough. One cut is worth its risk as long as
        # there is something to be won by it; it gives three chains.
        early = room.left >= room.limits.per_five_minutes * _WORTH_A_RISK
        cut_before = any(each.has_cut for each in everybody)
        cuts = min(cuts, 0 if cut_before or not early else 1)
    if any(each.longest > own.longest for each in others):
        # Who has most to read one after the other holds up all.
        cuts = 0
    return Plan(wanted, cuts, careful)


def cut_times(open_gaps: Sequence[Gap], cuts: int, bounds: Bounds) -> list[datetime]:
    """The times before which new chains begin, all in the gap that has most before it."""
    wide = [gap for gap in open_gaps if gap.likely / gap.chains >= _WORTH_A_CUT]
    if not wide or not cuts:
        return []
    gap = max(wide, key=lambda each: each.likely / each.chains)
    depths = gap.reach.cuts(min(cuts, int(gap.likely / _WORTH_A_CUT)))
    if any(deeper - depth < _LEAST_SPAN for depth, deeper in pairwise([gap.reach.read, *depths])):
        return []
    # A whole second: whatever the service's clock resolves, no filter is cut off there.
    return [later(bounds.now, -timedelta(seconds=depth)).replace(microsecond=0) for depth in depths]

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
from datetime import UTC, datetime, timedelta
from math import ceil

import attrs

from ..budget import Room
from .stretch import Stretch
from .territory import Territory

FIVE_MINUTES = 300.0
_SLACK = 1.15
"""More chains than the mean round trip needs, for those that take longer."""

_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)

_MOST_CHAINS = 16
"""Each has a page in memory; the vendor's limits need no more up to a latency of 2.5 seconds."""

_TYPICAL_AGE = timedelta(days=3 * 365)
"""How old an account is taken to be where nothing tells; half and twice as much are likely too."""

_LONGEST_SILENCE = timedelta(days=3)
"""How much of the time since the newest object counts as a pause, not as the account's end."""

_LEAST_GAP = timedelta(seconds=2)
_PAGES_FOR_TWO = 1.3
_WORTH_A_CUT = 3.0
"""Pages that a chain has to have before it for another one to be worth the round trip."""


@attrs.frozen
class Bounds:
    """What is known of a list's ends besides its pages."""

    now: datetime
    oldest: datetime | None = None
    """Nothing older is asked for."""


@attrs.frozen
class Gap:
    """What hasn't been read between two stretches, or below the last one."""

    upper: Stretch
    lower: Stretch | None
    newest: datetime
    oldest: datetime | None
    """None where the list's end isn't known."""
    low: float
    likely: float
    high: float
    """Pages in it."""

    @property
    def chains(self) -> int:
        """How many chains can work on it, without asking for the same page from both sides."""
        two = self.lower is not None and not self.lower.newer_is_closed
        return 2 if two and self.likely > _PAGES_FOR_TWO else 1


def gaps(territory: Territory, bounds: Bounds, limit: int) -> list[Gap]:
    """What hasn't been read, newest first, with estimates for pages of `limit` objects."""
    found = []
    for place, upper in enumerate(territory.stretches):
        lower = territory.stretches[place + 1] if place + 1 < len(territory.stretches) else None
        if lower is None and upper.at_end:
            break
        newest = upper.older.mark.time
        if lower is not None:
            oldest = lower.nothing_until or lower.newer.mark.time
            span = _seconds(newest - oldest) / limit
            ends = (upper.older, lower.newer)
            likely = span * _mean(*(end.pace() for end in ends))
            low = min(likely, span * min(end.slowest_pace() for end in ends))
            found.append(Gap(upper, lower, newest, oldest, low, likely, likely * 1.6))
            continue
        pace = _overall_pace(upper, bounds.now)
        end = max(filter(None, (territory.empty_before, bounds.oldest)), default=None)
        if end is not None:
            pages = _seconds(newest - end) * pace / limit
            found.append(Gap(upper, None, newest, end, pages * 0.6, pages, pages * 1.6))
            continue
        low, likely, high = (
            _seconds(newest - oldest) * pace / limit for oldest in _ends(newest, bounds.now)
        )
        found.append(Gap(upper, None, newest, None, low, likely, high))
    return found


def _ends(newest: datetime, now: datetime) -> tuple[datetime, datetime, datetime]:
    """When the account may have begun, if it is young, as expected, or old."""
    walked = now - newest
    young = min(newest, later(now, -_TYPICAL_AGE / 2))
    likely = min(later(newest, -walked / 10), later(now, -_TYPICAL_AGE))
    old = min(later(newest, -walked), later(now, -_TYPICAL_AGE * 2))
    return young, likely, old


def later(time: datetime, span: timedelta) -> datetime:
    """A time and a span later, within the years that there are."""
    try:
        return time + span
    except OverflowError:
        return _LAST if span > timedelta() else _FIRST


def _overall_pace(stretch: Stretch, now: datetime) -> float:
    newest, oldest = stretch.newer.mark.time, stretch.older.mark.time
    if stretch.at_top:
        newest = min(now, later(newest, max(newest - oldest, _LONGEST_SILENCE)))
    elif stretch.nothing_until is not None:
        newest = stretch.nothing_until
    return stretch.count / max(_seconds(newest - oldest), 1.0)


def _mean(one: float | None, other: float | None) -> float:
    known = [each for each in (one, other) if each is not None]
    return sum(known) / len(known) if known else 0.0


def _seconds(span: timedelta) -> float:
    return max(0.0, span.total_seconds())


@attrs.frozen
class Plan:
    """What a walk does next."""

    chains: int
    """How many requests to have under way."""
    cuts: int
    """How many further chains to begin, at most."""
    careful: bool
    """Whether a request too many could be the one that has to wait for five minutes."""


def plan(open_gaps: Sequence[Gap], room: Room, latency: float, *, cut_before: bool) -> Plan:
    """How many chains are needed, and whether cuts are safe.

    `latency` is in seconds; `cut_before` tells whether the walk has made a cut already.
    """
    wanted = min(_MOST_CHAINS, max(1, ceil(room.limits.per_second * latency * _SLACK)))
    there_are = sum(gap.chains for gap in open_gaps)
    if sum(gap.low for gap in open_gaps) > room.left:
        # The five-minute limit holds it back: chains that use that up are enough.
        enough = ceil(room.limits.per_five_minutes * latency / FIVE_MINUTES)
        cuts = max(0, ceil((min(wanted, enough) - there_are) / 2))
        return Plan(wanted, cuts, careful=True)
    cuts = max(0, ceil((wanted - there_are) / 2))
    careful = sum(gap.high for gap in open_gaps) + cuts > room.left
    if careful:
        # How many pages there are isn't known well enough. One cut is worth its risk as long as
        # most of the five minutes' requests are there; it gives three chains.
        early = room.left >= room.limits.per_five_minutes / 2
        cuts = min(cuts, 0 if cut_before or not early else 1)
    return Plan(wanted, cuts, careful)


def cut_times(open_gaps: Sequence[Gap], cuts: int, bounds: Bounds) -> list[datetime]:
    """The times before which new chains begin, all in the gap that has most before it."""
    wide = [gap for gap in open_gaps if gap.likely / gap.chains >= _WORTH_A_CUT]
    if not wide or not cuts:
        return []
    gap = max(wide, key=lambda each: each.likely / each.chains)
    cuts = min(cuts, int(gap.likely / _WORTH_A_CUT))
    oldest = gap.oldest or _ends(gap.newest, bounds.now)[1]
    span = gap.newest - oldest
    if span < _LEAST_GAP * (cuts + 1):
        return []
    # The part below the last cut has one chain, the others two; but older parts hold less.
    times = [gap.newest - span * number / (cuts + 1) for number in range(1, cuts + 1)]
    # A whole second: whatever the service's clock resolves, no filter is cut off there.
    return [time.replace(microsecond=0) for time in times]

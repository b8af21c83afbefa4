"""How much of a list hasn't been read, how many chains of pages that needs, where they begin.

A chain asks for one page after the other, for each page names the next: one page per round trip.
Where that is less than the limits allow, a walk looks before some time in the middle of what it
hasn't read. What comes back is a place to read from in both directions; what comes back empty tells
that the list ends before.

Nothing in the service tells how old an account is, and being wrong costs time and nothing else. So
what is done is what is best on average over accounts as they are, measured by
`benchmarks.walking_accounts`. Pure rules.
"""

from collections.abc import Sequence, Set
from datetime import datetime, timedelta
from itertools import zip_longest
from math import ceil, inf

import attrs

from .._ground import shifted
from .._rate import FIVE_MINUTES, Demand, Room
from .segments import Coverage, Segment, Side

# Constants were chosen on accounts of `benchmarks.walking_accounts`, seeds 1 to 6 and 2026, and by
# the table of `benchmarks.walking`, unless they say otherwise.
_LONGEST_SILENCE = timedelta(days=3)
"""How much of the time since the newest object counts as a pause, not as the account's end."""
_PAGES_FOR_TWO = 1.3
"""Likely pages in a gap from which on both ends of it are worth reading from."""
_SURELY_TWO = 2.0
"""Pages that a gap must seem to hold at least, for two to be in it."""
_UNEVEN = (0.75, 1.35)
"""How far off an estimate is in one walk of ten, over 150 accounts of more than 50 pages."""
_GROWTH = 0.68
"""What is older holds less than what was read, for accounts grow: by so much in the same ones."""
_YEAR = 365 * 86_400.0
_YOUNGEST, _OLDEST, _LONGEST_AGO = 0.25 * _YEAR, 12 * _YEAR, 60 * _YEAR
"""Of accounts, and of all accounts that there can be."""
_SHARES = (0.2, 0.62, 0.85)
"""Where in between, on a logarithmic scale, few, likely and many pages end: three years, at first,
is likely."""

Depths = tuple[float, float, float]
"""How far back something goes, in seconds, if it has few, likely and many pages."""

_SLACK = 1.15
"""More chains than the mean round trip needs, for those that take longer."""
_MOST_CHAINS = 16
"""Each has a page in memory; the vendor's limits need no more up to a latency of 2.5 seconds."""
_STEADY = 100.0
"""Seconds within which to use up the requests of five minutes, in a list that takes longer."""
_LATE = 0.25
"""Share of the five minutes' requests with which such a list is not worth another look."""
_CAREFUL_CHAINS = 3
"""What a single look gives; near the edge, more are one request too many too often."""
_AVERSION = 2.0
"""How many times what a look saves has to be what it costs on average: the five minutes, with the
likelihood that it is the request for which they have to be waited."""
_LOWER, _UNSURE = 0.85, 2.0
"""By how much estimates are held to be wrong when it comes to that edge: a share, and requests."""
_WORTH_A_LOOK = 3.0
"""Pages that a chain has to have before it for another one to be worth the round trip."""
_LEAST_SPAN = 2.0
"""Seconds between two looks."""
_LAST_PART = 2 / 3
"""The part below the last look: it has one chain, the others have two."""


@attrs.frozen
class Bounds:
    """Between which times a list lies."""

    now: datetime
    filtered: datetime | None = None
    """Nothing older is asked for."""
    oldest: datetime | None = None
    """When its oldest object was created, as far as its reader knows."""

    def depth(self, time: datetime | None) -> float:
        """How long ago a time was, in seconds; infinitely for None."""
        return inf if time is None else _seconds(self.now - time)


@attrs.frozen
class Gap:
    """What hasn't been read between two segments, or below the last one; depths in seconds."""

    upper: Segment
    lower: Segment | None
    """None below the last segment."""
    read: float
    """Its upper end."""
    end: float
    """Its lower end, or the one that is most likely."""
    is_known: bool
    """Whether that is where it ends."""
    low: float
    likely: float
    high: float
    """Pages in it."""

    @property
    def chains(self) -> int:
        """How many chains can work on it, without asking for the same page from both sides."""
        two = self.lower is not None and not self.lower.newer.ways
        return 2 if two and self.likely > _PAGES_FOR_TWO else 1

    @property
    def longest(self) -> float:
        """Pages that come one after the other."""
        return self.likely / self.chains

    def free_ends(
        self, busy: Set[tuple[int, Side]], *, careful: bool
    ) -> list[tuple[Segment, Side]]:
        """Where it can be worked on now.

        Both ends may bring the same page. Where a request more does no harm, that doesn't matter;
        else there have to be two pages in the gap, as far as one can tell.
        """
        ends = [(self.upper, Side.OLDER)]
        if self.lower is not None and not self.lower.newer.ways:
            ends.append((self.lower, Side.NEWER))
        free = [(segment, side) for segment, side in ends if (segment.number, side) not in busy]
        if not careful or self.low > _SURELY_TWO:
            return free
        return free[:1] if len(free) == len(ends) else []


def gaps(coverage: Coverage, bounds: Bounds, limit: int) -> list[Gap]:
    """What hasn't been read, newest first, with estimates for pages of `limit` objects."""
    found = []
    everywhere = _pace(coverage.segments, bounds.now)
    for upper, lower in zip_longest(coverage.segments, coverage.segments[1:]):
        read = bounds.depth(upper.older.time)
        if lower is not None:
            end = bounds.depth(lower.nothing_until or lower.newer.time)
            found.append(_gap(upper, lower, read, (end, end, end), everywhere / limit))
        elif not upper.at_end:
            times = (coverage.empty_before, bounds.filtered, bounds.oldest)
            age = age_of(read, *map(bounds.depth, times))
            # A page or two may lie in a rush or in a lull; the whole is what counts over years.
            pace = (_pace([upper], bounds.now) + everywhere) / 2
            found.append(_gap(upper, None, read, age, _GROWTH * pace / limit))
    return found


def _gap(upper: Segment, lower: Segment | None, read: float, ends: Depths, pages: float) -> Gap:
    """`ends` is where it may end, `pages` how many there are in a second."""
    low, likely, high = (max(0.0, depth - read) * pages for depth in ends)
    is_known = ends[0] == ends[2]
    if is_known:
        few, many = _UNEVEN
        # One page lies across the end where there is something behind it.
        low, high = likely * few, likely * many + (lower is not None)
    return Gap(upper, lower, read, ends[1], is_known, low, likely, high)


def pages_left(coverage: Coverage, bounds: Bounds, limit: int) -> int | None:
    """How many pages are still to come, about; None where nothing tells how far the list goes."""
    found = gaps(coverage, bounds, limit)
    if not coverage.segments or not all(gap.is_known for gap in found):
        return None
    return ceil(sum(gap.likely for gap in found))


def age_of(read: float, empty: float, filtered: float, told: float) -> Depths:
    """How far back a list goes that was read to a depth: all the same where its end is known.

    `empty` is how far back nothing is any more, `filtered` where the filters end, `told` where its
    reader says that it begins, which is not believed against evidence.
    """
    youngest = max(read, min(_YOUNGEST, empty / 8), 1.0)
    ratio = max(1.0, min(empty, max(_OLDEST, 2 * read)) / youngest)
    few, likely, many = (youngest * ratio**share for share in _SHARES)
    if read < told * 1.2 and told <= min(empty, _LONGEST_AGO):
        # It is about then: only a little more is to be expected where it was passed.
        few = likely = many = max(told, read * 1.02)
    if filtered <= likely:
        few = likely = many = filtered
    return few, likely, many


def _pace(segments: Sequence[Segment], now: datetime) -> float:
    """Objects per second in what was read."""
    seconds = sum(_seconds(_newest(each, now) - each.older.time) for each in segments)
    return sum(each.count for each in segments) / max(seconds, 1.0)


def _newest(segment: Segment, now: datetime) -> datetime:
    """Until when there is nothing newer than a segment, as far as that is known."""
    newest, oldest = segment.newer.time, segment.older.time
    if segment.at_top:
        return min(now, shifted(newest, max(newest - oldest, _LONGEST_SILENCE)))
    return segment.nothing_until or newest


def _seconds(span: timedelta) -> float:
    return max(0.0, span.total_seconds())


def demand(open_gaps: Sequence[Gap], looks_under_way: int) -> Demand:
    """What a walk tells of itself to those who walk beside it."""
    return Demand(
        low=sum(gap.low for gap in open_gaps),
        likely=sum(gap.likely for gap in open_gaps),
        high=sum(gap.high for gap in open_gaps) + looks_under_way,
        chains=sum(gap.chains for gap in open_gaps) + 2 * looks_under_way,
        longest=max((gap.longest for gap in open_gaps), default=0.0),
    )


@attrs.frozen
class Plan:
    """What a walk does next."""

    chains: int
    """How many requests to have under way."""
    looks: int
    """How many further chains to begin, at most."""
    careful: bool
    """Whether a request too many could be the one that has to wait for five minutes."""


def plan(own: Demand, others: Sequence[Demand], room: Room, latency: float) -> Plan:
    """How many chains are needed, and whether to begin some.

    All who share a budget share what is left of it. `latency` is in seconds.
    """
    everybody = [own, *others]
    chains = min(_MOST_CHAINS, max(1, ceil(room.limits.per_second * latency * _SLACK)))
    low, likely, high = (
        sum(getattr(each, name) for each in everybody) for name in ("low", "likely", "high")
    )
    careful = _waits(low * _LOWER - _UNSURE, room) != _waits(high + _UNSURE, room)
    wanted = chains
    if likely > room.left:
        # The five-minute limit holds it back; what is faster than that only helps at the end.
        enough = ceil(room.limits.per_five_minutes * latency / _STEADY)
        wanted = min(chains, enough) if room.left >= _LATE * room.limits.per_five_minutes else 1
    elif careful:
        wanted = min(chains, _CAREFUL_CHAINS)
    costs = careful * FIVE_MINUTES * _AVERSION / max(high - low, 1.0)
    if not room.left or _saved(own.longest * latency, likely, room) < costs:
        wanted = 1
    if any(each.longest > own.longest for each in others):
        # Who has most to read one after the other holds up all.
        wanted = 1
    looks = ceil((wanted - sum(each.chains for each in everybody)) / 2)
    return Plan(chains, max(0, looks), careful)


def _waits(pages: float, room: Room) -> float:
    """How often so many pages wait for five minutes."""
    return inf if pages == inf else ceil(max(0.0, pages - room.left) / room.limits.per_five_minutes)


def _saved(seconds: float, pages: float, room: Room) -> float:
    """How much faster three chains are than one that takes so many seconds, as the limits go."""
    limited = pages * max(room.within / room.left, 1 / room.limits.per_second)
    return seconds - max(seconds / 3, limited)


def look_times(
    open_gaps: Sequence[Gap], planned: Plan, bounds: Bounds, left: int
) -> list[datetime]:
    """The times before which to look, all in the gap that has most before it.

    None is further away than what can be read before the five-minute limit, which leaves `left`
    requests, holds the walk back.
    """
    gap = max(open_gaps, key=lambda each: each.longest, default=None)
    if gap is None or not planned.looks or gap.longest < _WORTH_A_LOOK:
        return []
    number = min(planned.looks, int(gap.likely / _WORTH_A_LOOK))
    span = (gap.end - gap.read) * min(1.0, left / gap.likely)
    part = span / (number + (_LAST_PART if gap.lower is None else 1))
    if part < _LEAST_SPAN:
        return []
    # A whole second: whatever the service's clock resolves, no filter is cut off there.
    return [
        shifted(bounds.now, timedelta(seconds=-(gap.read + part * each))).replace(microsecond=0)
        for each in range(1, number + 1)
    ]

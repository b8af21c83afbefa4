"""What of a list hasn't been read, and how many pages there may be in it. Pure rules."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from math import ceil, inf

import attrs

from .reach import KnownReach, Reach, reach
from .stretch import Stretch
from .territory import Territory

_LONGEST_SILENCE = timedelta(days=3)
"""How much of the time since the newest object counts as a pause, not as the account's end."""
_PAGES_FOR_TWO = 1.3
"""Likely pages in a gap from which on both ends of it are worth reading from."""
_MANY = 2.0
"""How much more there may be than the pages around a gap let expect."""
_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


@attrs.frozen
class Ends:
    """What is known of where a list ends, besides its pages."""

    filtered: datetime | None = None
    """Nothing older is asked for."""
    began: datetime | None = None
    """When its oldest object was created, as far as its reader knows."""


@attrs.frozen
class Bounds:
    """Between which times a list lies."""

    now: datetime
    ends: Ends

    def depth(self, time: datetime | None) -> float:
        """How long ago a time was, in seconds; infinitely for None."""
        return inf if time is None else _seconds(self.now - time)


@attrs.frozen
class Gap:
    """What hasn't been read between two stretches, or below the last one."""

    upper: Stretch
    lower: Stretch | None
    """None below the last stretch."""
    reach: Reach
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
    everywhere = _pace(territory.stretches, bounds.now)
    for place, upper in enumerate(territory.stretches):
        if place + 1 < len(territory.stretches):
            lower = territory.stretches[place + 1]
            found.append(_between(upper, lower, bounds, limit))
        elif not upper.at_end:
            found.append(_below(upper, territory.empty_before, bounds, everywhere, limit))
    return found


def pages_left(territory: Territory, bounds: Bounds, limit: int) -> int | None:
    """How many pages are still to come, about; None where nothing tells how far the list goes."""
    found = gaps(territory, bounds, limit)
    if not territory.stretches or not all(gap.reach.is_known for gap in found):
        return None
    return ceil(sum(gap.likely for gap in found))


def _between(upper: Stretch, lower: Stretch, bounds: Bounds, limit: int) -> Gap:
    newest, oldest = upper.older.mark.time, lower.nothing_until or lower.newer.mark.time
    span = _seconds(newest - oldest) / limit
    ends = (upper.older, lower.newer)
    likely = span * _mean(*(end.pace() for end in ends))
    low = min(likely, span * min(end.slowest_pace() for end in ends))
    inside = KnownReach(bounds.depth(newest), bounds.depth(oldest))
    return Gap(upper, lower, inside, low, likely, likely * _MANY + 1)


def _below(
    upper: Stretch, empty_before: datetime | None, bounds: Bounds, everywhere: float, limit: int
) -> Gap:
    below = reach(
        bounds.depth(upper.older.mark.time),
        empty=bounds.depth(empty_before),
        filtered=bounds.depth(bounds.ends.filtered),
        told=bounds.depth(bounds.ends.began),
    )
    # A page or two may lie in a rush or in a lull; the whole is what counts over years.
    pace = _mean(_pace([upper], bounds.now), everywhere)
    low, likely, high = (seconds * pace / limit for seconds in below.ahead)
    return Gap(upper, None, below, low, likely, high)


def _pace(stretches: Sequence[Stretch], now: datetime) -> float:
    """Objects per second in what was read."""
    seconds = sum(_seconds(_newest(each, now) - each.older.mark.time) for each in stretches)
    return sum(each.count for each in stretches) / max(seconds, 1.0)


def _newest(stretch: Stretch, now: datetime) -> datetime:
    """Until when there is nothing newer than a stretch, as far as that is known."""
    newest, oldest = stretch.newer.mark.time, stretch.older.mark.time
    if stretch.at_top:
        return min(now, later(newest, max(newest - oldest, _LONGEST_SILENCE)))
    return stretch.nothing_until or newest


def later(time: datetime, span: timedelta) -> datetime:
    """A time and a span later, within the years that there are."""
    try:
        return time + span
    except OverflowError:
        return _LAST if span > timedelta() else _FIRST


def _mean(one: float | None, other: float | None) -> float:
    known = [each for each in (one, other) if each is not None]
    return sum(known) / len(known) if known else 0.0


def _seconds(span: timedelta) -> float:
    return max(0.0, span.total_seconds())

"""Which pages a walk asks for next, and in what words. Pure rules."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from .._ground import time_text
from .gaps import Gap, later
from .pagination import Direction
from .placing import LOOK_BY_TIME, Front, Start
from .stretch import Side, Stretch

WAYS_ON = 6
"""In how many ways a chain can go on: from its cursor, from objects before that one (for it may be
gone, and its neighbours too), and from its time, at two resolutions."""
_NEIGHBOURS = (2, 10, 100)
_AROUND = (timedelta(seconds=1), timedelta(milliseconds=1))

_SURELY_TWO = 3.0
"""Pages that a gap must seem to hold at least, for two to be in it."""


def fronts(
    gap: Gap, busy: frozenset[tuple[int, Side]], *, careful: bool
) -> Iterator[tuple[Stretch, Side]]:
    """Where a gap can be worked on now.

    Both ends may bring the same page. Where a request more does no harm, that doesn't matter; else
    there have to be two pages in the gap, as far as one can tell.
    """
    ends = [(gap.upper, Side.OLDER)]
    if gap.lower is not None and not gap.lower.newer_is_closed:
        ends.append((gap.lower, Side.NEWER))
    idle = [(stretch, side) for stretch, side in ends if (stretch.number, side) not in busy]
    surely_two = gap.low > _SURELY_TWO
    if careful and not surely_two and len(idle) < len(ends):
        return
    yield from idle[: None if surely_two or not careful else 1]


def in_order(open_gaps: Sequence[Gap], *, newest_first: bool) -> Sequence[Gap]:
    """The gaps, those first whose chains have most before them."""
    if newest_first:
        return open_gaps
    return sorted(open_gaps, key=lambda gap: -gap.likely / gap.chains)


def words(
    asked: Start | Front, stretch: Stretch | None, query: Mapping[str, str]
) -> dict[str, str]:
    """The query for a page; `stretch` is the one that it should be next to."""
    if isinstance(asked, Start) or stretch is None:
        return _older_than(query, asked.older_than) if isinstance(asked, Start) else dict(query)
    end = stretch.end(asked.side)
    if asked.side is Side.NEWER:
        return {**query, Direction.NEWER.value: end.page[1] if asked.overlaps else end.cursor}
    if asked.way >= LOOK_BY_TIME:
        return _older_than(query, later(end.mark.time, _AROUND[asked.way - LOOK_BY_TIME]))
    if asked.way:
        back = min(_NEIGHBOURS[asked.way - 1], len(end.page))
        return {**query, Direction.OLDER.value: end.page[-back]}
    return {**query, Direction.OLDER.value: end.cursor}


def _older_than(query: Mapping[str, str], time: datetime | None) -> dict[str, str]:
    bound = query.get("creation_time.lt")
    if time is None or (bound is not None and datetime.fromisoformat(bound) <= time):
        return dict(query)
    return {**query, "creation_time.lt": time_text(time)}

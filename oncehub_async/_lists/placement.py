"""Where a page belongs that was asked for, and which pages are not believed. Pure rules.

A service may have lost the place: because the object was deleted that a cursor names, because it
ignores the cursor, because it ends too early. A page is only taken where it fits what is known.
"""

from collections import defaultdict, deque
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import aclosing
from datetime import datetime, timedelta
from itertools import pairwise, takewhile
from typing import Generic, TypeVar

import attrs

from .._ground import MAX_LIMIT, shifted, time_text
from .pagination import NOTHING_FOLLOWS, Direction, Following
from .segments import Coverage, Placement, Position, Segment, Side, Unordered

T = TypeVar("T")
Item = TypeVar("Item", covariant=True)

_WAYS = (1, 2, 10, 100, timedelta(seconds=1), timedelta(milliseconds=1))
"""How a segment can grow on: from its cursor, from objects before that one (for it may be gone, and
its neighbours too), and from its time, at two resolutions."""
WAYS_ON = len(_WAYS)
LOOK_BY_TIME = 4
"""The first of the ways by time, from which on what the service says is believed."""


class LostPlace(Exception):
    """A page isn't what was asked for, as far as one can tell; the text says why."""


@attrs.frozen
class Look:
    """A page that was asked for by time: the newest of what is older (of all, without a time)."""

    older_than: datetime | None = None


@attrs.frozen
class NextPage:
    """A page that was asked for because it is next to a segment."""

    segment: int
    side: Side
    position: Position
    """The object at that end when it was asked for."""
    way: int = 0
    """How many other ways of asking for the same have failed."""
    overlaps: bool = False
    """Whether the page should begin with the object itself: what proves that it is the next one."""


Asked = Look | NextPage


@attrs.frozen(eq=False, repr=False)
class PlacedPage(Generic[Item]):
    """The new items of one page, and where in the list they belong."""

    placement: Placement
    items: tuple[Item, ...]
    positions: Sequence[Position]
    """Their places; none where the list isn't in the order of its creation times."""
    older_than: datetime | None = None
    """The time that the page was asked for with, if it was asked for by time."""
    following: Following = NOTHING_FOLLOWS
    """Where the service says that the list goes on."""
    request_id: str | None = None
    ordered: bool = True
    """Whether the list is in that order, as far as it was seen."""


def query_for(asked: Asked, coverage: Coverage, query: Mapping[str, str]) -> dict[str, str]:
    """The query for a page, within the filters of its list."""
    if isinstance(asked, Look):
        return _older_than(query, asked.older_than)
    end = coverage.current(asked.segment).end(asked.side)
    if asked.side is Side.NEWER:
        return {**query, Direction.NEWER.value: end.page[1] if asked.overlaps else end.id}
    way = _WAYS[asked.way]
    if isinstance(way, timedelta):
        return _older_than(query, shifted(end.time, way))
    cursor = end.page[-min(way, len(end.page))] if asked.way else end.cursor
    return {**query, Direction.OLDER.value: cursor}


def _older_than(query: Mapping[str, str], time: datetime | None) -> dict[str, str]:
    bound = query.get("creation_time.lt")
    if time is None or (bound is not None and datetime.fromisoformat(bound) <= time):
        return dict(query)
    return {**query, "creation_time.lt": time_text(time)}


def has_moved(coverage: Coverage, asked: NextPage) -> bool:
    """Whether what a page should be next to isn't the end of its segment any more."""
    return coverage.current(asked.segment).end(asked.side).position != asked.position


def place(
    coverage: Coverage, page: Sequence[Position], asked: Asked, following: Following
) -> Placement:
    """Where a page belongs; the coverage stays as it is.

    `following` is where the service says that the list goes on after the page.

    Raises `LostPlace`, and `Unordered`.
    """
    if any(earlier.time < later.time for earlier, later in pairwise(page)):
        raise Unordered("an object is newer than the one before it")
    if len({each.id for each in page}) < len(page):
        raise LostPlace("the page holds an object twice")
    announced, ended, trusted = following.announced, following.cursor is None, False
    if isinstance(asked, NextPage):
        segment = coverage.current(asked.segment)
        if asked.side is Side.NEWER:
            return _above(coverage, page, segment, asked)
        trusted = asked.way >= LOOK_BY_TIME
        announced = announced or (segment.older.announced and not trusted)
    if not page and announced:
        raise LostPlace("the page is empty although more was announced")
    if isinstance(asked, Look):
        return _looked(coverage, page, asked.older_than, ended)
    return _below(coverage, page, segment, ended, trusted)


def _looked(
    coverage: Coverage, page: Sequence[Position], older_than: datetime | None, ended: bool
) -> Placement:
    newer_ones = coverage.newer_than(older_than)
    for segment in coverage.segments[:newer_ones]:
        if any(segment.holds(each) for each in page):
            # It went on beyond that time meanwhile, so that the page follows it.
            return _below(coverage, page, segment, ended)
    if older_than is not None and page and page[0].time > older_than:
        raise LostPlace("the page is newer than what was asked for")
    last, below = _until(page, coverage.segments[newer_ones:], ended)
    if below is not None:
        return Placement(below.number, Side.NEWER, 0, last)
    return Placement(coverage.next_number, Side.OLDER, 0, last, ends=ended)


def _below(
    coverage: Coverage,
    page: Sequence[Position],
    segment: Segment,
    ended: bool,
    trusted: bool = False,
) -> Placement:
    first = _held(segment, page)
    among = {each.id for each in page[:first]} <= {*segment.older.page}
    if (first < len(page) or ended) and not among:
        raise Unordered("an object is as old as others but doesn't stand among them")
    if any(not segment.is_newer_than(each) for each in page[first:]):
        raise LostPlace("the page is newer than what it should follow")
    place = coverage.segments.index(segment) + 1
    count, below = _until(page[first:], coverage.segments[place:], ended, trusted)
    if not count and not ended and below is None:
        raise LostPlace("the page brings nothing that wasn't there")
    joins, ends = (None, ended) if below is None else (below.number, False)
    return Placement(segment.number, Side.OLDER, first, first + count, joins, ends)


def _above(
    coverage: Coverage, page: Sequence[Position], segment: Segment, asked: NextPage
) -> Placement:
    if asked.overlaps and page[-1:] != [asked.position]:
        raise LostPlace("the page isn't the next one")
    place = coverage.segments.index(segment)
    if not place:
        # The two have met while this page was under way.
        return Placement(segment.number, Side.NEWER, 0, 0)
    above = coverage.segments[place - 1]
    last = len(page) - _held(segment, reversed(page))
    if not {each.id for each in page[last:]} <= {*segment.newer.page}:
        raise LostPlace("an object is as old as others but doesn't stand among them")
    if any(each.time < segment.newer.time for each in page[:last]):
        raise LostPlace("the page is older than what it should precede")
    first = last
    while first and not above.holds(page[first - 1]):
        first -= 1
    if any(not above.is_newer_than(each) for each in page[first:last]):
        raise LostPlace("the page is newer than what it should follow")
    if first == last:
        # It may be the top of the list, as where a service doesn't know the cursor any more.
        raise LostPlace("the page brings nothing that wasn't there")
    # Only the very object with which the other segment ends proves that nothing lies between.
    if first and page[first - 1] != above.older.position:
        raise LostPlace("the page doesn't precede what it should")
    joins = above.number if first else None
    return Placement(segment.number, Side.NEWER, first, last, joins=joins)


def _held(segment: Segment, page: Iterable[Position]) -> int:
    """How many items, from the first on, a segment holds."""
    return len(list(takewhile(segment.holds, page)))


def _until(
    page: Sequence[Position], older: Sequence[Segment], ended: bool, trusted: bool = False
) -> tuple[int, Segment | None]:
    """How many items stand before the first of older segments, and that if the page reaches it.

    That an item is older than the segment's newest doesn't prove it: one may have a wrong time.
    """
    if not older:
        return len(page), None
    below = older[0]
    for number, each in enumerate(page):
        if each.time < below.newer.time or below.holds(each):
            if each.id not in below.newer.page:
                raise Unordered("an object isn't where its time says")
            return number, below
    if ended and not trusted:
        raise LostPlace("the list ends before objects that were there")
    return len(page), below if ended else None


def place_by_ids(
    ids: Sequence[str],
    above: Sequence[Segment],
    below: Sequence[Segment],
    *,
    ended: bool,
    limit: int = MAX_LIMIT,
) -> Placement:
    """Where a page belongs whose times tell nothing: after `above`, until one of `below` begins.

    `limit` is how many objects a page has at most.

    Raises `LostPlace`.
    """
    if any(not {*each.newer.page, *each.older.page}.isdisjoint(ids) for each in above):
        raise LostPlace("the page holds what came before it")
    begins = {each: segment for segment in below for each in segment.newer.page}
    for count, each in enumerate(ids):
        if each in begins:
            segment = begins[each]
            return Placement(0, Side.OLDER, 0, count, segment.number, segment.at_end)
    # As much as a page holds may have been deleted since, but hardly more.
    if ended and sum(each.count for each in below) > limit:
        raise LostPlace("the list ends before objects that were there")
    return Placement(0, Side.OLDER, 0, len(ids), ends=ended)


class Order(Generic[T]):
    """For each segment of a coverage, what belongs to it, in the list's order.

    T stands for whatever the pages are kept as: themselves, or where they lie in a file.
    """

    def __init__(self) -> None:
        self._of_segment: defaultdict[int, deque[T]] = defaultdict(deque)

    def from_the_top(self) -> deque[T]:
        """What follows the top of the list without a gap; whoever takes it out has it."""
        return self._of_segment[0]

    def add(self, placement: Placement, value: T) -> None:
        """Put a page into its place."""
        own, neighbour = placement.segment, placement.joins
        if placement.side is Side.OLDER:
            self._of_segment[own].append(value)
        else:
            self._of_segment[own].appendleft(value)
        if neighbour is not None:
            # The upper one stays; see Coverage.
            is_below = placement.side is Side.OLDER
            upper, lower = (own, neighbour) if is_below else (neighbour, own)
            self._of_segment[upper].extend(self._of_segment.pop(lower))


async def newest_first(
    pages: AsyncGenerator[PlacedPage[Item], None],
) -> AsyncGenerator[PlacedPage[Item], None]:
    """The same pages, each when all that is newer has come."""
    order: Order[PlacedPage[Item]] = Order()
    async with aclosing(pages):
        async for page in pages:
            order.add(page.placement, page)
            ready = order.from_the_top()
            while ready:
                yield ready.popleft()

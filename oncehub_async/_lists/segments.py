"""What of a list has been read.

A list is ordered by creation time, newest first. What was read of it are segments: runs of objects
that follow each other without a gap. Every page is such a run as well, so it extends a segment,
begins a new one, or joins two. When a single segment is left that reaches from the top to the end,
the whole list has been read, and each object once.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Self

import attrs

from .pagination import NOTHING_FOLLOWS, Following

_PACE_PAGES = 5
_KEPT_IDS = 100
_YEARS = range(1971, 2200)
"""A time outside of them is a default of some language, and no time at which anything happened."""


class Unordered(Exception):
    """The list isn't ordered by creation time, so that its parts can't be read on their own."""


class Side(StrEnum):
    """On which side of a segment a page was asked for."""

    OLDER = "older"
    NEWER = "newer"


@attrs.frozen(order=False)
class Position:
    """One object's place in the list."""

    id: str
    time: datetime
    """When it was created."""


def positions_of(data: Sequence[Mapping[str, Any]]) -> list[Position]:
    """The places of objects. Raises `Unordered` where one doesn't say when it was created."""
    return [Position(str(each["id"]), _created(each.get("creation_time"))) for each in data]


def _created(value: object) -> datetime:
    try:
        time = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        time = None
    if time is None or time.year not in _YEARS:
        raise Unordered("an object doesn't say when it was created")
    return time if time.tzinfo is not None else time.replace(tzinfo=UTC)


@attrs.frozen
class Placement:
    """Where a page belongs, and what of it is new."""

    segment: int
    """The segment that grows; one that isn't there yet begins with this page."""
    side: Side
    first: int
    last: int
    """The page's items from `first` to before `last` are new."""
    joins: int | None = None
    """The neighbour on that side, if nothing is left between the two."""
    ends: bool = False
    """Whether the list has nothing older than this."""

    @property
    def count(self) -> int:
        """How many items are new."""
        return self.last - self.first


@attrs.define(eq=False)
class End:
    """One end of a segment."""

    position: Position
    ids: set[str]
    """The segment's objects that were created at the same instant."""
    page: tuple[str, ...]
    """The ids next to this end, in the list's order: other places to go on from."""
    cursor: str
    """Where the service says that the list goes on."""
    announced: bool = False
    """Whether it has said that something follows."""
    recent: deque[tuple[int, float]] = attrs.Factory(lambda: deque(maxlen=_PACE_PAGES))
    """Objects and seconds of the latest pages."""

    def pace(self) -> float | None:
        """Objects per second around here; None where nothing tells."""
        objects = sum(count for count, _ in self.recent)
        seconds = sum(span for _, span in self.recent)
        return objects / seconds if seconds > 0 else None


@attrs.define(eq=False)
class Segment:
    """A part of the list that has been read without a gap."""

    number: int
    newer: End
    older: End
    at_top: bool = False
    at_end: bool = False
    nothing_until: datetime | None = None
    """From its newest object until then, there is nothing."""
    newer_is_closed: bool = False
    """Whether the service has led elsewhere on its newer side."""
    count: int = 0

    @classmethod
    def of(cls, number: int, new: Sequence[Position], following: Following) -> Self:
        """The segment that a page begins."""
        ids = tuple(each.id for each in new)
        span = (len(new), (new[0].time - new[-1].time).total_seconds())
        newer = End(new[0], _at(new, new[0].time), ids, ids[0])
        cursor = following.cursor or ids[-1]
        older = End(new[-1], _at(new, new[-1].time), ids, cursor, following.announced)
        newer.recent.append(span)
        older.recent.append(span)
        return cls(number, newer, older, count=len(new))

    def end(self, side: Side) -> End:
        """One of its ends."""
        return self.older if side is Side.OLDER else self.newer

    def holds(self, position: Position) -> bool:
        """Whether an object lies within."""
        for end in (self.newer, self.older):
            if position.time == end.position.time:
                return position.id in end.ids
        return self.older.position.time < position.time < self.newer.position.time

    def is_newer_than(self, position: Position) -> bool:
        """Whether all of it stands before an object."""
        return position.time < self.older.position.time or (
            position.time == self.older.position.time and position.id not in self.older.ids
        )

    def extend(self, side: Side, new: Sequence[Position], following: Following) -> None:
        """Grow by the new objects of a page on one side."""
        end, position, other = self.older, new[-1], self.newer
        if side is Side.NEWER:
            end, position, other = self.newer, new[0], self.older
            self.nothing_until = None
        if other.position.time == end.position.time:
            other.ids |= _at(new, end.position.time)
        kept = end.ids if position.time == end.position.time else set()
        end.ids = kept | _at(new, position.time)
        end.recent.append((len(new), abs((end.position.time - position.time).total_seconds())))
        end.position, end.cursor = position, position.id
        ids = tuple(each.id for each in new)
        if side is Side.OLDER:
            end.cursor, end.announced = following.cursor or position.id, following.announced
            end.page = (end.page + ids)[-_KEPT_IDS:]
        else:
            end.page = (ids + end.page)[:_KEPT_IDS]
        self.count += len(new)

    def take_over(self, lower: Self) -> None:
        """Grow by a segment that follows without a gap."""
        # Where this one is all of one instant, the other may hold objects of that instant, too; it
        # isn't all of it, for a look that finds one of them finds those before it.
        if self.newer.position.time == self.older.position.time == lower.newer.position.time:
            self.newer.ids |= lower.newer.ids
        self.older, self.at_end = lower.older, lower.at_end
        self.count += lower.count


def _at(positions: Sequence[Position], time: datetime) -> set[str]:
    return {each.id for each in positions if each.time == time}


class Coverage:
    """The segments of a list, the newest first."""

    def __init__(self) -> None:
        self.segments: list[Segment] = []
        self.empty_before: datetime | None = None
        """Nothing is older than this, as far as is known."""
        self.is_empty: bool = False
        self.next_number: int = 0
        """Of the segment that begins next."""
        self._merged: dict[int, int] = {}

    @property
    def complete(self) -> bool:
        """Whether all of the list has been read."""
        return self.is_empty or (len(self.segments) == 1 and self.segments[0].at_end)

    def current(self, number: int) -> Segment:
        """The segment that a number stands for by now."""
        while number in self._merged:
            number = self._merged[number]
        return next(each for each in self.segments if each.number == number)

    def newer_than(self, time: datetime) -> int:
        """How many segments begin at a time or later."""
        return sum(each.newer.position.time >= time for each in self.segments)

    def neighbour(self, segment: Segment, side: Side) -> Segment | None:
        """The next segment on one side."""
        place = self.segments.index(segment) + (1 if side is Side.OLDER else -1)
        return self.segments[place] if 0 <= place < len(self.segments) else None

    def add(
        self,
        placement: Placement,
        new: Sequence[Position],
        *,
        older_than: datetime | None = None,
        following: Following = NOTHING_FOLLOWS,
    ) -> None:
        """Grow by the new items of a page.

        `older_than` is the time that the page was asked for with, if it was asked for by time,
        `following` where the service says that the list goes on.
        """
        if placement.segment == self.next_number:
            self._begin(new, older_than, following, placement.ends)
            return
        segment = self.current(placement.segment)
        if new:
            segment.extend(placement.side, new, following)
        if placement.side is Side.NEWER and placement.joins is None and older_than is not None:
            segment.nothing_until = older_than
        segment.at_end = segment.at_end or placement.ends
        if placement.joins is not None:
            self._join(segment, self.current(placement.joins))

    def _begin(
        self,
        new: Sequence[Position],
        older_than: datetime | None,
        following: Following,
        ends: bool,
    ) -> None:
        if not new:
            self.empty_before = older_than
            self.is_empty = older_than is None
            return
        segment = Segment.of(self.next_number, new, following)
        segment.at_top, segment.at_end = older_than is None, ends
        segment.nothing_until = older_than
        newer_ones = 0 if older_than is None else self.newer_than(older_than)
        self.segments.insert(newer_ones, segment)
        self.next_number += 1

    def _join(self, one: Segment, other: Segment) -> None:
        upper, lower = sorted((one, other), key=self.segments.index)
        upper.take_over(lower)
        self.segments.remove(lower)
        self._merged[lower.number] = upper.number

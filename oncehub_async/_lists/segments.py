"""What of a list has been read.

A list is ordered by creation time, newest first. What was read of it are segments: runs of objects
that follow each other without a gap. Every page is such a run as well, which begins a segment or
is joined to one or two. When a single segment is left that reaches from the top to the end, the
whole list has been read, and each object once.
"""

from collections.abc import Mapping, Sequence, Set
from datetime import datetime
from enum import StrEnum
from functools import cache, reduce
from typing import TYPE_CHECKING, Any, Self

import attrs

from .._ground import read_time, read_zoned_time, time_text
from .pagination import NOTHING_FOLLOWS, Following

if TYPE_CHECKING:
    from cattrs import Converter

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
    time = read_time(value)
    if time is None or time.year not in _YEARS:
        raise Unordered("an object doesn't say when it was created")
    return time


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


@attrs.define(eq=False)
class End:
    """One end of a segment: the object there, and those next to it."""

    id: str
    time: datetime
    ids: frozenset[str]
    """The segment's objects that were created at the same instant."""
    page: tuple[str, ...]
    """The ids next to this end and its own, in the list's order: other places to go on from."""
    cursor: str
    """Where the service says that the list goes on."""
    announced: bool = False
    """Whether it has said that something follows."""
    ways: int = 0
    """How many ways of going on from here have failed."""

    @property
    def position(self) -> Position:
        """The object's place."""
        return Position(self.id, self.time)


@attrs.define(eq=False)
class Segment:
    """A part of the list that has been read without a gap."""

    number: int
    newer: End
    older: End
    count: int
    at_top: bool = False
    at_end: bool = False
    nothing_until: datetime | None = None
    """From its newest object until then, there is nothing."""

    @classmethod
    def of(cls, number: int, new: Sequence[Position], following: Following) -> Self:
        """What a page is on its own."""
        ids = tuple(each.id for each in new)
        newer, older = (
            End(at.id, at.time, frozenset(e.id for e in new if e.time == at.time), ids, at.id)
            for at in (new[0], new[-1])
        )
        older.cursor, older.announced = following.cursor or older.id, following.announced
        return cls(number, newer, older, len(new))

    def end(self, side: Side) -> End:
        """One of its ends."""
        return self.older if side is Side.OLDER else self.newer

    def holds(self, position: Position) -> bool:
        """Whether an object lies within."""
        for end in (self.newer, self.older):
            if position.time == end.time:
                return position.id in end.ids
        return self.older.time < position.time < self.newer.time

    def is_newer_than(self, position: Position) -> bool:
        """Whether all of it stands before an object."""
        return position.time <= self.older.time and not self.holds(position)


def _joined(upper: Segment, lower: Segment) -> Segment:
    """One segment of two that follow each other without a gap."""
    newer, older = upper.newer.page, lower.older.page
    # Only where an end's ids are all that its segment has, they are next to the other's.
    if len(newer) == upper.count:
        newer = (newer + lower.newer.page)[:_KEPT_IDS]
    if len(older) == lower.count:
        older = (upper.older.page + older)[-_KEPT_IDS:]
    return attrs.evolve(
        upper,
        newer=_joined_end(upper.newer, lower.newer, newer),
        older=_joined_end(lower.older, upper.older, older),
        at_end=lower.at_end,
        count=upper.count + lower.count,
    )


def _joined_end(end: End, inner: End, page: tuple[str, ...]) -> End:
    """An end of two segments; `inner` is the one on the same side that is none any more."""
    ids = end.ids | inner.ids if inner.time == end.time else end.ids
    return attrs.evolve(end, ids=ids, page=page)


@attrs.define(eq=False)
class Coverage:
    """The segments of a list, the newest first."""

    segments: list[Segment] = attrs.Factory(list)
    empty_before: datetime | None = None
    """Nothing is older than this, as far as is known."""
    is_empty: bool = False
    next_number: int = 0
    """Of the segment that begins next."""
    _merged: dict[int, int] = attrs.field(factory=dict, init=False)

    @property
    def complete(self) -> bool:
        """Whether all of the list has been read."""
        return self.is_empty or (len(self.segments) == 1 and self.segments[0].at_end)

    def current(self, number: int) -> Segment:
        """The segment that a number stands for by now."""
        while number in self._merged:
            number = self._merged[number]
        return next(each for each in self.segments if each.number == number)

    def newer_than(self, time: datetime | None) -> int:
        """How many segments begin at a time or later; none do without one."""
        return sum(time is not None and each.newer.time >= time for each in self.segments)

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
        begins = placement.segment == self.next_number
        known = [] if begins else [self.current(placement.segment)]
        if placement.joins is not None:
            known.append(self.current(placement.joins))
        page = [Segment.of(placement.segment, new, following)] if new else []
        parts = [*known[:1], *page, *known[1:]]
        if not parts:
            self.empty_before, self.is_empty = older_than, older_than is None
            return
        if placement.side is Side.NEWER:
            known.reverse()
            parts.reverse()
        looked_above = older_than is not None and placement.joins is None
        if looked_above and (begins or placement.side is Side.NEWER):
            parts[0].nothing_until = older_than
        whole = reduce(_joined, parts)
        whole.at_top = whole.at_top or (begins and older_than is None)
        whole.at_end = whole.at_end or placement.ends
        place = self.segments.index(known[0]) if known else self.newer_than(older_than)
        self.segments[place : place + len(known)] = [whole]
        self.next_number += begins
        self._merged.update((each.number, whole.number) for each in known[1:])


def coverage_data(coverage: Coverage) -> dict[str, Any]:
    """A coverage as JSON data, for whoever keeps it to go on from there later.

    It has the size of the segments' ends, not of the list.
    """
    data: dict[str, Any] = _converter().unstructure(coverage)
    return data


def coverage_from(data: Mapping[str, Any]) -> Coverage:
    """The coverage again. Raises `ValueError`, `KeyError` or `TypeError` for what is none."""
    kept = {name: data[name] for name in ("segments", "empty_before", "is_empty", "next_number")}
    return _converter().structure(kept, Coverage)


@cache
def _converter() -> "Converter":
    # Imported late: who only reads lists doesn't pay for it.
    from cattrs import Converter

    converter = Converter(
        detailed_validation=False, unstruct_collection_overrides={Set: sorted, tuple: list}
    )
    converter.register_unstructure_hook(datetime, time_text)
    converter.register_structure_hook(datetime, _time)
    return converter


def _time(value: object, _type: object) -> datetime:
    time = read_zoned_time(value)
    if time is None:
        raise ValueError("a coverage holds a time that is none")
    return time

"""A part of a list that has been read without a gap."""

from collections import deque
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Self

import attrs

from .pagination import Following

_PACE_PAGES = 5
_KEPT_IDS = 100
_SHORTEST_SPAN = 0.001


class Side(StrEnum):
    """On which side of a stretch a page was asked for."""

    OLDER = "older"
    NEWER = "newer"


@attrs.frozen(order=False)
class Mark:
    """One object's place in the list."""

    id: str
    time: datetime
    """When it was created."""


@attrs.define(eq=False)
class End:
    """One end of a stretch."""

    mark: Mark
    ids: set[str]
    """The stretch's objects that were created at the same instant."""
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

    def slowest_pace(self) -> float:
        """Objects per second where there are fewest around here."""
        return min(count / max(span, _SHORTEST_SPAN) for count, span in self.recent)


@attrs.define(eq=False)
class Stretch:
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
    def of(cls, number: int, new: Sequence[Mark], following: Following) -> Self:
        """The stretch that a page begins."""
        ids = tuple(mark.id for mark in new)
        span = (len(new), (new[0].time - new[-1].time).total_seconds())
        newer = End(new[0], _at(new, new[0].time), ids, ids[0])
        older = End(
            new[-1],
            _at(new, new[-1].time),
            ids,
            following.cursor or ids[-1],
            following.announced,
        )
        newer.recent.append(span)
        older.recent.append(span)
        return cls(number, newer, older, count=len(new))

    def end(self, side: Side) -> End:
        """One of its ends."""
        return self.older if side is Side.OLDER else self.newer

    def holds(self, mark: Mark) -> bool:
        """Whether an object lies within."""
        for end in (self.newer, self.older):
            if mark.time == end.mark.time:
                return mark.id in end.ids
        return self.older.mark.time < mark.time < self.newer.mark.time

    def is_newer_than(self, mark: Mark) -> bool:
        """Whether all of it stands before an object."""
        return mark.time < self.older.mark.time or (
            mark.time == self.older.mark.time and mark.id not in self.older.ids
        )

    def extend(self, side: Side, new: Sequence[Mark], following: Following) -> None:
        """Grow by the new objects of a page on one side."""
        end, mark, other = self.older, new[-1], self.newer
        if side is Side.NEWER:
            end, mark, other = self.newer, new[0], self.older
            self.nothing_until = None
        if other.mark.time == end.mark.time:
            other.ids |= _at(new, end.mark.time)
        kept = end.ids if mark.time == end.mark.time else set()
        end.ids = kept | _at(new, mark.time)
        end.recent.append((len(new), abs((end.mark.time - mark.time).total_seconds())))
        end.mark, end.cursor = mark, mark.id
        if side is Side.OLDER:
            end.cursor = following.cursor or mark.id
            end.announced = following.announced
        ids = tuple(each.id for each in new)
        end.page = (
            (end.page + ids)[-_KEPT_IDS:] if side is Side.OLDER else (ids + end.page)[:_KEPT_IDS]
        )
        self.count += len(new)

    def take_over(self, lower: Self) -> None:
        """Grow by a stretch that follows without a gap."""
        # Where one of the two is all of one instant, its far end is at the other's near end.
        if self.newer.mark.time == self.older.mark.time == lower.newer.mark.time:
            self.newer.ids |= lower.newer.ids
        if lower.older.mark.time == lower.newer.mark.time == self.older.mark.time:
            lower.older.ids |= self.older.ids
        self.older, self.at_end = lower.older, lower.at_end
        self.count += lower.count


def _at(marks: Sequence[Mark], time: datetime) -> set[str]:
    return {mark.id for mark in marks if mark.time == time}

"""What of a list has been read.

A list is ordered by creation time, newest first. What was read of it are stretches: runs of
objects that follow each other without a gap. Every page is such a run as well, so it extends a
stretch, begins a new one, or joins two. When a single stretch is left that reaches from the top to
the end, the whole list has been read, and each object once.
"""

from collections.abc import Sequence
from datetime import datetime

import attrs

from .pagination import NOTHING_FOLLOWS, Following
from .stretch import Mark, Side, Stretch


@attrs.frozen
class Addition:
    """What a page adds to the territory."""

    stretch: int
    """The stretch that grows; one that isn't there yet begins with this page."""
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


class Territory:
    """The stretches of a list, the newest first."""

    def __init__(self) -> None:
        self.stretches: list[Stretch] = []
        self.empty_before: datetime | None = None
        """Nothing is older than this, as far as is known."""
        self.is_empty: bool = False
        self.next_number: int = 0
        """Of the stretch that begins next."""
        self._merged: dict[int, int] = {}

    @property
    def complete(self) -> bool:
        """Whether all of the list has been read."""
        if self.is_empty:
            return True
        return len(self.stretches) == 1 and self.stretches[0].at_end

    def current(self, number: int) -> Stretch:
        """The stretch that a number stands for by now."""
        while number in self._merged:
            number = self._merged[number]
        return next(each for each in self.stretches if each.number == number)

    def newer_than(self, time: datetime) -> int:
        """How many stretches begin at a time or later."""
        return sum(each.newer.mark.time >= time for each in self.stretches)

    def neighbour(self, stretch: Stretch, side: Side) -> Stretch | None:
        """The next stretch on one side."""
        place = self.stretches.index(stretch) + (1 if side is Side.OLDER else -1)
        return self.stretches[place] if 0 <= place < len(self.stretches) else None

    def add(
        self,
        addition: Addition,
        new: Sequence[Mark],
        *,
        older_than: datetime | None = None,
        following: Following = NOTHING_FOLLOWS,
    ) -> None:
        """Grow by the new items of a page.

        `older_than` is the time that the page was asked for with, if it was asked for by time,
        `following` where the service says that the list goes on.
        """
        if addition.stretch == self.next_number:
            self._begin(new, older_than, following, addition.ends)
            return
        stretch = self.current(addition.stretch)
        if new:
            stretch.extend(addition.side, new, following)
        if addition.side is Side.NEWER and addition.joins is None and older_than is not None:
            stretch.nothing_until = older_than
        stretch.at_end = stretch.at_end or addition.ends
        if addition.joins is not None:
            self._join(stretch, self.current(addition.joins))

    def _begin(
        self,
        new: Sequence[Mark],
        older_than: datetime | None,
        following: Following,
        ends: bool,
    ) -> None:
        if not new:
            self.empty_before = older_than
            if older_than is None:
                self.is_empty = True
            return
        stretch = Stretch.of(self.next_number, new, following)
        stretch.at_top, stretch.at_end = older_than is None, ends
        stretch.nothing_until = older_than
        newer_ones = 0 if older_than is None else self.newer_than(older_than)
        self.stretches.insert(newer_ones, stretch)
        self.next_number += 1

    def _join(self, one: Stretch, other: Stretch) -> None:
        upper, lower = sorted((one, other), key=self.stretches.index)
        upper.take_over(lower)
        self.stretches.remove(lower)
        self._merged[lower.number] = upper.number

"""What of a list has been read, and where a page that came belongs. Pure rules.

A list is ordered by creation time, newest first. What was read of it are stretches: runs of
objects that follow each other without a gap. Every page is such a run as well, so it extends a
stretch, begins a new one, or joins two. When a single stretch is left that reaches from the top to
the end, the whole list has been read, and each object once.
"""

from collections import deque
from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum
from math import inf

import attrs

from ..pagination import NOTHING_FOLLOWS, Following


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


@attrs.frozen
class Start:
    """A page that was asked for by time: the newest of what is older (of all, without a time)."""

    older_than: datetime | None = None


@attrs.frozen
class Front:
    """A page that was asked for because it is next to a stretch."""

    stretch: int
    side: Side
    mark: Mark
    """The object at that end when it was asked for."""
    way: int = 0
    """How many other ways of asking for the same have failed."""


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


class LostPlace(Exception):
    """A page isn't what was asked for, as far as one can tell; the text says why."""


class Unordered(Exception):
    """The list isn't ordered by creation time, so that its parts can't be read on their own."""


LOOK_BY_TIME = 2
"""The other way of asking for a page from which on what the service says is believed."""
_PACE_PAGES = 5


@attrs.define(eq=False)
class End:
    """One end of a stretch."""

    mark: Mark
    ids: set[str]
    """The stretch's objects that were created at the same instant."""
    page: tuple[str, ...]
    """The ids of the latest page at this end: other places to go on from."""
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
        return min(count / span if span > 0 else inf for count, span in self.recent)


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


class Territory:
    """The stretches of a list, the newest first."""

    def __init__(self) -> None:
        self.stretches: list[Stretch] = []
        self.empty_before: datetime | None = None
        """Nothing is older than this, as far as is known."""
        self.is_empty = False
        self._next = 0
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

    def neighbour(self, stretch: Stretch, side: Side) -> Stretch | None:
        """The next stretch on one side."""
        place = self.stretches.index(stretch) + (1 if side is Side.OLDER else -1)
        return self.stretches[place] if 0 <= place < len(self.stretches) else None

    def place(self, page: Sequence[Mark], asked: Start | Front, following: Following) -> Addition:
        """Where a page belongs; the territory stays as it is.

        Raises `LostPlace`, and `Unordered`.
        """
        _check_order(page)
        ended = following.cursor is None
        if not page and self._was_announced(asked, following):
            raise LostPlace("the page is empty although more was announced")
        if isinstance(asked, Start):
            return self._placed_start(page, asked.older_than, ended)
        stretch = self.current(asked.stretch)
        if asked.side is Side.NEWER:
            return self._placed_above(page, stretch)
        return self._placed_below(page, stretch, ended, trusted=asked.way >= LOOK_BY_TIME)

    def has_moved(self, front: Front) -> bool:
        """Whether what a page should be next to isn't the end of its stretch any more."""
        return self.current(front.stretch).end(front.side).mark != front.mark

    def _was_announced(self, asked: Start | Front, following: Following) -> bool:
        """Whether the service has said, now or with the page before, that there is more."""
        if isinstance(asked, Start) or asked.side is Side.NEWER:
            return following.announced
        if asked.way >= LOOK_BY_TIME:
            return False
        return following.announced or self.current(asked.stretch).older.announced

    def _placed_start(
        self, page: Sequence[Mark], older_than: datetime | None, ended: bool
    ) -> Addition:
        if older_than is None:
            return Addition(self._next, Side.OLDER, 0, len(page), ends=ended)
        above = [each for each in self.stretches if each.newer.mark.time >= older_than]
        for stretch in above:
            if any(stretch.holds(mark) for mark in page):
                # It went on beyond that time meanwhile, so that the page follows it.
                return self._placed_below(page, stretch, ended, trusted=False)
        below = self.stretches[len(above)] if len(above) < len(self.stretches) else None
        last = _first_of(page, below)
        if below is not None and last < len(page):
            return Addition(below.number, Side.NEWER, 0, last)
        if below is not None and ended:
            raise LostPlace("the list ends before objects that were there")
        return Addition(self._next, Side.OLDER, 0, last, ends=ended)

    def _placed_below(
        self, page: Sequence[Mark], stretch: Stretch, ended: bool, *, trusted: bool
    ) -> Addition:
        first = 0
        while first < len(page) and stretch.holds(page[first]):
            first += 1
        if any(not stretch.is_newer_than(mark) for mark in page[first:]):
            raise LostPlace("the page is newer than what it should follow")
        below = self.neighbour(stretch, Side.OLDER)
        last = max(first, _first_of(page, below))
        joins = below.number if below is not None and last < len(page) else None
        if joins is None and ended:
            if below is not None and not trusted:
                raise LostPlace("the list ends before objects that were there")
            joins = None if below is None else below.number
        elif joins is None and first == last:
            raise LostPlace("the page brings nothing that wasn't there")
        return Addition(stretch.number, Side.OLDER, first, last, joins, ended and joins is None)

    def _placed_above(self, page: Sequence[Mark], stretch: Stretch) -> Addition:
        above = self.neighbour(stretch, Side.NEWER)
        if above is None:
            # The two have met while this page was under way.
            return Addition(stretch.number, Side.NEWER, 0, 0)
        last = len(page)
        while last and stretch.holds(page[last - 1]):
            last -= 1
        if any(mark.time < stretch.newer.mark.time for mark in page[:last]):
            raise LostPlace("the page is older than what it should precede")
        first = last
        while first and not above.holds(page[first - 1]):
            first -= 1
        if any(not above.is_newer_than(mark) for mark in page[first:last]):
            raise LostPlace("the page is newer than what it should follow")
        if first == last:
            # It may be the top of the list, as where a service doesn't know the cursor any more.
            raise LostPlace("the page brings nothing that wasn't there")
        # Only the very object with which the other stretch ends proves that nothing lies between.
        if first and page[first - 1] != above.older.mark:
            raise LostPlace("the page doesn't precede what it should")
        joins = above.number if first else None
        return Addition(stretch.number, Side.NEWER, first, last, joins)

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
        if addition.stretch == self._next:
            self._begin(new, older_than, following, addition.ends)
            return
        stretch = self.current(addition.stretch)
        if new:
            _extend(stretch, addition.side, new, following)
            stretch.count += len(new)
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
        ids = tuple(mark.id for mark in new)
        recent = (len(new), (new[0].time - new[-1].time).total_seconds())
        newer = End(new[0], _at(new, new[0].time), ids, ids[0])
        cursor = following.cursor or ids[-1]
        older = End(new[-1], _at(new, new[-1].time), ids, cursor, following.announced)
        newer.recent.append(recent)
        older.recent.append(recent)
        stretch = Stretch(
            self._next,
            newer,
            older,
            at_top=older_than is None,
            at_end=ends,
            nothing_until=older_than,
            count=len(new),
        )
        place = sum(each.older.mark.time >= new[0].time for each in self.stretches)
        self.stretches.insert(place, stretch)
        self._next += 1

    def _join(self, one: Stretch, other: Stretch) -> None:
        places = sorted((self.stretches.index(one), self.stretches.index(other)))
        upper, lower = (self.stretches[place] for place in places)
        _take_over_instant(upper.newer, upper.older, lower.newer)
        _take_over_instant(lower.older, lower.newer, upper.older)
        upper.older = lower.older
        upper.at_end = lower.at_end
        upper.count += lower.count
        self.stretches.remove(lower)
        self._merged[lower.number] = upper.number


def _extend(stretch: Stretch, side: Side, new: Sequence[Mark], following: Following) -> None:
    end, mark = stretch.end(side), new[-1]
    other = stretch.newer
    if side is Side.NEWER:
        other, mark = stretch.older, new[0]
        stretch.nothing_until = None
    if other.mark.time == end.mark.time:
        other.ids |= _at(new, end.mark.time)
    span = abs((end.mark.time - mark.time).total_seconds())
    kept = end.ids if mark.time == end.mark.time else set()
    end.ids = kept | _at(new, mark.time)
    end.mark = mark
    end.cursor = mark.id
    if side is Side.OLDER:
        end.cursor = following.cursor or mark.id
        end.announced = following.announced
    end.page = tuple(each.id for each in new)
    end.recent.append((len(new), span))


def _take_over_instant(far: End, near: End, beyond: End) -> None:
    """A stretch that is all of one instant goes on at its neighbour's end, which may be too."""
    if far.mark.time == near.mark.time == beyond.mark.time:
        far.ids |= beyond.ids


def _at(marks: Sequence[Mark], time: datetime) -> set[str]:
    return {mark.id for mark in marks if mark.time == time}


def _first_of(page: Sequence[Mark], below: Stretch | None) -> int:
    """The place of the first item that a stretch holds, or that is older than its newest."""
    if below is not None:
        for place, mark in enumerate(page):
            if mark.time < below.newer.mark.time or below.holds(mark):
                return place
    return len(page)


def _check_order(page: Collection[Mark]) -> None:
    previous: Mark | None = None
    for mark in page:
        if previous is not None and mark.time > previous.time:
            raise Unordered("an object is newer than the one before it")
        previous = mark

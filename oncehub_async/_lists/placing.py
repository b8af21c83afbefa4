"""Where a page belongs that was asked for, and which pages are not believed. Pure rules.

A service may have lost the place: because the object was deleted that a cursor names, because it
ignores the cursor, because it ends too early. A page is only taken where it fits what is known.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

import attrs

from .pagination import Following
from .stretch import Mark, Side, Stretch
from .territory import Addition, Territory

LOOK_BY_TIME = 4
"""The other way of asking for a page from which on what the service says is believed."""


class LostPlace(Exception):
    """A page isn't what was asked for, as far as one can tell; the text says why."""


class Unordered(Exception):
    """The list isn't ordered by creation time, so that its parts can't be read on their own."""


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
    overlaps: bool = False
    """Whether the page should begin with the object itself: what proves that it is the next one."""


def place(
    territory: Territory, page: Sequence[Mark], asked: Start | Front, following: Following
) -> Addition:
    """Where a page belongs; the territory stays as it is.

    `following` is where the service says that the list goes on after the page.

    Raises `LostPlace`, and `Unordered`.
    """
    _check_order(page)
    if len({mark.id for mark in page}) < len(page):
        raise LostPlace("the page holds an object twice")
    ended = following.cursor is None
    if not page and _was_announced(territory, asked, following):
        raise LostPlace("the page is empty although more was announced")
    if isinstance(asked, Start):
        return _started(territory, page, asked.older_than, ended)
    stretch = territory.current(asked.stretch)
    if asked.side is Side.NEWER:
        if asked.overlaps and page and page[-1] != asked.mark:
            raise LostPlace("the page isn't the next one")
        return _above(territory, page, stretch)
    return _below(territory, page, stretch, ended, trusted=asked.way >= LOOK_BY_TIME)


def has_moved(territory: Territory, front: Front) -> bool:
    """Whether what a page should be next to isn't the end of its stretch any more."""
    return territory.current(front.stretch).end(front.side).mark != front.mark


def _was_announced(territory: Territory, asked: Start | Front, following: Following) -> bool:
    """Whether the service has said, now or with the page before, that there is more."""
    if isinstance(asked, Start) or asked.side is Side.NEWER:
        return following.announced
    if asked.way >= LOOK_BY_TIME:
        return False
    return following.announced or territory.current(asked.stretch).older.announced


def _started(
    territory: Territory, page: Sequence[Mark], older_than: datetime | None, ended: bool
) -> Addition:
    if older_than is None:
        return Addition(territory.next_number, Side.OLDER, 0, len(page), ends=ended)
    newer_ones = territory.newer_than(older_than)
    for stretch in territory.stretches[:newer_ones]:
        if any(stretch.holds(mark) for mark in page):
            # It went on beyond that time meanwhile, so that the page follows it.
            return _below(territory, page, stretch, ended, trusted=False)
    below = next(iter(territory.stretches[newer_ones:]), None)
    last = _first_of(page, below)
    if below is not None and last < len(page):
        return Addition(below.number, Side.NEWER, 0, last)
    if below is not None and ended:
        raise LostPlace("the list ends before objects that were there")
    return Addition(territory.next_number, Side.OLDER, 0, last, ends=ended)


def _below(
    territory: Territory, page: Sequence[Mark], stretch: Stretch, ended: bool, *, trusted: bool
) -> Addition:
    first = 0
    while first < len(page) and stretch.holds(page[first]):
        first += 1
    if any(not stretch.is_newer_than(mark) for mark in page[first:]):
        raise LostPlace("the page is newer than what it should follow")
    below = territory.neighbour(stretch, Side.OLDER)
    last = max(first, _first_of(page, below))
    if below is not None and (last < len(page) or (ended and trusted)):
        return Addition(stretch.number, Side.OLDER, first, last, joins=below.number)
    if below is not None and ended:
        raise LostPlace("the list ends before objects that were there")
    if first == last and not ended:
        raise LostPlace("the page brings nothing that wasn't there")
    return Addition(stretch.number, Side.OLDER, first, last, ends=ended)


def _above(territory: Territory, page: Sequence[Mark], stretch: Stretch) -> Addition:
    above = territory.neighbour(stretch, Side.NEWER)
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
    return Addition(stretch.number, Side.NEWER, first, last, joins=above.number if first else None)


def _first_of(page: Sequence[Mark], below: Stretch | None) -> int:
    """The place of the first item that a stretch holds, or that is older than its newest."""
    if below is not None:
        for number, mark in enumerate(page):
            if mark.time < below.newer.mark.time or below.holds(mark):
                return number
    return len(page)


def _check_order(page: Sequence[Mark]) -> None:
    if any(earlier.time < later.time for earlier, later in pairwise(page)):
        raise Unordered("an object is newer than the one before it")

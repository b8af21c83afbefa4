"""Reads one resource to its end, from where an interrupted export stopped."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from datetime import datetime
from math import ceil
from typing import Any, Protocol

import attrs

from ..client import Resources
from ..pagination import Following
from ..parameters import MAX_LIMIT
from ..walk import Addition, Piece, Side, Territory, marks_of
from ..walk.gaps import Bounds, Ends, gaps
from ..walk.reach import KnownReach
from .assembly import addition_of, place_of
from .formats.rows import Row, row_of
from .plan import ResourcePlan

Objects = Sequence[Mapping[str, Any]]


@attrs.frozen
class SweptPage:
    """Objects that weren't there yet, and what a spool keeps of their place."""

    place: Mapping[str, Any]
    objects: Objects


class Sweep(Protocol):
    """A way to read a resource."""

    @property
    def complete(self) -> bool:
        """Whether everything has been read."""

    @property
    def goes_on(self) -> bool:
        """Whether what was read before can be gone on from without losing anything."""

    def restore(self, place: Mapping[str, Any], objects: Objects) -> None:
        """Take over a page that was read before."""

    def pages(self, oncehub: Resources) -> AsyncGenerator[SweptPage, None]:
        """What hasn't been read yet."""

    def pages_left(self, now: datetime) -> int | None:
        """How many pages are still to come, about; None where nothing tells."""


def sweep_of(plan: ResourcePlan) -> Sweep:
    """The way to read a resource that suits it."""
    return WalkSweep(plan) if plan.can_be_walked else ListSweep(plan)


class ListSweep:
    """One page after the other, from the first on.

    What a cursor does whose object was deleted meanwhile isn't known, and nothing else tells where
    such a list goes on: an unfinished one is read anew. These are the short ones.
    """

    def __init__(self, plan: ResourcePlan) -> None:
        self._plan = plan
        self.complete = False

    @property
    def goes_on(self) -> bool:
        """Only when nothing is missing."""
        return self.complete

    def restore(self, place: Mapping[str, Any], objects: Objects) -> None:
        """Take over a page."""
        self.complete = bool(place["ends"])

    def pages_left(self, now: datetime) -> int | None:
        """Unknown until there are none."""
        return 0 if self.complete else None

    async def pages(self, oncehub: Resources) -> AsyncGenerator[SweptPage, None]:
        """All pages."""
        pages = self._plan.listing(oncehub).pages()
        try:
            async for page in pages:
                self.complete = page.next_cursor is None
                addition = Addition(0, Side.OLDER, 0, len(page), ends=page.next_cursor is None)
                yield SweptPage(place_of(addition), page.items)
        finally:
            await pages.aclose()


class WalkSweep:
    """In several places at once."""

    def __init__(self, plan: ResourcePlan) -> None:
        self._plan = plan
        self._territory = Territory()
        self._unordered: ListSweep | None = None
        """What became of a list that isn't in the order of its creation times."""

    @property
    def complete(self) -> bool:
        """Whether everything has been read."""
        unordered = self._unordered
        return self._territory.complete if unordered is None else unordered.complete

    @property
    def goes_on(self) -> bool:
        """From any place, as long as the list is in order."""
        return self._unordered is None or self._unordered.goes_on

    def restore(self, place: Mapping[str, Any], objects: Objects) -> None:
        """Take over a page."""
        if not place["ordered"]:
            self._unordered = self._unordered or ListSweep(self._plan)
            self._unordered.restore(place, objects)
            return
        older_than = place["older_than"]
        self._territory.add(
            addition_of(place, len(objects)),
            marks_of(objects),
            older_than=None if older_than is None else datetime.fromisoformat(older_than),
            following=Following(place["cursor"], place["announced"]),
        )

    def pages_left(self, now: datetime) -> int | None:
        """By how dense the list is around what is missing, once its end is known."""
        bounds = Bounds(now, Ends(self._plan.arguments.get("creation_time_gt")))
        open_gaps = gaps(self._territory, bounds, MAX_LIMIT)
        if self._unordered is not None or not self._territory.stretches:
            return None
        if any(gap.lower is None and not isinstance(gap.reach, KnownReach) for gap in open_gaps):
            return None
        return ceil(sum(gap.likely for gap in open_gaps))

    async def pages(self, oncehub: Resources) -> AsyncGenerator[SweptPage, None]:
        """What is missing, wherever it is."""
        pieces = self._plan.walk(oncehub).pieces(self._territory)
        try:
            async for piece in pieces:
                place = _place(piece)
                if not piece.ordered:
                    self.restore(place, piece.items)
                yield SweptPage(place, piece.items)
        finally:
            await pieces.aclose()


def _place(piece: Piece[dict[str, Any]]) -> dict[str, Any]:
    return place_of(
        piece.addition,
        ordered=piece.ordered,
        older_than=None if piece.older_than is None else piece.older_than.isoformat(),
        cursor=piece.following.cursor,
        announced=piece.following.announced,
    )


@attrs.define
class Times:
    """The times that a manifest tells of a resource's objects."""

    oldest: datetime | None = None
    newest: datetime | None = None
    latest_update: datetime | None = None
    high_water_mark: datetime | None = None
    """The latest update on the first page. Whatever had changed until then is on that page or was
    there to be seen when the later ones were read. This holds whatever our own clock shows."""
    _pages: int = 0

    def note(self, objects: Objects) -> None:
        """Take a page into account; they come in the order in which they were read."""
        latest_update: datetime | None = None
        for each in objects:
            row = row_of(each)
            self.note_row(row)
            latest = row.updated or row.created
            if latest is not None:
                latest_update = max(latest_update or latest, latest)
        if not self._pages:
            self.high_water_mark = latest_update
        self._pages += 1

    def note_row(self, row: Row) -> None:
        """Take an object into account."""
        if row.created is not None:
            self.oldest = min(self.oldest or row.created, row.created)
            self.newest = max(self.newest or row.created, row.created)
        latest = row.updated or row.created
        if latest is not None:
            self.latest_update = max(self.latest_update or latest, latest)

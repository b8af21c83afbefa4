"""Reads one resource to its end, from where an interrupted export stopped."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

import attrs

from .._client import Resources
from .._ground import MAX_LIMIT, read_time, time_text
from .._lists import (
    Bounds,
    Coverage,
    Following,
    PlacedPage,
    Placement,
    Side,
    pages_left,
    positions_of,
)
from ._export_plan import ResourcePlan

Place = Mapping[str, Any]


def place_of(placement: Placement, **more: Any) -> Place:
    """The place of any page."""
    return {
        "stretch": placement.segment,
        "side": str(placement.side),
        "joins": placement.joins,
        "ends": placement.ends,
        **more,
    }


def place_of_page(page: PlacedPage[dict[str, Any]]) -> Place:
    """The place of a page of a walk, with all that the walk needs to go on from there."""
    return place_of(
        page.placement,
        ordered=page.ordered,
        older_than=None if page.older_than is None else time_text(page.older_than),
        cursor=page.following.cursor,
        announced=page.following.announced,
    )


def placement_of(place: Place, count: int = 0) -> Placement:
    """Where a page of so many objects belongs."""
    return Placement(place["stretch"], Side(place["side"]), 0, count, place["joins"], place["ends"])


def older_than_of(place: Place) -> datetime | None:
    """The time before which a walk asked for the page, if it did."""
    return read_time(place["older_than"])


def following_of(place: Place) -> Following:
    """How the list goes on after the page."""
    return Following(place["cursor"], place["announced"])


Objects = Sequence[Mapping[str, Any]]


@attrs.frozen
class ReadPage:
    """Objects that weren't there yet, and what a spool keeps of their place."""

    place: Place
    objects: Objects


class ResourceReader(Protocol):
    """A way to read a resource."""

    @property
    def complete(self) -> bool:
        """Whether everything has been read."""

    @property
    def goes_on(self) -> bool:
        """Whether what was read before can be gone on from without losing anything."""

    def restore(self, place: Place, objects: Objects) -> None:
        """Take over a page that was read before."""

    def pages(self, oncehub: Resources) -> AsyncGenerator[ReadPage, None]:
        """What hasn't been read yet."""

    def pages_left(self, now: datetime) -> int | None:
        """How many pages are still to come, about; None where nothing tells."""


def reader_of(plan: ResourcePlan) -> ResourceReader:
    """The way to read a resource that suits it."""
    return WalkReader(plan) if plan.can_be_walked else ListReader(plan)


class ListReader:
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

    def restore(self, place: Place, objects: Objects) -> None:
        """Take over a page."""
        self.complete = bool(place["ends"])

    def pages_left(self, now: datetime) -> int | None:
        """Unknown until there are none."""
        return 0 if self.complete else None

    async def pages(self, oncehub: Resources) -> AsyncGenerator[ReadPage, None]:
        """All pages."""
        pages = self._plan.listing(oncehub).pages()
        try:
            async for page in pages:
                self.complete = page.next_cursor is None
                placement = Placement(0, Side.OLDER, 0, len(page), ends=page.next_cursor is None)
                yield ReadPage(place_of(placement), page.items)
        finally:
            await pages.aclose()


class WalkReader:
    """In several places at once."""

    def __init__(self, plan: ResourcePlan) -> None:
        self._plan = plan
        self._coverage = Coverage()
        self._unordered: ListReader | None = None
        """What became of a list that isn't in the order of its creation times."""

    @property
    def complete(self) -> bool:
        """Whether everything has been read."""
        unordered = self._unordered
        return self._coverage.complete if unordered is None else unordered.complete

    @property
    def goes_on(self) -> bool:
        """From any place, as long as the list is in order."""
        return self._unordered is None or self._unordered.goes_on

    def restore(self, place: Place, objects: Objects) -> None:
        """Take over a page."""
        if not place["ordered"]:
            self._unordered = self._unordered or ListReader(self._plan)
            self._unordered.restore(place, objects)
            return
        self._coverage.add(
            placement_of(place, len(objects)),
            positions_of(objects),
            older_than=older_than_of(place),
            following=following_of(place),
        )

    def pages_left(self, now: datetime) -> int | None:
        """By how dense the list is around what is missing, once its end is known."""
        if self._unordered is not None:
            return None
        plan = self._plan
        bounds = Bounds(now, plan.arguments.get("creation_time_gt"), plan.oldest)
        return pages_left(self._coverage, bounds, MAX_LIMIT)

    async def pages(self, oncehub: Resources) -> AsyncGenerator[ReadPage, None]:
        """What is missing, wherever it is."""
        pages = self._plan.walk(oncehub).placed_pages(self._coverage)
        try:
            async for page in pages:
                place = place_of_page(page)
                if not page.ordered:
                    self.restore(place, page.items)
                yield ReadPage(place, page.items)
        finally:
            await pages.aclose()

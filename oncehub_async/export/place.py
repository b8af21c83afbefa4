"""What a spool keeps of a page's place in the list, and the place that it gives again."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ..pagination import Following
from ..walk import PlacedPage, Placement, Side

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
        older_than=None if page.older_than is None else page.older_than.isoformat(),
        cursor=page.following.cursor,
        announced=page.following.announced,
    )


def placement_of(place: Place, count: int = 0) -> Placement:
    """Where a page of so many objects belongs."""
    return Placement(place["stretch"], Side(place["side"]), 0, count, place["joins"], place["ends"])


def older_than_of(place: Place) -> datetime | None:
    """The time before which a walk asked for the page, if it did."""
    older_than = place["older_than"]
    return None if older_than is None else datetime.fromisoformat(older_than)


def following_of(place: Place) -> Following:
    """How the list goes on after the page."""
    return Following(place["cursor"], place["announced"])

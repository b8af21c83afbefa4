"""What a spool keeps of a page's place in the list, and the place that it gives again."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ..pagination import Following
from ..walk import Addition, Piece, Side

Place = Mapping[str, Any]


def place_of(addition: Addition, **more: Any) -> Place:
    """The place of any page."""
    return {
        "stretch": addition.stretch,
        "side": str(addition.side),
        "joins": addition.joins,
        "ends": addition.ends,
        **more,
    }


def place_of_piece(piece: Piece[dict[str, Any]]) -> Place:
    """The place of a page of a walk, with all that the walk needs to go on from there."""
    return place_of(
        piece.addition,
        ordered=piece.ordered,
        older_than=None if piece.older_than is None else piece.older_than.isoformat(),
        cursor=piece.following.cursor,
        announced=piece.following.announced,
    )


def addition_of(place: Place, count: int = 0) -> Addition:
    """Where a page of so many objects belongs."""
    return Addition(place["stretch"], Side(place["side"]), 0, count, place["joins"], place["ends"])


def older_than_of(place: Place) -> datetime | None:
    """The time before which a walk asked for the page, if it did."""
    older_than = place["older_than"]
    return None if older_than is None else datetime.fromisoformat(older_than)


def following_of(place: Place) -> Following:
    """How the list goes on after the page."""
    return Following(place["cursor"], place["announced"])

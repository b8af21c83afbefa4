"""Concurrent walks: a list read in several places at once, each object once."""

from .placement import Order, PlacedPage
from .segments import Coverage, Placement, Position, Side, positions_of
from .walk import Walk
from .walk_plan import Bounds, pages_left

__all__ = [
    "Bounds",
    "Coverage",
    "Order",
    "PlacedPage",
    "Placement",
    "Position",
    "Side",
    "Walk",
    "pages_left",
    "positions_of",
]

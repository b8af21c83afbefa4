"""Lists of the API: their pages, read one after the other or in several places at once."""

from .listing import Listing
from .pages import Page, PageSource, model_item
from .pagination import Following
from .placement import Order, PlacedPage
from .segments import (
    Coverage,
    Placement,
    Position,
    Side,
    coverage_data,
    coverage_from,
    positions_of,
)
from .walk import Walk
from .walk_plan import Bounds, pages_left

__all__ = [
    "Bounds",
    "Coverage",
    "Following",
    "Listing",
    "Order",
    "Page",
    "PageSource",
    "PlacedPage",
    "Placement",
    "Position",
    "Side",
    "Walk",
    "coverage_data",
    "coverage_from",
    "model_item",
    "pages_left",
    "positions_of",
]

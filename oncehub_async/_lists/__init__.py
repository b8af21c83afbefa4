"""Lists of the API: their pages, read one after the other or in several places at once."""

from .gaps import Bounds, Ends, pages_left
from .listing import Listing
from .order import Order
from .pages import Page, PageSource, model_item
from .pagination import Direction, Following, following
from .piece import Piece, marks_of
from .stretch import Mark, Side
from .territory import Addition, Territory
from .walk import Walk

__all__ = [
    "Addition",
    "Bounds",
    "Direction",
    "Ends",
    "Following",
    "Listing",
    "Mark",
    "Order",
    "Page",
    "PageSource",
    "Piece",
    "Side",
    "Territory",
    "Walk",
    "following",
    "marks_of",
    "model_item",
    "pages_left",
]

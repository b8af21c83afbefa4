"""Concurrent walks: a list read in several places at once, each object once."""

from .gaps import Bounds, Ends, pages_left
from .piece import Piece, marks_of
from .stretch import Mark, Side
from .territory import Addition, Territory
from .walk import Walk

__all__ = [
    "Addition",
    "Bounds",
    "Ends",
    "Mark",
    "Piece",
    "Side",
    "Territory",
    "Walk",
    "marks_of",
    "pages_left",
]

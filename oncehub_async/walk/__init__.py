"""Concurrent walks: a list read in several places at once, each object once."""

from .piece import Piece, marks_of
from .territory import Addition, Mark, Side, Territory
from .walk import Walk

__all__ = ["Addition", "Mark", "Piece", "Side", "Territory", "Walk", "marks_of"]

"""Puts the pieces of a walk into the list's order."""

from collections import deque
from collections.abc import AsyncGenerator
from typing import Generic, TypeVar

from .piece import Piece
from .stretch import Side
from .territory import Addition

T = TypeVar("T")


class Order(Generic[T]):
    """For each stretch of a territory, what belongs to it, in the list's order.

    T stands for whatever the pages are kept as: themselves, or where they lie in a file.
    """

    def __init__(self) -> None:
        self._of_stretch: dict[int, deque[T]] = {}

    def from_the_top(self) -> deque[T]:
        """What follows the top of the list without a gap; whoever takes it out has it."""
        return self._of_stretch.setdefault(0, deque())

    def add(self, addition: Addition, value: T) -> None:
        """Put a page into its place."""
        own = self._of_stretch.setdefault(addition.stretch, deque())
        if addition.side is Side.OLDER:
            own.append(value)
        else:
            own.appendleft(value)
        if addition.joins is None:
            return
        neighbour = self._of_stretch.pop(addition.joins)
        if addition.side is Side.OLDER:
            own.extend(neighbour)
        else:
            # The upper one stays; see Territory.
            neighbour.extend(self._of_stretch.pop(addition.stretch))
            self._of_stretch[addition.joins] = neighbour


async def newest_first(
    pieces: AsyncGenerator[Piece[T], None],
) -> AsyncGenerator[Piece[T], None]:
    """The same pieces, each when all that is newer has come."""
    order: Order[Piece[T]] = Order()
    try:
        async for piece in pieces:
            order.add(piece.addition, piece)
            ready = order.from_the_top()
            while ready:
                yield ready.popleft()
    finally:
        await pieces.aclose()

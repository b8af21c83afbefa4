"""A list that is read in several places at once."""

from collections.abc import AsyncGenerator, Mapping
from typing import Any, TypeVar

import attrs

from .._rate import Priority
from .gaps import Ends
from .listing import Listing
from .order import newest_first
from .pages import Page, Paged, PageSource
from .piece import Piece
from .territory import Territory
from .walk_run import Run

T = TypeVar("T", covariant=True)


@attrs.frozen(repr=False, eq=False)
class Walk(Paged[T]):
    """What a walk operation gives, before anything is requested.

        async for booking in oncehub.bookings.walk(status="scheduled"):
            ...

    It gives exactly the objects that `list` gives with the same filters, each once, and is faster
    where one page after the other would wait for answers: it asks for pages in several places of
    the list at once. What existed before it began and still exists when it ends is there, whatever
    is created, changed and deleted meanwhile.

    How well it chooses the places depends on how far the list goes back, which nothing in the
    service tells. `began=` may; else any age is reckoned with, three years most of all.

    The objects come page by page as the pages come, or in the list's order with
    `newest_first=True`, for which it has to keep pages that come too early (200 at most).

    It can be iterated any number of times; each time starts anew. Whoever consumes it slowly slows
    the fetching down; leaving the loop ends all that is under way.
    """

    _source: PageSource[T]
    _query: Mapping[str, str]
    _priority: Priority
    _single_priority: Priority
    _newest_first: bool
    _ends: Ends

    async def pages(self) -> AsyncGenerator[Page[T], None]:
        """The pages, without what other pages had already.

        They can't be taken up from a cursor: their `next_cursor` is None.

        Raises `PaginationError` when the list does not lead to its end, and any `RequestError`.
        """
        pieces = self.pieces()
        if self._newest_first:
            pieces = newest_first(pieces)
        try:
            async for piece in pieces:
                if piece.items:
                    yield Page(piece.items, None, piece.request_id)
        finally:
            await pieces.aclose()

    def pieces(self, territory: Territory | None = None) -> AsyncGenerator[Piece[T], None]:
        """The pages with their places in the list, for whoever puts them in order.

        With a territory that was read earlier, from the pieces of an unfinished walk with the same
        filters, it reads the rest.
        """
        run = Run(
            self._source,
            self._query,
            self._priority,
            territory or Territory(),
            self._ends,
            newest_first=self._newest_first,
        )
        return run.pieces()

    async def first(self) -> T | None:
        """The newest item, or None where there is none. Costs one request."""
        return await self._listing().first()

    def raw(self) -> "Walk[dict[str, Any]]":
        """The same walk as JSON data, exactly as the service sends it."""
        return Walk(
            self._source.raw(),
            self._query,
            self._priority,
            self._single_priority,
            self._newest_first,
            self._ends,
        )

    def _listing(self) -> Listing[T]:
        return Listing(self._source, self._query, self._priority, self._single_priority)

    def __repr__(self) -> str:
        return f"Walk({self._source.operation})"

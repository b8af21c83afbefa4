"""A list that is read in several places at once."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from .async_only import AsyncPages
from .pages import Page, Paged
from .placement import PlacedPage, newest_first
from .runner import Run
from .segments import Coverage

if TYPE_CHECKING:
    from .listing import Listing

T = TypeVar("T", covariant=True)


@attrs.frozen(repr=False, eq=False)
class Walk(Paged[T]):
    """What `walk` of a list gives, before anything is requested.

        async for booking in oncehub.bookings.list(status="scheduled").walk():
            ...

    It gives exactly the objects that the list gives, each once, and is faster where one page after
    the other would wait for answers: it asks for pages in several places of the list at once. What
    existed before it began and still exists when it ends is there, whatever is created, changed
    and deleted meanwhile.

    With `newest_first=True`, it has to keep pages that come too early (200 at most). Where the
    objects turn out not to be in the order of their creation times, or one doesn't tell its own,
    the rest is read one page after the other.

    It can be iterated any number of times; each time starts anew. Whoever consumes it slowly slows
    the fetching down; leaving the loop ends all that is under way.
    """

    _listing: "Listing[T]"
    _newest_first: bool
    _oldest: datetime | None

    def pages(self) -> AsyncGenerator[Page[T], None]:
        """The pages, without what other pages had already.

        They can't be taken up from a cursor: their `next_cursor` is None.

        Raises `PaginationError` when the list does not lead to its end, and any `RequestError`.
        """
        return AsyncPages(self._pages())

    async def _pages(self) -> AsyncGenerator[Page[T], None]:
        pages = self.placed_pages()
        if self._newest_first:
            pages = newest_first(pages)
        async with aclosing(pages):
            async for page in pages:
                if page.items:
                    yield Page(page.items, None, page.request_id)

    def placed_pages(self, coverage: Coverage | None = None) -> AsyncGenerator[PlacedPage[T], None]:
        """The pages with their places in the list, for whoever puts them in order.

        With a coverage that was read earlier, from the pages of an unfinished walk with the same
        filters, it reads the rest.
        """
        coverage = Coverage() if coverage is None else coverage
        return Run(self._listing, coverage, self._oldest, self._newest_first).pages()

    async def first(self) -> T | None:
        """The newest item, or None where there is none. Costs one request."""
        return await self._listing.first()

    def raw(self) -> "Walk[dict[str, Any]]":
        """The same walk as JSON data, exactly as the service sends it."""
        return Walk(self._listing.raw(), self._newest_first, self._oldest)

    def __repr__(self) -> str:
        return f"Walk({self._listing.source.operation})"

"""Lists: nothing is requested until they are iterated, then page by page, one page ahead."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from datetime import datetime
from itertools import compress
from typing import Any, TypeVar

import attrs

from .._ground import checks
from .._rate import Priority
from ..errors import InvalidParameterError
from .async_only import AsyncPages
from .pages import Page, Paged, PageSource, put_an_end_to
from .pagination import Advance, Direction, Following, direction_of
from .walk import Walk

T = TypeVar("T", covariant=True)
Item = TypeVar("Item")

Fetched = tuple[Page[Item], list[str], Following]
"""A page, the ids on it, and where the list goes on."""


@attrs.frozen(repr=False, eq=False)
class Listing(Paged[T]):
    """What a list operation gives, before anything is requested.

        async for booking in oncehub.bookings.list(status="scheduled"):
            ...

    It can be iterated any number of times; each time starts anew. While a page is consumed the
    next one is already being fetched, and never more than that one.
    """

    source: PageSource[T]
    query: Mapping[str, str]
    priority: Priority
    single_priority: Priority
    has_creation_time: bool = False
    """Whether it can be filtered by creation time, and so be read from any place."""

    def pages(self) -> AsyncGenerator[Page[T], None]:
        """The pages, one after the other.

        Raises `PaginationError` when the list does not advance, and any `RequestError`.
        """
        return AsyncPages(self.pages_after())

    async def pages_after(
        self, previous: Sequence[str] = (), *, announced: bool = False
    ) -> AsyncGenerator[Page[T], None]:
        """The same from a cursor on, where what stands before is known.

        `previous` are ids that end with the cursor, `announced` whether more was said to follow.
        """
        direction = direction_of(self.query)
        cursor = self.query.get(direction.value)
        advance = Advance(cursor)
        fetching: asyncio.Task[Fetched[T]] | None = None
        try:
            page, ids, further = await self._fetch(self.query, self.priority)
            while True:
                if not ids and announced and len(previous) > 1:
                    page, ids, further, announced = await self._look_again(direction, previous)
                announced = announced or further.announced
                self._check(advance.problem(ids, cursor, announced))
                cursor = page.next_cursor
                if cursor is None:
                    yield page
                    return
                stuck = advance.problem_with_cursor(cursor)
                if stuck is not None:
                    yield page
                    self._check(stuck)
                announced, previous = further.announced, ids
                query = {**self.query, direction.value: cursor}
                fetching = asyncio.create_task(self._fetch(query, self.priority))
                yield page
                page, ids, further = await fetching
        finally:
            if fetching is not None:
                await put_an_end_to(fetching)

    async def _look_again(
        self, direction: Direction, previous: Sequence[str]
    ) -> tuple[Page[T], list[str], Following, bool]:
        """What stands after a page that announced more, when the page after it came empty.

        Either the service announced too much, or the object that was the cursor has been deleted
        and the service lost its place. The object before it tells: what follows that one is the
        cursor's object and the end, or the rest of the list. The last value is whether there
        should be more still.
        """
        last, neighbour = previous[-1], previous[-2]
        if direction is Direction.NEWER:
            last, neighbour = previous[0], previous[1]
        query = {**self.query, direction.value: neighbour}
        page, ids, further = await self._fetch(query, self.priority)
        fresh = [each not in previous for each in ids]
        items = tuple(compress(page.items, fresh))
        if last in ids and not items:
            return Page((), None, page.request_id), [], Following(None, False), False
        rest = Page(items, page.next_cursor, page.request_id)
        return rest, list(compress(ids, fresh)), further, last not in ids

    async def first(self) -> T | None:
        """The first item, or None where there is none. Costs one request."""
        query = {**self.query, "limit": "1"}
        page, *_ = await self._fetch(query, self.single_priority)
        return page.items[0] if page.items else None

    async def first_page(self) -> Page[T]:
        """The first page alone. Costs one request."""
        page, *_ = await self._fetch(self.query, self.priority)
        return page

    def raw(self) -> "Listing[dict[str, Any]]":
        """The same list as JSON data, value for value as the service sends it.

        A number that neither an int nor a float is equal to is a `decimal.Decimal`.
        """
        return Listing(
            self.source.raw(),
            self.query,
            self.priority,
            self.single_priority,
            self.has_creation_time,
        )

    def walk(self, *, newest_first: bool = False, oldest: datetime | None = None) -> Walk[T]:
        """The same objects, read in several places of the list at once.

        As the pages come, or in the list's order with `newest_first=True`. `oldest` is about when
        the oldest was created, if you know it. It decides where the walk begins to read, and so
        how fast it is, not what it gives.

        Bookings, contacts and text messages can be filtered by creation time and are read so; the
        other lists, which are short, are read one page after the other all the same.

        Raises `InvalidParameterError` for a list from a cursor on.
        """
        for cursor in ("after", "before"):
            if cursor in self.query:
                raise InvalidParameterError(
                    cursor,
                    f"a walk reads all of a list; leave it out, or use list({cursor}=...) alone",
                )
        if oldest is not None:
            checks.aware(oldest, "oldest")
        return Walk(self, newest_first, oldest)

    async def _fetch(self, query: Mapping[str, str], priority: Priority) -> Fetched[T]:
        fetched = await self.source.fetch(query, priority)
        page = Page(fetched.items, fetched.following.cursor, fetched.request_id)
        return page, list(fetched.ids), fetched.following

    def _check(self, problem: str | None) -> None:
        if problem is not None:
            raise self.source.lost(problem)

    def __repr__(self) -> str:
        return f"Listing({self.source.operation})"

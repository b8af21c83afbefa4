"""Lists: nothing is requested until they are iterated, then page by page, one page ahead."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from itertools import compress
from typing import Any, Generic, TypeVar

import attrs

from .budget import Priority
from .calls import Caller, Reply
from .errors import PaginationError
from .models import Model, ModelError, from_dict
from .pagination import Advance, Direction, Following, PageFacts, following
from .request import Operation, Request

T = TypeVar("T", covariant=True)
M = TypeVar("M", bound=Model)

Item = TypeVar("Item")
DecodeItem = Callable[[object, str], Item]
"""Makes an item from JSON data; the text is its place in the answer, for errors."""


@attrs.frozen(repr=False)
class Page(Generic[T]):
    """One page of a list, newest first."""

    items: tuple[T, ...]
    next_cursor: str | None
    """Where the list goes on: `list(after=...)`, with the same filters, takes it up there
    (`before=` for a list that was walked with `before=`). None at the end."""
    request_id: str | None

    def __iter__(self) -> Iterator[T]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    def __repr__(self) -> str:
        return f"Page({len(self.items)} items, next_cursor={self.next_cursor!r})"


Fetched = tuple[Page[Item], list[str], Following]
"""A page, the ids on it, and where the list goes on."""


@attrs.frozen(repr=False, eq=False)
class Listing(Generic[T]):
    """What a list operation gives, before anything is requested.

        async for booking in oncehub.bookings.list(status="scheduled"):
            ...

    It can be iterated any number of times; each time starts anew. While a page is consumed the
    next one is already being fetched, and never more than that one.
    """

    _caller: Caller
    _operation: Operation
    _query: Mapping[str, str]
    _decode: DecodeItem[T]
    _priority: Priority
    _single_priority: Priority

    def __aiter__(self) -> AsyncGenerator[T, None]:
        return self._items()

    async def _items(self) -> AsyncGenerator[T, None]:
        pages = self.pages()
        try:
            async for page in pages:
                for item in page.items:
                    yield item
        finally:
            await pages.aclose()

    async def pages(self) -> AsyncGenerator[Page[T], None]:
        """The pages, one after the other.

        Raises `PaginationError` when the list does not advance, and any `RequestError`.
        """
        direction = self._direction()
        cursor = self._query.get(direction.value)
        advance = Advance(cursor)
        announced = False
        previous: list[str] = []
        fetching: asyncio.Task[Fetched[T]] | None = None
        try:
            page, ids, further = await self._fetch(direction, self._query, self._priority)
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
                query = {**self._query, direction.value: cursor}
                fetching = asyncio.create_task(self._fetch(direction, query, self._priority))
                yield page
                page, ids, further = await fetching
        finally:
            if fetching is not None:
                await _put_an_end_to(fetching)

    async def _look_again(
        self, direction: Direction, previous: list[str]
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
        query = {**self._query, direction.value: neighbour}
        page, ids, further = await self._fetch(direction, query, self._priority)
        fresh = [each not in previous for each in ids]
        items = tuple(compress(page.items, fresh))
        if last in ids and not items:
            return Page((), None, page.request_id), [], Following(None, False), False
        rest = Page(items, page.next_cursor, page.request_id)
        return rest, list(compress(ids, fresh)), further, last not in ids

    async def first(self) -> T | None:
        """The first item, or None where there is none. Costs one request."""
        direction = self._direction()
        query = {**self._query, "limit": "1"}
        page, *_ = await self._fetch(direction, query, self._single_priority)
        return page.items[0] if page.items else None

    async def collect(self) -> list[T]:
        """All items in a list. A large account's bookings fill the memory; iterate those."""
        return [item async for item in self]

    def raw(self) -> "Listing[dict[str, Any]]":
        """The same list as JSON data, exactly as the service sends it."""
        return Listing(
            self._caller,
            self._operation,
            self._query,
            _raw_item,
            self._priority,
            self._single_priority,
        )

    def _direction(self) -> Direction:
        return Direction.NEWER if "before" in self._query else Direction.OLDER

    async def _fetch(
        self, direction: Direction, query: Mapping[str, str], priority: Priority
    ) -> Fetched[T]:
        limit = int(query["limit"])
        base = self._caller.transport.base_url

        def decode(reply: Reply) -> Fetched[T]:
            data = _envelope(reply.data)
            items = tuple(self._decode(item, f"data[{i}]") for i, item in enumerate(data))
            ids = [_id(item, f"data[{i}]") for i, item in enumerate(data)]
            facts = PageFacts(ids, _has_more(reply.data), reply.links, limit)
            further = following(facts, direction, self._operation.path, base)
            return Page(items, further.cursor, reply.request_id), ids, further

        return await self._caller.call(Request(self._operation, query=query), decode, priority)

    def _check(self, problem: str | None) -> None:
        if problem is not None:
            raise PaginationError(
                f"{problem}; stopped, for the list is not complete",
                method=self._operation.method,
                path=self._operation.path,
            )

    def __repr__(self) -> str:
        return f"Listing({self._operation.method} {self._operation.path})"


async def _put_an_end_to(task: "asyncio.Task[Any]") -> None:
    """Cancel a task and wait for it; its error, if any, is of no interest any more."""
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def model_item(cls: type[M]) -> DecodeItem[M]:
    """Items that are models."""

    def decode(data: object, at: str) -> M:
        return from_dict(data, cls, at=at)

    return decode


def _raw_item(data: object, at: str) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise ModelError(at, "expected an object")
    return data


def _envelope(data: object) -> list[object]:
    items = data.get("data") if isinstance(data, dict) else None
    if not isinstance(items, list):
        raise ModelError("data", "expected the array of a list")
    return items


def _has_more(data: Mapping[str, object]) -> bool | None:
    value = data.get("has_more")
    if value is not None and not isinstance(value, bool):
        raise ModelError("has_more", "expected a boolean")
    return value


def _id(item: object, at: str) -> str:
    value = item.get("id") if isinstance(item, dict) else None
    if not isinstance(value, str):
        raise ModelError(f"{at}.id", "is missing")
    return value

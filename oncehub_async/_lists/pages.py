"""One page of a list: fetched, checked for its form, and decoded."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from typing import Any, Generic, TypeVar

import attrs

from .._http import Caller, Operation, Reply, Request
from .._rate import Priority
from ..errors import ModelError, PaginationError
from ..models import Model, from_dict
from .async_only import AsyncOnly
from .pagination import Following, PageFacts, direction_of, following

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


class Paged(AsyncOnly, ABC, Generic[T]):
    """What is consumed page by page or item by item."""

    _instead = (
        "write 'async for item in ...', or 'await ....collect()' for all in a list and "
        "'await ....first()' for the first"
    )

    @abstractmethod
    def pages(self) -> AsyncGenerator[Page[T], None]:
        """The pages."""

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

    async def collect(self) -> list[T]:
        """All items in a list. A large account's bookings fill the memory; iterate those."""
        return [item async for item in self]


@attrs.frozen(eq=False, repr=False)
class FetchedPage(Generic[T]):
    """A page as it came, and where the service says that the list goes on."""

    items: tuple[T, ...]
    data: Sequence[Mapping[str, Any]]
    """The same as JSON data."""
    ids: Sequence[str]
    following: Following
    request_id: str | None
    took: float
    """Seconds from leaving to the answer, the wait for the budget not included."""


@attrs.frozen(eq=False)
class PageSource(Generic[T]):
    """Where the pages of one list operation come from."""

    caller: Caller
    operation: Operation
    decode: DecodeItem[T]

    async def fetch(self, query: Mapping[str, str], priority: Priority) -> FetchedPage[T]:
        """The page that a query asks for. Raises a `RequestError`."""
        limit, direction = int(query["limit"]), direction_of(query)
        path, base_url = self.operation.path, self.caller.transport.base_url

        def decode(reply: Reply) -> FetchedPage[T]:
            data = _envelope(reply.data)
            items = tuple(self.decode(item, f"data[{i}]") for i, item in enumerate(data))
            ids = [_id(item, f"data[{i}]") for i, item in enumerate(data)]
            facts = PageFacts(ids, _has_more(reply.data), reply.links, limit)
            further = following(facts, direction, path, base_url)
            return FetchedPage(items, data, ids, further, reply.request_id, reply.took)

        return await self.caller.call(Request(self.operation, query=query), decode, priority)

    def lost(self, problem: object) -> PaginationError:
        """What is raised where the list doesn't lead to its end."""
        return PaginationError(
            f"{problem}; stopped, for the list is not complete",
            method=self.operation.method,
            path=self.operation.path,
        )

    def raw(self) -> "PageSource[dict[str, Any]]":
        """The same with JSON data as items."""
        return PageSource(self.caller, self.operation, _raw_item)


async def put_an_end_to(*tasks: "asyncio.Task[Any]") -> None:
    """Cancel tasks and wait for them; their errors are of no interest any more."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def model_item(cls: type[M]) -> DecodeItem[M]:
    """Items that are models."""

    def decode(data: object, at: str) -> M:
        return from_dict(data, cls, at=at)

    return decode


def _raw_item(data: object, at: str) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise ModelError(at, "expected an object")
    return data


def _envelope(data: object) -> list[Any]:
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

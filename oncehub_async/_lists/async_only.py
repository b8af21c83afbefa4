"""What is said to who awaits a list, or goes through it with a plain `for`."""

from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, TypeVar

Item = TypeVar("Item")


class AsyncOnly:
    """Can be iterated with `async for` alone; the errors say what to write instead."""

    _instead: ClassVar[str]
    """What to write instead, for `await` and `for` alike."""

    # A type checker that saw these would let pass what they refuse.
    if not TYPE_CHECKING:

        def __await__(self) -> NoReturn:
            raise TypeError(f"{self._name()} can't be awaited: {self._instead}")

        def __iter__(self) -> NoReturn:
            raise TypeError(f"{self._name()} can't be iterated with a plain for: {self._instead}")

        def __getitem__(self, _place: object) -> NoReturn:
            raise TypeError(f"{self._name()} has no places to pick from: {self._instead}")

    def _name(self) -> str:
        return f"a {type(self).__name__}"


class AsyncPages(AsyncOnly, AsyncGenerator[Item, None]):
    """The pages of a list, as they are asked for."""

    _instead = "write 'async for page in ...pages()'"

    def __init__(self, pages: AsyncGenerator[Item, None]) -> None:
        self._pages = pages

    async def __anext__(self) -> Item:
        return await anext(self._pages)

    async def asend(self, value: None) -> Item:
        """The next page."""
        return await self._pages.asend(value)

    async def athrow(self, *error: Any) -> Item:
        """Raise an error where the pages are."""
        return await self._pages.athrow(*error)

    async def aclose(self) -> None:
        """End what is under way."""
        await self._pages.aclose()

    def _name(self) -> str:
        return "pages()"

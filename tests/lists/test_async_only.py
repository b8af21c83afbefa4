"""Who awaits a list, or writes a plain `for`, reads what to write instead."""

import warnings
from collections.abc import AsyncGenerator, Callable, Iterable
from typing import Any

import pytest

from oncehub_async import OnceHub, resources

KINDS: dict[str, Callable[[Any], Any]] = {
    "listing": lambda listing: listing,
    "raw": lambda listing: listing.raw(),
    "walk": lambda listing: listing.walk(),
    "raw walk": lambda listing: listing.walk(newest_first=True).raw(),
}
PAGES: dict[str, Callable[[Any], Any]] = {
    name: lambda listing, kind=kind: kind(listing).pages()  # type: ignore[misc]
    for name, kind in KINDS.items()
}


def lists() -> Iterable[str]:
    return [
        name.lower()
        for name in ("Bookings", "Contacts", "Users", "Teams", "Webhooks")
        if hasattr(getattr(resources, name), "list")
    ]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("resource", lists())
async def test_a_list_says_what_to_write(resource: str, kind: str) -> None:
    """For `await`, `for`, `list(...)` and an index; nothing is requested."""
    async with OnceHub("key", base_url="http://127.0.0.1:9") as oncehub:
        subject: Any = KINDS[kind](getattr(oncehub, resource).list())
        await says(subject, "async for item in", ".collect()", ".first()")


@pytest.mark.parametrize("kind", PAGES)
async def test_pages_say_what_to_write(kind: str) -> None:
    """And no coroutine is left that was never awaited."""
    async with OnceHub("key", base_url="http://127.0.0.1:9") as oncehub:
        subject: Any = PAGES[kind](oncehub.bookings.list())
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            await says(subject, "async for page in ...pages()")
            del subject
        assert told == []


async def says(subject: Any, *texts: str) -> None:
    with pytest.raises(TypeError) as awaited:
        await subject
    with pytest.raises(TypeError) as iterated:
        for _ in subject:
            pytest.fail("it can be iterated")
    with pytest.raises(TypeError) as listed:
        list(subject)
    with pytest.raises(TypeError) as picked:
        subject[0]
    assert "can't be awaited" in str(awaited.value)
    assert "plain for" in str(iterated.value)
    assert str(listed.value) == str(iterated.value)
    for error in (awaited, iterated, picked):
        for text in texts:
            assert text in str(error.value)
        assert "\n" not in str(error.value)


async def test_pages_are_a_generator_still() -> None:
    """They can be closed, sent to and thrown into, as before."""
    async with OnceHub("key", base_url="http://127.0.0.1:9") as oncehub:
        pages = oncehub.bookings.list().pages()
        assert isinstance(pages, AsyncGenerator)
        with pytest.raises(ZeroDivisionError):
            await pages.athrow(ZeroDivisionError())
        await pages.aclose()
        with pytest.raises(StopAsyncIteration):
            await anext(pages)
        with pytest.raises(StopAsyncIteration):
            await pages.asend(None)

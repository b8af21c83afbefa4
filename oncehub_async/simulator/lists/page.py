"""One page of a list: what stands before or after a cursor, newest first."""

import asyncio
from collections.abc import Sequence

import attrs

from ..collection import Collection
from .rules import Rule, candidates, matches

_SCANNED_AT_A_TIME = 2_000


@attrs.frozen
class Page:
    """The indexes of a page, newest first, and whether more lies in either direction.

    The page's far end is told by looking one further, its near end by what lies at the cursor and
    beyond: between the two nothing matches.
    """

    indexes: tuple[int, ...]
    has_older: bool
    has_newer: bool


EMPTY = Page((), has_older=False, has_newer=False)


async def older_than(
    collection: Collection, rules: Sequence[Rule], cursor: int | None, limit: int
) -> Page:
    """The page right after `cursor` (an index), or the newest page without one."""
    start = collection.end - 1 if cursor is None else cursor - 1
    newer = cursor is not None and await _any(collection, rules, cursor, newer=True)
    found = await _take(collection, rules, start, limit + 1, newer=False)
    return Page(tuple(found[:limit]), has_older=len(found) > limit, has_newer=newer)


async def newer_than(
    collection: Collection, rules: Sequence[Rule], cursor: int, limit: int
) -> Page:
    """The page right before `cursor`: the oldest of all that are newer, still newest first."""
    older = await _any(collection, rules, cursor, newer=False)
    found = await _take(collection, rules, cursor + 1, limit + 1, newer=True)
    return Page(tuple(reversed(found[:limit])), has_older=older, has_newer=len(found) > limit)


async def _any(collection: Collection, rules: Sequence[Rule], start: int, *, newer: bool) -> bool:
    # Asked before the page is taken: nothing may be waited for between that and its answer.
    return bool(await _take(collection, rules, start, 1, newer=newer))


async def _take(
    collection: Collection, rules: Sequence[Rule], start: int, wanted: int, *, newer: bool
) -> list[int]:
    # What was deleted is passed over one by one: a million deleted in a row take a while.
    found: list[int] = []
    for run in candidates(collection, rules, start, newer=newer):
        for place in range(0, len(run), _SCANNED_AT_A_TIME):
            for index in run[place : place + _SCANNED_AT_A_TIME]:
                if matches(collection, rules, index):
                    found.append(index)
                    if len(found) == wanted:
                        return found
            # A rare filter looks at everything there is: others get their turn in between,
            # and may delete or change what was found so far.
            await asyncio.sleep(0)
            found = [index for index in found if matches(collection, rules, index)]
    return found

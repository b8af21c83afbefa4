"""Answers a list: its query read and checked, one page of it, and the way to the next."""

import asyncio
from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

import attrs

from .._collection import Collection
from .._data.kind import Body
from .._expansion import expand, paths
from .._service import Service
from .._service_answers import SimulatedAnswer, invalid
from .._simulator_call import Call
from .filter_rules import Rule, candidates, matches
from .list_filters import NONE, Filters


def link(
    base: str, path: str, limit: int | None, *, after: str | None, before: str | None
) -> str | None:
    """The URLs of the next page (`after` an id) and the previous one (`before` an id).

    As the vendor documents them they hold no filters, only the cursor, and `limit` if it was
    given. None when there is neither page: then the header is left out. So an empty page has none,
    for it has no object of its own that a cursor could name.
    """
    parts = []
    for cursor, place, rel in (("after", after, "next"), ("before", before, "previous")):
        if place is not None:
            query = {"limit": str(limit)} if limit is not None else {}
            parts.append(f'<{base}{path}?{urlencode(query | {cursor: place})}>; rel="{rel}"')
    return ", ".join(parts) or None


_SCANNED_AT_A_TIME = 2_000


@attrs.frozen
class SimulatedPage:
    """The indexes of a page, newest first, and whether more lies in either direction.

    The page's far end is told by looking one further, its near end by what lies at the cursor and
    beyond: between the two nothing matches.
    """

    indexes: tuple[int, ...]
    has_older: bool
    has_newer: bool


EMPTY = SimulatedPage((), has_older=False, has_newer=False)


async def older_than(
    collection: Collection, rules: Sequence[Rule], cursor: int | None, limit: int
) -> SimulatedPage:
    """The page right after `cursor` (an index), or the newest page without one."""
    start = collection.end - 1 if cursor is None else cursor - 1
    newer = cursor is not None and await _any(collection, rules, cursor, newer=True)
    found = await _take(collection, rules, start, limit + 1, newer=False)
    return SimulatedPage(tuple(found[:limit]), has_older=len(found) > limit, has_newer=newer)


async def newer_than(
    collection: Collection, rules: Sequence[Rule], cursor: int, limit: int
) -> SimulatedPage:
    """The page right before `cursor`: the oldest of all that are newer, still newest first."""
    older = await _any(collection, rules, cursor, newer=False)
    found = await _take(collection, rules, cursor + 1, limit + 1, newer=True)
    return SimulatedPage(
        tuple(reversed(found[:limit])), has_older=older, has_newer=len(found) > limit
    )


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


_DEFAULT_LIMIT = 10
_CURSORS = frozenset({"after", "before", "limit", "expand"})


@attrs.frozen
class ListOperation:
    """One list operation: the resource, the path as the `Link` header shows it, filters."""

    resource: str
    path: str
    filters: Filters = NONE
    expandable: frozenset[str] = frozenset()

    async def __call__(self, call: Call) -> SimulatedAnswer:
        """The page that a call asks for. Raises ApiError (400) for a query that isn't allowed."""
        query, service = call.query, call.state.service
        collection = call.state.collections[self.resource]
        call.refuse_unknown_parameters(self.filters.parameters | _CURSORS)
        limit = _limit(query)
        expansions = paths(query.get("expand", ""), self.expandable, in_list=True)
        rules = self.filters.rules(call.state, query)
        page = await _page(collection, rules, query, limit, service)

        bodies = [expand(call.state, collection.body(index), expansions) for index in page.indexes]
        body: Body = {"object": "list", "data": [service.shown_again(each) for each in bodies]}
        backwards = bool(query.get("before"))
        if self.resource != "sms_notifications" or service.sms_has_more:
            body["has_more"] = page.has_newer if backwards else page.has_older
        ids = [collection.kind.id(index) for index in page.indexes]
        header = link(
            service.link_base,
            self.path,
            limit if "limit" in query else None,
            after=ids[-1] if ids and page.has_older else None,
            before=ids[0] if ids and page.has_newer else None,
        )
        return SimulatedAnswer(body, headers={"Link": header} if header else {})


def _limit(query: Mapping[str, str]) -> int:
    text = query.get("limit")
    if text is None:
        return _DEFAULT_LIMIT
    if text.isascii() and text.isdigit() and len(text) < 4 and 1 <= int(text) <= 100:
        return int(text)
    raise invalid(
        f"Out of range value: {text}. Please provide a number between 1 and 100.", "limit"
    )


async def _page(
    collection: Collection,
    rules: list[Rule],
    query: Mapping[str, str],
    limit: int,
    service: Service,
) -> SimulatedPage:
    after, before = query.get("after"), query.get("before")
    if after and before:
        raise invalid("Received both before and after parameters. Please provide only one.")
    if not after and not before:
        return await older_than(collection, rules, None, limit)

    param = "after" if after else "before"
    cursor = collection.index(query[param])
    no_such_object = invalid(f"No such {collection.kind.noun}: '{query[param]}'", param)
    if cursor is None:
        raise no_such_object
    if service.deleted_cursor != "position" and not matches(collection, rules, cursor):
        if service.deleted_cursor == "error":
            raise no_such_object
        if service.deleted_cursor == "empty":
            return EMPTY
        return await older_than(collection, rules, None, limit)
    if param == "after":
        return await older_than(collection, rules, cursor, limit)
    return await newer_than(collection, rules, cursor, limit)

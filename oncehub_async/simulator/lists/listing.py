"""Answers a list: its query read and checked, one page of it, and the way to the next."""

from collections.abc import Mapping

import attrs

from ..answers import Answer, invalid
from ..call import Call
from ..collection import Collection
from ..data.kind import Body
from ..expansion import expand, paths
from ..service import Service
from .filters import NONE, Filters
from .link import link
from .page import EMPTY, Page, newer_than, older_than
from .rules import Rule, matches

_DEFAULT_LIMIT = 10
_CURSORS = frozenset({"after", "before", "limit", "expand"})


@attrs.frozen
class Listing:
    """One list operation: the resource, the path as the `Link` header shows it, filters."""

    resource: str
    path: str
    filters: Filters = NONE
    expandable: frozenset[str] = frozenset()

    async def __call__(self, call: Call) -> Answer:
        """The page that a call asks for. Raises ApiError (400) for a query that isn't allowed."""
        query, service = call.query, call.state.service
        collection = call.state.collections[self.resource]
        call.refuse_unknown_parameters(self.filters.parameters | _CURSORS)
        limit = _limit(query)
        expansions = paths(query.get("expand", ""), self.expandable, in_list=True)
        rules = self.filters.rules(call.state, query)
        page = await _page(collection, rules, query, limit, service)

        bodies = [expand(call.state, collection.body(index), expansions) for index in page.indexes]
        body: Body = {"object": "list", "data": bodies}
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
        return Answer(body, headers={"Link": header} if header else {})


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
) -> Page:
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

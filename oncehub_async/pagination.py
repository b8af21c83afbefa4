"""Where a list goes on, and whether it gets anywhere. Pure rules over pages.

Source: https://developers.oncehub.com/docs/pagination
"""

import re
from collections.abc import Sequence
from enum import Enum

import attrs
from yarl import URL

_VENDORS_HOST = "api.oncehub.com"
_LINK = re.compile(r'<([^<>]*)>((?:\s*;\s*[\w*]+\s*=\s*(?:"[^"]*"|[^",;\s]+))*)')
_REL = re.compile(r'rel\s*=\s*"?([^";,]+)"?', re.IGNORECASE)


class Direction(Enum):
    """Which way a list is walked: lists are newest first."""

    OLDER = "after"
    NEWER = "before"

    @property
    def relation(self) -> str:
        """What a Link header calls the following page."""
        return "next" if self is Direction.OLDER else "previous"


@attrs.frozen
class PageFacts:
    """What the service said about one page of a list."""

    ids: Sequence[str]
    has_more: bool | None
    """None where the service leaves it out, as the list of text messages is documented."""
    links: str
    """The Link header."""
    limit: int


def following_cursor(
    facts: PageFacts, direction: Direction, list_path: str, base: URL
) -> str | None:
    """The cursor of the following page; None at the end.

    It comes from the Link header, else from `has_more` and the last id. Only the cursor is taken
    from a link, and only of a link to this very list: a link is never followed to another host
    or path, where the API key would go along.
    """
    linked = _linked_cursor(facts.links, direction, list_path, base)
    if linked is not None:
        return linked
    if not facts.ids:
        return None
    # Without has_more and without a link, a page that is not full is the last one.
    more = facts.has_more if facts.has_more is not None else len(facts.ids) >= facts.limit
    if not more:
        return None
    return facts.ids[-1] if direction is Direction.OLDER else facts.ids[0]


def _linked_cursor(links: str, direction: Direction, list_path: str, base: URL) -> str | None:
    for target, attributes in _LINK.findall(links):
        relation = _REL.search(attributes)
        if relation is None or direction.relation not in relation.group(1).lower().split():
            continue
        try:
            url = URL(target)
            leads_here = _leads_here(url, list_path, base)
            cursor = url.query.get(direction.value)
        except ValueError:
            continue
        if leads_here and cursor:
            return cursor
    return None


def _leads_here(url: URL, list_path: str, base: URL) -> bool:
    # The vendor's own examples leave out the /v2 of the base URL.
    if url.path not in (list_path, base.path + list_path):
        return False
    if not url.absolute or url.host == _VENDORS_HOST:
        return True
    return (url.host, url.port) == (base.host, base.port)


class Advance:
    """Notices a list that runs in circles.

    Of each page that went by, the first and the last id are remembered: enough to recognize a
    list that starts again or ignores its cursor, also when a few objects came or went meanwhile.
    """

    def __init__(self, cursor: str | None) -> None:
        self._cursors = {cursor} if cursor is not None else set()
        self._ends: set[str] = set()

    def problem(self, ids: Sequence[str], cursor: str | None) -> str | None:
        """What is wrong with the page that was asked for with this cursor; None if nothing is."""
        if cursor is not None and cursor in ids:
            return f"the page after {cursor} holds {cursor} again"
        repeated = self._ends.intersection(ids)
        if repeated:
            return f"the page after {cursor} holds {min(repeated)}, which an earlier page held"
        if ids:
            self._ends.update((ids[0], ids[-1]))
        return None

    def problem_with_cursor(self, cursor: str) -> str | None:
        """What is wrong with following this cursor; None if nothing is."""
        if cursor in self._cursors:
            return f"the cursor {cursor} came twice"
        self._cursors.add(cursor)
        return None

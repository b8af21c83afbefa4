"""Where a list goes on, and whether it gets anywhere. Pure rules over pages.

Source: https://help.oncehub.com/developers/overview/pagination
"""

import re
from collections.abc import Mapping, Sequence
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


def direction_of(query: Mapping[str, str]) -> Direction:
    """Which way a query walks a list."""
    return Direction.NEWER if Direction.NEWER.value in query else Direction.OLDER


@attrs.frozen
class PageFacts:
    """What the service said about one page of a list."""

    ids: Sequence[str]
    has_more: bool | None
    """None where the service leaves it out, as the list of text messages is documented."""
    links: str
    """The Link header."""
    limit: int


@attrs.frozen
class Following:
    """Where a list goes on after a page."""

    cursor: str | None
    """None at the end."""
    announced: bool
    """Whether the service said that there is more; else a full page only makes it likely."""


NOTHING_FOLLOWS = Following(None, announced=False)


def following(facts: PageFacts, direction: Direction, list_path: str, base: URL) -> Following:
    """Where the list goes on: by the Link header, else by `has_more` and the last id.

    Only the cursor is taken from a link, and only of a link to this very list: a link is never
    followed to another host or path, where the API key would go along.
    """
    linked = _following_links(facts.links, direction)
    announced = bool(linked) or facts.has_more is True
    for url in linked:
        cursor = url.query.get(direction.value)
        if cursor and _leads_here(url, list_path, base):
            return Following(cursor, announced)
    # Without has_more and without a link, a page that is not full is the last one.
    likely = facts.has_more is None and len(facts.ids) >= facts.limit
    if not facts.ids or not (announced or likely):
        return Following(None, announced)
    last = facts.ids[-1] if direction is Direction.OLDER else facts.ids[0]
    return Following(last, announced)


def _following_links(links: str, direction: Direction) -> list[URL]:
    found = []
    for target, attributes in _LINK.findall(links):
        relation = _REL.search(attributes)
        if relation is None or direction.relation not in relation.group(1).lower().split():
            continue
        try:
            found.append(URL(target))
        except ValueError:
            # It can't be used, but says all the same that the list goes on.
            found.append(URL())
    return found


def _leads_here(url: URL, list_path: str, base: URL) -> bool:
    # The vendor's own examples leave out the /v2 of the base URL.
    if url.path not in (list_path, base.path + list_path):
        return False
    if not url.absolute or url.host == _VENDORS_HOST:
        return True
    return (url.host, url.port) == (base.host, base.port)


class Advance:
    """Notices a list that runs in circles or breaks off.

    Of each page that went by, the first and the last id are remembered, of the latest one all:
    enough to recognize a list that starts again or ignores its cursor, also when a few objects
    came or went meanwhile.
    """

    def __init__(self, cursor: str | None) -> None:
        self._cursors = {cursor} if cursor is not None else set()
        self._ends: set[str] = set()
        self._latest: frozenset[str] = frozenset()

    def problem(self, ids: Sequence[str], cursor: str | None, announced: bool) -> str | None:
        """What is wrong with the page that was asked for with this cursor; None if nothing is.

        `announced` tells whether this page, or one after it, was said to hold something.
        """
        page = frozenset(ids)
        place = "the first page" if cursor is None else f"the page after {cursor}"
        if not ids and announced:
            return f"{place} is empty although more was announced; was an object deleted meanwhile?"
        if len(page) < len(ids):
            return f"{place} holds an object twice"
        repeated = page & (self._ends | self._latest | {cursor})
        if repeated:
            return f"{place} holds {min(map(str, repeated))}, which came before"
        if ids:
            self._ends.update((ids[0], ids[-1]))
            self._latest = page
        return None

    def problem_with_cursor(self, cursor: str) -> str | None:
        """What is wrong with following this cursor; None if nothing is."""
        if cursor in self._cursors:
            return f"the cursor {cursor} came twice"
        self._cursors.add(cursor)
        return None

"""The `Link` header of a list."""

from urllib.parse import urlencode


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

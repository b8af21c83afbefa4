"""Time filters: `creation_time.gt` and its like. Both ends are exclusive."""

from collections.abc import Callable, Mapping
from math import ceil, floor

from .._collection import Collection
from .._data import instants as times
from .._data.kind import Body
from .._service_answers import invalid
from .filter_rules import Rule

Bounds = tuple[float | None, float | None]
"""Later than the first, earlier than the second, in milliseconds since 1970."""


def bounds(query: Mapping[str, str], field: str) -> Bounds:
    """The `.gt` and `.lt` of a field. Raises ApiError (400) for no time or a reversed range."""
    later, earlier = (_instant(query, f"{field}.{end}") for end in ("gt", "lt"))
    if later is not None and earlier is not None and later > earlier:
        raise invalid(f"{field}.gt cannot be later than {field}.lt", f"{field}.gt")
    return later, earlier


def creation_time(collection: Collection, wanted: Bounds) -> Rule:
    """Which were created within these bounds: a binary search, for creation times only rise."""
    later, earlier = wanted
    kind = collection.kind
    low = 0 if later is None else kind.first_after(floor(later))
    high = None if earlier is None else kind.first_from(ceil(earlier))
    return Rule(
        untouched=lambda index: low <= index and (high is None or index < high),
        changed=lambda index, _body: _within(collection.created(index), wanted),
        low=low,
        high=high,
    )


def moving_time(
    collection: Collection, field: str, time: Callable[[int], int], most: int, wanted: Bounds
) -> Rule:
    """Which have `field` within these bounds.

    `time` tells an untouched object's, which lies at most `most` milliseconds after its creation:
    so only a stretch of all objects has to be looked at.
    """
    later, earlier = wanted
    kind = collection.kind

    def changed(_index: int, body: Body) -> bool:
        value = body.get(field)
        instant = times.parse(value) if isinstance(value, str) else None
        return instant is not None and _within(instant, wanted)

    return Rule(
        untouched=lambda index: _within(time(index), wanted),
        changed=changed,
        low=0 if later is None else kind.first_after(floor(later) - most),
        high=None if earlier is None else kind.first_from(ceil(earlier)),
    )


def _within(instant: float, wanted: Bounds) -> bool:
    later, earlier = wanted
    return (later is None or instant > later) and (earlier is None or instant < earlier)


def _instant(query: Mapping[str, str], param: str) -> float | None:
    text = query.get(param)
    if text is None:
        return None
    instant = times.parse(text)
    if instant is None:
        raise invalid(f"Invalid date: {text}", param)
    return instant

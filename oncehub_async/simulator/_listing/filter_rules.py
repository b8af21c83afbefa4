"""What a list's filters ask of an object, cheaply."""

from collections.abc import Callable, Sequence

import attrs

from .._collection import Collection
from .._data.kind import Body


@attrs.frozen
class Rule:
    """One filter.

    `untouched` answers for an object as the account was made with it, from its index alone;
    `changed` for one that was changed or is new, from the object as well (None: the index tells).
    Untouched objects outside `low <= index < high` can't match: no need to look at them.
    """

    untouched: Callable[[int], bool]
    changed: Callable[[int, Body], bool] | None = None
    low: int = 0
    high: int | None = None


def matches(collection: Collection, rules: Sequence[Rule], index: int) -> bool:
    """Whether object `index` exists and every rule holds for it."""
    if not collection.exists(index):
        return False
    body = collection.changed.get(index)
    for rule in rules:
        if body is not None and rule.changed is not None:
            if not rule.changed(index, body):
                return False
        elif not rule.untouched(index):
            return False
    return True


def candidates(
    collection: Collection, rules: Sequence[Rule], start: int, *, newer: bool
) -> Sequence[range | list[int]]:
    """The indexes that may match, from `start` on: older and older ones, or newer and newer.

    They come in a few ordered runs: those within all rules' bounds, and the changed ones outside.
    """
    end = collection.end
    low = max((rule.low for rule in rules), default=0)
    high = min((end if rule.high is None else rule.high for rule in rules), default=end)
    high = max(high, low)
    # Most lists have no bounds: then there is no need to look at all that was ever changed.
    older = sorted(index for index in collection.changed if index < low) if low else []
    later = sorted(index for index in collection.changed if index >= high) if high < end else []
    if newer:
        return (
            [index for index in older if index >= start],
            range(max(low, start), high),
            [index for index in later if index >= start],
        )
    return (
        [index for index in reversed(later) if index <= start],
        range(min(high - 1, start), low - 1, -1),
        [index for index in reversed(older) if index <= start],
    )

"""When somebody has a meeting already."""

from bisect import bisect_left, insort
from collections.abc import Iterable, Sequence

import attrs

Span = tuple[int, int]
"""From the first instant to before the second, in milliseconds since 1970."""


def union(spans: Iterable[Span]) -> list[Span]:
    """The same time as spans in order that don't touch."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def overlaps(busy: Sequence[Span], span: Span) -> bool:
    """Whether `span` shares time with any of `busy`, which is a union."""
    start, end = span
    before_end = bisect_left(busy, (end,))
    return before_end > 0 and busy[before_end - 1][1] > start


@attrs.define
class Busy:
    """The meetings of many people, each with a number by which it is moved or called off."""

    _meetings: dict[int, tuple[Span, tuple[str, ...]]] = attrs.field(init=False, factory=dict)
    _people: dict[str, list[tuple[int, int, int]]] = attrs.field(init=False, factory=dict)
    _longest: int = attrs.field(init=False, default=0)

    def put(self, number: int, span: Span, people: tuple[str, ...]) -> None:
        """Meeting `number` is then, and of these people; it may have been otherwise before."""
        self.drop(number)
        self._meetings[number] = (span, people)
        self._longest = max(self._longest, span[1] - span[0])
        for one in people:
            insort(self._people.setdefault(one, []), (*span, number))

    def drop(self, number: int) -> None:
        """There is no meeting `number`, if there ever was."""
        span, people = self._meetings.pop(number, ((0, 0), ()))
        for one in people:
            entries = self._people[one]
            del entries[bisect_left(entries, (*span, number))]

    def of(self, person: str, first: int, last: int) -> list[Span]:
        """The union of a person's meetings that may take time from `first` to before `last`."""
        entries = self._people.get(person, [])
        low = bisect_left(entries, (first - self._longest,))
        return union(entry[:2] for entry in entries[low : bisect_left(entries, (last,))])

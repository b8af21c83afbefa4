"""When bookings' meetings take place, and which of them keep their hosts busy."""

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Sequence

import attrs

from .._collection import Collection
from .._data.bookings_data import SimulatedBookings
from .._data.instants import MINUTE, parse

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


@attrs.frozen
class Meeting:
    """A booking's status, and its meeting's start and end in milliseconds since 1970."""

    status: str
    start: int
    end: int


def meeting(kind: SimulatedBookings, bookings: Collection, index: int) -> Meeting | None:
    """The meeting of booking `index` as it is now, None if that was deleted."""
    if not bookings.exists(index):
        return None
    body = bookings.changed.get(index)
    if body is None:
        start, minutes = kind.starting(index), kind.duration(index)
        return Meeting(kind.status(index), start, start + minutes * MINUTE)
    start = int(parse(body["starting_time"]) or 0)
    return Meeting(body["status"], start, start + body["duration_minutes"] * MINUTE)


_ENDED = ("completed", "canceled", "no_show")


class Meetings:
    """The hosts' open bookings that weren't over when the clock started.

    They are looked for once, when they are first asked for; after that, only what was changed is.
    """

    def __init__(
        self, kind: SimulatedBookings, bookings: Collection, hosts: Callable[[int], tuple[str, ...]]
    ) -> None:
        self._kind, self._bookings, self._hosts = kind, bookings, hosts
        self._busy: Busy | None = None

    def of(self, host: str, first: int, last: int) -> list[Span]:
        """When a user (its id) is taken from `first` to before `last`: spans in order."""
        if self._busy is None:
            self._busy = Busy()
            self._read(self._busy, range(self._kind.first_open, self._kind.count))
        self._read(self._busy, self._bookings.fresh)
        self._bookings.fresh.clear()
        return self._busy.of(host, first, last)

    def _read(self, busy: Busy, indexes: Iterable[int]) -> None:
        for index in indexes:
            span = self._span(index)
            if span is None:
                busy.drop(index)
            else:
                busy.put(index, span, self._hosts(index))

    def _span(self, index: int) -> Span | None:
        found = meeting(self._kind, self._bookings, index)
        return None if found is None or found.status in _ENDED else (found.start, found.end)

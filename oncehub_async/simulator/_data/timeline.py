"""When the objects of a kind were created: steady days, quiet weeks, imports all in one instant.

A few hundred blocks describe any number of objects. The instant of object i is computed from its
block, and never goes back as i grows, so that a time filter is a binary search.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator

import attrs

from .instants import DAY, HOUR
from .seeded import chance, key, roll

_WEEKS = 156
_OPENS, _CLOSES, _IMPORT = 7 * HOUR, 20 * HOUR, 21 * HOUR
_PER_BURST = 4_000
_MOST_BURSTS = 150
_SMALLEST_BURST = 101
_LARGEST_BURST = 399


@attrs.frozen
class Timeline:
    """The creation times, in milliseconds since 1970, of `count` objects, all before `end`."""

    count: int
    end: int
    seed: int
    name: str
    _firsts: list[int] = attrs.field(init=False, repr=False)
    _starts: list[int] = attrs.field(init=False, repr=False)
    _lengths: list[int] = attrs.field(init=False, repr=False)
    _jitter: int = attrs.field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        firsts, starts, lengths = [0], [self.end - _WEEKS * 7 * DAY], [0]
        first = 0
        for start, length, members in self._blocks():
            if members:
                firsts.append(first)
                starts.append(start)
                lengths.append(length)
                first += members
        firsts.append(max(first, self.count))
        for name, value in (("_firsts", firsts), ("_starts", starts), ("_lengths", lengths)):
            object.__setattr__(self, name, value)
        object.__setattr__(self, "_jitter", key(self.seed, self.name, "jitter"))

    def at(self, index: int) -> int:
        """When object `index` was created; for one beyond the last, the end."""
        if index >= self.count:
            return self.end
        block = bisect_right(self._firsts, index, hi=len(self._starts)) - 1
        first = self._firsts[block]
        length = self._lengths[block]
        if not length:
            return self._starts[block]
        members = self._firsts[block + 1] - first
        place = ((index - first) << 16) + (roll(self._jitter, index) & 0xFFFF)
        return self._starts[block] + place * length // (members << 16)

    def first_after(self, ms: int) -> int:
        """The index of the first object that was created after `ms`."""
        return bisect_right(range(self.count), ms, key=self.at)

    def first_from(self, ms: int) -> int:
        """The index of the first object that was created at or after `ms`."""
        return bisect_left(range(self.count), ms, key=self.at)

    def _blocks(self) -> Iterator[tuple[int, int, int]]:
        """Start, length and number of objects of each block, oldest first."""
        days = self._days()
        bursts = dict(self._bursts(len(days)))
        steady = self.count - sum(bursts.values())
        total = sum(weight for _, weight in days)
        passed = given = 0
        for number, (start, weight) in enumerate(days):
            passed += weight
            due = steady * passed // total
            yield start + _OPENS, _CLOSES - _OPENS, due - given
            given = due
            if number in bursts:
                yield start + _IMPORT, 0, bursts[number]

    def _days(self) -> list[tuple[int, int]]:
        """The working days, each with its weight: an account grows, and is quiet for weeks."""
        gap, size = key(self.seed, self.name, "gap"), key(self.seed, self.name, "size")
        last = self.end - self.end % DAY - DAY
        days = []
        for back in range(_WEEKS * 7 - 1, -1, -1):
            start = last - back * DAY
            week = start // (7 * DAY)
            weekend = (start // DAY + 3) % 7 >= 5
            quiet = back > 28 and (chance(gap, week, 0.05) or chance(gap, week - 1, 0.05))
            if not weekend and not quiet:
                growth = 100 + (_WEEKS * 7 - back) // 4
                days.append((start, growth * (50 + roll(size, start // DAY) % 100)))
        return days

    def _bursts(self, days: int) -> Iterator[tuple[int, int]]:
        """On which days how many objects were imported at once. Small accounts have no imports."""
        size, day = key(self.seed, self.name, "burst"), key(self.seed, self.name, "day")
        span = _LARGEST_BURST - _SMALLEST_BURST
        wanted = min(self.count // _PER_BURST + (self.count >= 1_000), _MOST_BURSTS)
        for number in range(wanted):
            # The first is always larger than two full pages: a cursor has to get through it.
            members = 275 if number == 0 else _SMALLEST_BURST + roll(size, number) % span
            yield days * (2 * number + 1) // (2 * wanted) - roll(day, number) % 2, members

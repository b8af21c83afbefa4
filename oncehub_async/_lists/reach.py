"""How far back a list reaches, as far as one can tell before its end was seen. Pure rules.

Nothing in the service tells how old an account is. Where its user doesn't tell either, any age has
to be reckoned with: here a log-logistic distribution with a median of three years, by which one
account in five is younger than a year and a half and one in five older than six years. What was
read without an end makes an account older, and a look before a time that finds nothing makes it
younger. Being wrong costs time, and nothing else.

Depths are in seconds before now.
"""

from collections.abc import Callable
from math import atan, inf, pi, sqrt
from typing import Protocol

import attrs

_YEAR = 365 * 86_400.0
_MEDIAN = 3 * _YEAR
_OLDEST = 60 * _YEAR
"""Nothing has been booked online before that."""

_LAST_PART = 2 / 3
"""Of a part: half of one for a single chain, and more for older parts mostly hold less."""
_NEARLY_THERE = 0.95
_BELIEVED = 0.95
"""The share of accounts beyond which what is told rather is a date before all dates."""
_PACE = (0.6, 1.6)
"""How far the pace of what was read may be from that of the rest."""


class Reach(Protocol):
    """How far back a list goes beyond what was read of it."""

    @property
    def read(self) -> float:
        """How far it was read."""

    @property
    def is_known(self) -> bool:
        """Whether its end is known."""

    @property
    def ahead(self) -> tuple[float, float, float]:
        """The seconds that are still to be read: few, as expected, many."""

    def cuts(self, number: int) -> list[float]:
        """The depths that divide what is expected into parts that are worth the same."""


@attrs.frozen
class KnownReach:
    """A list whose end is known, from a filter or from its reader."""

    read: float
    """How far it was read."""
    end: float
    is_known = True

    @property
    def ahead(self) -> tuple[float, float, float]:
        """The same seconds, but nobody knows how much is in them."""
        span = max(0.0, self.end - self.read)
        return span * _PACE[0], span, span * _PACE[1]

    def cuts(self, number: int) -> list[float]:
        """In equal parts, but for the last one: it has one chain, the others have two."""
        span = max(0.0, self.end - self.read)
        return [self.read + span * each / (number + _LAST_PART) for each in range(1, number + 1)]


@attrs.frozen
class UnknownReach:
    """A list that may end anywhere between what was read and, if that is known, an empty time."""

    read: float
    end: float = inf
    is_known = False

    @property
    def ahead(self) -> tuple[float, float, float]:
        """What 20, 50 and 85 lists of 100 have at most."""
        few, likely, many = (self.depth(share) - self.read for share in (0.2, 0.5, 0.85))
        return few, likely, many

    def cuts(self, number: int) -> list[float]:
        """Where they divide lists of all likely ages as well as they can.

        A single one has no other to make up for it, and goes where it suits the likeliest age.
        """
        if number == 1:
            return KnownReach(self.read, self.depth(0.5)).cuts(1)
        bound = min(self.end, _OLDEST)
        whole = self._expected(bound)
        return [
            _where(self._expected, whole * each / (number + 1), self.read, bound)
            for each in range(1, number + 1)
        ]

    def depth(self, share: float) -> float:
        """The depth that so many lists don't exceed."""
        here, there = _older(self.read), _older(self.end)
        return _MEDIAN * sqrt(max(0.0, 1 / (here - share * (here - there)) - 1))

    def _expected(self, depth: float) -> float:
        """Which part of a list lies between what was read and a depth, on average over its ages."""
        per_second = _rest(self.end)
        return _part(depth) - _part(self.read) - (depth - self.read) * per_second


def reach(read: float, *, empty: float = inf, filtered: float = inf, told: float = inf) -> Reach:
    """What there is to reckon with, of a list that was read to a depth.

    `empty` is how far back nothing is any more, `filtered` where the filters end, `told` where its
    reader says that it begins.
    """
    unknown = UnknownReach(read, empty)
    if read < told * _NEARLY_THERE and told <= min(empty, unknown.depth(_BELIEVED)):
        return KnownReach(read, min(told, filtered))
    # A filter that cuts off something of most lists is where this one ends, most likely.
    if filtered <= unknown.depth(0.5):
        return KnownReach(read, filtered)
    return UnknownReach(read, min(empty, filtered))


def _older(age: float) -> float:
    """The share of accounts that are older."""
    return 1 / (1 + (age / _MEDIAN) ** 2)


def _part(depth: float) -> float:
    """Which part of its objects a list has above a depth, on average over all ages."""
    years = depth / _MEDIAN
    return years * atan(1 / years) if years else 0.0


def _rest(depth: float) -> float:
    """What `_part` grows by with each second, at a depth."""
    years = depth / _MEDIAN
    return 0.0 if years == inf else (pi / 2 - atan(years) - years / (1 + years**2)) / _MEDIAN


def _where(rising: Callable[[float], float], value: float, low: float, high: float) -> float:
    """Where a rising function takes a value."""
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < value else (low, middle)
    return low

"""Ids that look random and yet tell their object's index, in both directions without a table.

The index is scrambled by a Feistel network over two halves and written in base 36, so that every
index has one id, every id at most one index, and neighbours look unrelated.
"""

import attrs

from .seeded import key, roll

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_PAIRS = tuple(high + low for high in _DIGITS for low in _DIGITS)
_VALUES = {digit: value for value, digit in enumerate(_DIGITS)}
_ROUNDS = 3
# Bookings name the same few users, calendars and pages again and again.
_REMEMBERED = 1_000


@attrs.frozen
class Ids:
    """The ids of one kind of object: a prefix such as `BKNG-` and `length` (even) of [0-9A-Z]."""

    prefix: str
    length: int
    seed: int
    _half: int = attrs.field(init=False)
    _keys: tuple[int, ...] = attrs.field(init=False)
    _known: dict[int, str] = attrs.field(init=False, factory=dict, repr=False, eq=False)

    @_half.default
    def _half_size(self) -> int:
        size: int = 36 ** (self.length // 2)
        return size

    @_keys.default
    def _round_keys(self) -> tuple[int, ...]:
        return tuple(key(self.seed, "ids", self.prefix, str(n)) for n in range(_ROUNDS))

    def encode(self, index: int) -> str:
        """The id of the object with this index."""
        known = self._known.get(index)
        if known is not None:
            return known
        half = self._half
        left, right = divmod(index, half)
        for round_key in self._keys:
            left, right = right, (left + roll(round_key, right)) % half
        text = self.prefix + self._text(left) + self._text(right)
        if index < _REMEMBERED:
            self._known[index] = text
        return text

    def decode(self, id: str) -> int | None:
        """The index that `id` stands for, or None if no object could ever have such an id."""
        text = id.removeprefix(self.prefix)
        if len(text) != self.length or len(id) == len(text):
            return None
        left = right = 0
        middle = self.length // 2
        for place, digit in enumerate(text):
            value = _VALUES.get(digit)
            if value is None:
                return None
            if place < middle:
                left = left * 36 + value
            else:
                right = right * 36 + value
        half = self._half
        for round_key in reversed(self._keys):
            left, right = (right - roll(round_key, left)) % half, left
        return left * half + right

    def _text(self, number: int) -> str:
        parts = []
        for _ in range(self.length // 4):
            number, pair = divmod(number, 1296)
            parts.append(_PAIRS[pair])
        if self.length // 2 % 2:
            parts.append(_DIGITS[number])
        return "".join(reversed(parts))

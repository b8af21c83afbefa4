"""Dice whose every throw can be repeated: what falls depends on a key and a number, nothing else.

An object of the account is a pure function of the seed, its kind and its index, so that a million
of them need no memory. `random` keeps a state between throws and can't do that.
"""

from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeVar

T = TypeVar("T")

_MASK = (1 << 64) - 1
_MIX_1 = 0xBF58476D1CE4E5B9
_MIX_2 = 0x94D049BB133111EB


def key(seed: int, *words: str) -> int:
    """A key for the throws of one purpose: `key(1, "bookings", "status")`."""
    text = "/".join((str(seed), *words))
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")


def roll(key: int, index: int) -> int:
    """The 64 random bits of throw number `index`: two multiplications, as scans need it cheap."""
    bits = ((key ^ index) * _MIX_1) & _MASK
    bits = ((bits ^ (bits >> 31)) * _MIX_2) & _MASK
    return bits ^ (bits >> 32)


def pick(key: int, index: int, choices: Sequence[T]) -> T:
    """One of `choices`, each equally likely."""
    return choices[roll(key, index) % len(choices)]


def chance(key: int, index: int, share: float) -> bool:
    """True for about `share` (0 to 1) of all indexes."""
    return roll(key, index) < share * (_MASK + 1)


def letters(key: int, index: int, length: int, alphabet: str) -> str:
    """`length` letters of `alphabet`: tokens, secrets, join codes."""
    number = 0
    for part in range(length // 8 + 1):
        number = (number << 64) | roll(key, index * 16 + part)
    out = []
    for _ in range(length):
        number, digit = divmod(number, len(alphabet))
        out.append(alphabet[digit])
    return "".join(out)

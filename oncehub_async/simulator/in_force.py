"""Things that go wrong at times: how often, and which times, by dice that can be repeated."""

from collections.abc import Callable, Iterable
from typing import Generic, Protocol, TypeVar

import attrs

from .data.dice import chance, key


class Occasional(Protocol):
    """What strikes every `every`-th time with the chance `rate`, `times` times at most."""

    @property
    def rate(self) -> float: ...
    @property
    def times(self) -> int | None: ...
    @property
    def every(self) -> int: ...


F = TypeVar("F", bound=Occasional)


@attrs.define
class _Active(Generic[F]):
    fault: F
    key: int
    seen: int = 0
    struck: int = 0

    def strikes(self) -> bool:
        self.seen += 1
        if self.fault.times is not None and self.struck >= self.fault.times:
            return False
        if self.seen % self.fault.every or not chance(self.key, self.seen, self.fault.rate):
            return False
        self.struck += 1
        return True


class InForce(Generic[F]):
    """The faults in force. What they hit is a function of the seed, and of the order it comes in.

    `word` keeps the dice of different kinds of faults apart.
    """

    def __init__(self, seed: int, faults: Iterable[F] = (), word: str = "fault") -> None:
        self._seed, self._word = seed, word
        self._active: list[_Active[F]] = []
        self._added = 0
        for fault in faults:
            self.inject(fault)

    @property
    def all(self) -> tuple[F, ...]:
        """The faults in force, in the order in which they came."""
        return tuple(active.fault for active in self._active)

    def inject(self, fault: F) -> None:
        """Have one more thing go wrong from now on."""
        self._active.append(_Active(fault, key(self._seed, self._word, str(self._added))))
        self._added += 1

    def clear(self) -> None:
        """Let everything go well from now on."""
        self._active.clear()

    def struck_by(self, concerns: Callable[[F], bool]) -> tuple[F, ...]:
        """Which of the faults that this concerns go wrong this time."""
        return tuple(
            active.fault for active in self._active if concerns(active.fault) and active.strikes()
        )

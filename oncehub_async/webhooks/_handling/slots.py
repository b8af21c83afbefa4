"""How much may run at once: of all handlers, and of each, so that one holds up no other."""

from collections import Counter
from collections.abc import Iterable, Mapping

import attrs

LONG = 1.0
"""Seconds after which an attempt takes up room of its own handler only."""


@attrs.define(eq=False)
class Attempt:
    """One that runs; `is_long` once it has run for `LONG`, `timed_out` if its time was up."""

    handler: str
    is_long: bool = False
    timed_out: bool = False


class Slots:
    """Counts what runs.

    `most` events at once, and as many attempts of each handler, or what `limits` says of it. What
    takes long counts for its own handler only: the others go on as if it weren't there.
    """

    def __init__(self, most: int, limits: Mapping[str, int | None]) -> None:
        self._most = most
        self._limits = {handler: limit or most for handler, limit in limits.items()}
        self._running: Counter[str] = Counter()
        self._long = 0
        self.beside: int = 0
        """How many attempts run beside another one of the same event."""
        self._hanging: set[str] = set()

    def free(self, events: int) -> int:
        """How many more events may begin where so many are handled."""
        return max(self._most - events - self.beside + self._long, 0)

    def rooms(self, events: int) -> dict[str, int]:
        """How many more attempts of a handler may begin; of those not named as many as events."""
        left = {each: most - self._running[each] for each, most in self._limits.items()}
        return {each: max(room, 0) for each, room in left.items() if room < events}

    def begin(self, handler: str) -> Attempt | None:
        """Take room for an attempt; None where there is none."""
        if self._running[handler] >= self._limits[handler]:
            return None
        self._running[handler] += 1
        return Attempt(handler)

    def takes_long(self, attempt: Attempt) -> None:
        """It has run for `LONG`."""
        attempt.is_long = True
        self._long += 1

    def end(self, attempt: Attempt) -> None:
        """It is over. One that took long until its time was up hangs, until one doesn't."""
        self._running[attempt.handler] -= 1
        self._long -= attempt.is_long
        if attempt.is_long and attempt.timed_out:
            self._hanging.add(attempt.handler)
        else:
            self._hanging.discard(attempt.handler)

    def hanging(self, handlers: Iterable[str]) -> set[str]:
        """Which of them hang, unless all of them do."""
        among = set(handlers)
        return among & self._hanging if among - self._hanging else set()

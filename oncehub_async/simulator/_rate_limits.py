"""The service's rate limits, as pure rules: whoever asks tells what time it is."""

from collections import deque
from math import floor
from typing import Literal

import attrs

from .._ground import checks

Window = Literal["sliding", "fixed"]
RetryAfter = Literal["seconds", "date"]

SECOND = 1.0
FIVE_MINUTES = 300.0


@attrs.frozen
class ServiceLimits:
    """How many requests are let through: `per_second` an account, `per_five_minutes` an address.

    The vendor tells neither whether its windows slide or are fixed, nor whether refused requests
    count; `retry_after` sends what it doesn't document, as seconds or as a date.
    """

    per_second: int = attrs.field(default=5, validator=checks.COUNT)
    per_five_minutes: int = attrs.field(default=200, validator=checks.COUNT)
    window: Window = attrs.field(default="sliding", validator=checks.one_of("sliding", "fixed"))
    count_refused: bool = False
    retry_after: RetryAfter | None = attrs.field(
        default=None, validator=checks.one_of(None, "seconds", "date")
    )


@attrs.define
class SlidingWindow:
    """At most `limit` in any `length` seconds; what came exactly `length` ago counts no more."""

    limit: int
    length: float
    _arrivals: deque[float] = attrs.field(init=False, factory=deque)

    def wait(self, now: float) -> float:
        """How long until another one fits, in seconds; 0 when it does now."""
        while self._arrivals and now - self._arrivals[0] >= self.length:
            self._arrivals.popleft()
        excess = len(self._arrivals) - self.limit
        return 0.0 if excess < 0 else self._arrivals[excess] + self.length - now

    def count(self, now: float) -> None:
        """Count one that came now."""
        self._arrivals.append(now)


@attrs.define
class FixedWindow:
    """At most `limit` in each `length` seconds, counted from the clock's zero."""

    limit: int
    length: float
    _number: int = attrs.field(init=False, default=0)
    _arrived: int = attrs.field(init=False, default=0)

    def wait(self, now: float) -> float:
        """How long until another one fits, in seconds; 0 when it does now."""
        self._begin(now)
        return 0.0 if self._arrived < self.limit else (self._number + 1) * self.length - now

    def count(self, now: float) -> None:
        """Count one that came now."""
        self._begin(now)
        self._arrived += 1

    def _begin(self, now: float) -> None:
        number = floor(now / self.length)
        if number != self._number:
            self._number, self._arrived = number, 0


class RateLimiter:
    """Both limits together: an account's second, an address's five minutes."""

    def __init__(self, limits: ServiceLimits) -> None:
        self._limits = limits
        self._accounts: dict[str, SlidingWindow | FixedWindow] = {}
        self._addresses: dict[str, SlidingWindow | FixedWindow] = {}

    def arrive(self, now: float, account: str | None, address: str) -> float:
        """Count a request that arrives at `now`, in seconds of any clock that never goes back.

        0 when it is let through, else how many seconds to wait. `account` is None for a request
        whose key isn't known: that counts for its address alone.
        """
        windows = [self._window(self._addresses, address, FIVE_MINUTES)]
        if account is not None:
            windows.append(self._window(self._accounts, account, SECOND))
        refused = any(window.wait(now) for window in windows)
        if not refused or self._limits.count_refused:
            for window in windows:
                window.count(now)
        # Asked after it was counted, for then this one, too, stands in the next one's way.
        return max(window.wait(now) for window in windows) if refused else 0.0

    def _window(
        self, windows: dict[str, SlidingWindow | FixedWindow], name: str, length: float
    ) -> SlidingWindow | FixedWindow:
        if name not in windows:
            limits = self._limits
            limit = limits.per_second if length == SECOND else limits.per_five_minutes
            kind = SlidingWindow if limits.window == "sliding" else FixedWindow
            windows[name] = kind(limit, length)
        return windows[name]

"""A clock that a test sets ahead."""

from datetime import datetime, timedelta

import attrs

from ..errors import InvalidParameterError
from ..webhooks import WallClock


@attrs.frozen
class MovableClock(WallClock):
    """Goes as the clock that it is made of, and can be moved ahead of it."""

    _base: WallClock = attrs.field(factory=WallClock, kw_only=True)
    _ahead: list[float] = attrs.field(factory=lambda: [0.0], init=False)

    def move(self, seconds: float) -> None:
        """Let `seconds` have passed. Raises `InvalidParameterError` for what is no such time."""
        if not 0 <= seconds < float("inf"):
            raise InvalidParameterError("seconds", "expected 0 or more: time goes on only")
        self._ahead[0] += seconds

    def now(self) -> float:
        """Unix seconds, as far as it was moved."""
        return self._base.now() + self._ahead[0]

    def real_seconds(self, seconds: float) -> float:
        """How long `seconds` of this clock take in the real world."""
        return self._base.real_seconds(seconds)

    def seconds(self, real_seconds: float) -> float:
        """How much this clock counts while so many real seconds pass."""
        return self._base.seconds(real_seconds)

    def date(self) -> datetime:
        """The date and time, as far as it was moved."""
        return self._base.date() + timedelta(seconds=self._ahead[0])

    async def sleep(self, seconds: float) -> None:
        """Let `seconds` of this clock pass."""
        await self._base.sleep(seconds)

"""What a client needs of a rate budget; another implementation has to offer just this."""

from enum import IntEnum
from typing import Protocol

import attrs

from .._ground import checks
from ..errors import ConfigurationError

PER_SECOND = 5
PER_FIVE_MINUTES = 200
SECOND = 1.0
FIVE_MINUTES = 300.0


class Priority(IntEnum):
    """Who goes first when requests wait for the budget."""

    INTERACTIVE = 0
    """A person waits for the answer."""

    BULK = 1
    """Exports, walks and other work that only has to be done."""


def _less_than_all(
    limits: "Limits", _attribute: "attrs.Attribute[int | None]", value: object
) -> None:
    most = limits.per_five_minutes - 1
    if value is not None and (type(value) is not int or not 0 <= value <= most):
        raise ConfigurationError(
            f"reserve: expected a whole number of requests from 0 to {most}, less than "
            "per_five_minutes"
        )


@attrs.frozen
class Limits:
    """How many requests may be sent; the defaults are OnceHub's own limits.

    Lower them where other programs use the same account or address.

    `reserve`: of those in five minutes, how many bulk work leaves to interactive calls, so that a
    person who calls beside an export needn't wait for minutes; a twentieth (10 of 200), if it
    isn't said. 0 where nothing but bulk work is done: an export of 191 to 200 pages ends in 40 s
    then and not in five minutes.
    """

    per_second: int = attrs.field(default=PER_SECOND, validator=checks.COUNT)
    per_five_minutes: int = attrs.field(default=PER_FIVE_MINUTES, validator=checks.COUNT)
    reserve: int | None = attrs.field(default=None, validator=_less_than_all, kw_only=True)

    @property
    def kept_free(self) -> int:
        """How many requests of five minutes bulk work leaves."""
        return self.per_five_minutes // 20 if self.reserve is None else self.reserve

    @property
    def of_bulk_work(self) -> "Limits":
        """What is left of the limits for bulk work."""
        left = self.per_five_minutes - self.kept_free
        return attrs.evolve(self, per_five_minutes=left, reserve=0)


@attrs.frozen
class Room:
    """What a budget leaves for bulk work."""

    limits: Limits
    left: int
    """How many requests needn't wait long for the five-minute limit."""
    within: float = 0.0
    """Seconds until the last of them may leave, as far as that limit goes."""


@attrs.frozen(eq=False)
class Permit:
    """The right to send one request, at once."""

    sent_at: float
    """When it was given, in seconds of the budget's clock."""


@attrs.frozen
class RequestOutcome:
    """What became of a request, for the budget to learn from."""

    answered: bool
    """Whether an answer came, of whatever status."""

    refused: bool = False
    """Whether the answer was a 429."""

    retry_after: float | None = None
    """Seconds that the service asked to wait."""

    left_at: float | None = None
    """When it was written to an open connection, in seconds of the budget's clock, where that is
    known; until then it may have waited for the connection."""


class RateBudget(Protocol):
    """Hands out permits. One permit is one attempt; each is settled exactly once."""

    async def acquire(self, priority: Priority) -> Permit:
        """Wait for the right to send one request.

        Permits of the same priority are given in the order in which they were asked for. A
        waiter that is cancelled frees its place.
        """
        ...

    async def settle(self, permit: Permit, outcome: RequestOutcome) -> None:
        """Tell what became of the request. After a refusal, everyone is slowed down."""
        ...

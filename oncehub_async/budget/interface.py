"""What a client needs of a rate budget; another implementation has to offer just this."""

from enum import IntEnum
from typing import Protocol

import attrs

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


def _positive(_instance: object, attribute: "attrs.Attribute[int]", value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ConfigurationError(
            f"{attribute.name}: expected a whole number of requests, at least 1"
        )


@attrs.frozen
class Limits:
    """How many requests may be sent; the defaults are OnceHub's own limits.

    Lower them where other programs use the same account or address.
    """

    per_second: int = attrs.field(default=PER_SECOND, validator=_positive)
    per_five_minutes: int = attrs.field(default=PER_FIVE_MINUTES, validator=_positive)


@attrs.frozen
class Room:
    """What a budget leaves to be used."""

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
class Outcome:
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

    async def settle(self, permit: Permit, outcome: Outcome) -> None:
        """Tell what became of the request. After a refusal, everyone is slowed down."""
        ...

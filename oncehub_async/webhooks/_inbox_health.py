"""Whether the inbox works, as those who use it find out."""

import logging
from typing import Literal

from .._ground import Clock
from ._webhook_errors import told

logger = logging.getLogger("oncehub_async.webhooks")

Use = Literal["put", "claim"]

_RECOVERY = 5.0
"""Seconds after the last failed put from when on a claim shows that the inbox works again. A claim
that finds nothing writes nothing, and goes well on a full disk too."""


class InboxHealth:
    """What the last uses of an inbox showed; told in the log when it changes."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._failed_at: dict[Use, float] = {}

    @property
    def is_good(self) -> bool:
        """Whether deliveries can be accepted, as far as is known."""
        return not self._failed_at

    def failed(self, use: Use, error: Exception) -> None:
        """It raised an error."""
        if use not in self._failed_at:
            what = "deliveries are answered 503" if use == "put" else "the inbox gives no work"
            logger.error("%s: %s", what, told(error))
        self._failed_at[use] = self._clock.now()

    def worked(self, use: Use) -> None:
        """It did what it was asked."""
        if self.is_good:
            return
        self._failed_at.pop(use, None)
        # Where nobody sends to what isn't ready, no put would ever show that it is.
        if self._clock.now() - self._failed_at.get("put", self._clock.now()) >= _RECOVERY:
            del self._failed_at["put"]
        if self.is_good:
            logger.warning("the inbox works again")

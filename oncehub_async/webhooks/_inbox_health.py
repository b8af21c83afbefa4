"""Whether the inbox works, as those who use it find out."""

import logging
from typing import Literal

from .._ground import Clock, fields
from ._accepting.refusals import Lull
from ._stopwatch import Stopwatch
from ._webhook_errors import told

logger = logging.getLogger("oncehub_async.webhooks")

Use = Literal["put", "claim"]

_RECOVERY = 5.0
"""Seconds after the last failed put from when on a claim shows that the inbox works again. A claim
that finds nothing writes nothing, and goes well on a full disk too."""

_REASONS: dict[Use, str] = {"put": "inbox: can't be written", "claim": "inbox: gives no work"}


class InboxHealth:
    """What the last uses of an inbox showed; told in the log when it changes."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._failing: dict[Use, Stopwatch] = {}
        self._lull = Lull()

    @property
    def is_good(self) -> bool:
        """Whether deliveries can be accepted, as far as is known."""
        return not self._failing

    @property
    def reasons(self) -> list[str]:
        """Why it isn't good, in words for strangers, too: no path, host or text of an error."""
        return [_REASONS[use] for use in _REASONS if use in self._failing]

    def failed(self, use: Use, error: Exception) -> bool:
        """It raised an error; whether that is news. Of puts the receiver tells itself."""
        is_news = use not in self._failing
        self._failing.setdefault(use, Stopwatch(self._clock)).start()
        if is_news:
            self._lull.is_over(use)
        if use == "claim" and self._lull.untold(use) is not None:
            extra = fields(error_type=type(error).__name__)
            logger.error("the inbox gives no work: %s", told(error), extra=extra)
        return is_news

    def worked(self, use: Use) -> None:
        """It did what it was asked."""
        if self.is_good:
            return
        self._failing.pop(use, None)
        # Where nobody sends to what isn't ready, no put would ever show that it is.
        if "put" in self._failing and self._failing["put"].seconds >= _RECOVERY:
            del self._failing["put"]
        if self.is_good:
            logger.warning("the inbox works again")

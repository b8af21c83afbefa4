"""How old a signature may be: as OnceHub's retries, and not older than the inbox remembers."""

import logging

from ..._ground import checks
from ...errors import ConfigurationError
from .signature import RETRY_WINDOW, SHORT_AGE

logger = logging.getLogger("oncehub_async.webhooks")


def limit_of_age(memory: float, max_age: float | None, max_skew: float) -> float:
    """How many seconds old signatures may be, with an inbox that remembers events for `memory`.

    Raises `ConfigurationError` where replays would pass.
    """
    limit = max_age
    if limit is None:
        limit = RETRY_WINDOW if memory >= RETRY_WINDOW + max_skew else SHORT_AGE
    # An inbox without a durable memory is good until the process ends, and says so itself.
    if 0 < memory < limit + max_skew:
        raise ConfigurationError(
            f"keep: replays would pass, for the inbox keeps events for {memory:.0f} s only; it "
            f"has to be {limit + max_skew:.0f} s at least, which is max_age and max_skew"
        )
    if max_age is None and limit < RETRY_WINDOW:
        logger.warning(
            "the inbox remembers events %s, not for %.0f hours: signatures older than %.0f s "
            "are refused, and retries of OnceHub's perhaps with them",
            f"for {memory / checks.HOUR:.0f} hours" if memory else "until the process ends",
            (RETRY_WINDOW + max_skew) / checks.HOUR,
            limit,
        )
    return limit

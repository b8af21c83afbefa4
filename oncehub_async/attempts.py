"""A record of each finished attempt: for logs, metrics and traces.

It holds the path's template and no ids, filters or bodies, so that nothing about people gets
into a log.
"""

import logging
from collections.abc import Callable

import attrs

logger = logging.getLogger("oncehub_async")


@attrs.frozen(kw_only=True)
class Attempt:
    """One request that was sent, or tried to be. Times are in seconds."""

    method: str
    path_template: str
    """Such as "/bookings/{id}/cancel"."""
    number: int
    """1 for the first attempt of a call."""
    status: int | None
    """None where no complete answer came."""
    error: str | None
    """The name of the error's class, or None."""
    duration: float
    """From sending to the last byte of the answer."""
    budget_wait: float
    """How long the attempt waited for the rate budget before that."""
    request_id: str | None
    """What the vendor's support asks for."""


AttemptHook = Callable[[Attempt], None]


def report(attempt: Attempt, hook: AttemptHook | None) -> None:
    """Log an attempt and tell the hook; a hook that fails does no harm to the call."""
    logger.debug(
        "%s %s attempt %d: %s in %.3f s after %.3f s for the budget (request id %s)",
        attempt.method,
        attempt.path_template,
        attempt.number,
        attempt.status or attempt.error,
        attempt.duration,
        attempt.budget_wait,
        attempt.request_id,
    )
    if hook is None:
        return
    try:
        hook(attempt)
    except Exception:
        logger.exception("the on_attempt hook failed")

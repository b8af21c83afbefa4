"""The record of an attempt, for the log and for hooks.

It holds the path's template and no ids, filters or bodies, so that nothing about people gets into
a log.
"""

from collections.abc import Callable

import attrs

from .._ground import fields, logger, tell_hook


@attrs.frozen(kw_only=True)
class RequestAttempt:
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


AttemptHook = Callable[[RequestAttempt], None]


def report(attempt: RequestAttempt, hook: AttemptHook | None) -> None:
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
        extra=fields(
            method=attempt.method,
            path=attempt.path_template,
            attempt=attempt.number,
            status=attempt.status,
            error_type=attempt.error,
            seconds=round(attempt.duration, 3),
            request_id=attempt.request_id,
        ),
    )
    tell_hook(hook, attempt, "on_attempt")

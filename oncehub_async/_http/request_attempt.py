"""What is told of calls and of their attempts, to the log, to hooks and to traces.

It holds the path's template and no ids, filters or bodies, so that nothing about people gets into
a log.
"""

from collections.abc import Callable
from typing import Protocol

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


@attrs.frozen(kw_only=True)
class StartedCall:
    """A call of the API that begins: however many attempts it will take, it is one."""

    method: str
    path_template: str
    """Such as "/bookings/{id}/cancel"."""
    host: str
    """Of the API's address."""
    port: int | None


class CallSpan(Protocol):
    """What lasts as long as a call does."""

    def attempt(self, attempt: RequestAttempt) -> object:
        """An attempt has ended."""
        ...

    def end(self, error: BaseException | None) -> object:
        """The call has ended, with this error or well."""
        ...


class CallTracing(Protocol):
    """What `OnceHub(tracing=...)` takes. It has to be quick, and one that fails does no harm."""

    def begin_call(self, call: StartedCall) -> CallSpan:
        """A call begins, in the task that makes it; it ends in the same one."""
        ...

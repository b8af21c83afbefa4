"""What can go wrong while events are received and handled.

    OnceHubError
    └── WebhookError
        ├── SignatureError      a delivery is not authentic, or too old (answered 401)
        ├── EnvelopeError       an authentic delivery is no event (answered 400)
        ├── EventDataError      an event's data doesn't fit its model (also a ValueError)
        ├── SecretsError        the signing secrets can't be had at the moment (answered 503)
        │   └── SecretsNotShownError    the API doesn't show them (also a ConfigurationError)
        ├── InboxError          the inbox can't do its work at the moment (answered 503)
        └── CrashError          a handler that ran alone each time when the process ended

    Exception
    └── HandlerDecision
        ├── RetryLater          to be tried again in so many seconds
        └── GiveUp              a dead letter at once

`RetryLater` and `GiveUp` are raised by handlers. They tell what to do, not what went wrong: that is
why they are no `WebhookError`, and what middleware and error handlers tell them from failures by.
No text of these errors holds a body, a secret or a signature.
"""

from enum import StrEnum
from typing import Any

from ..errors import ConfigurationError, InvalidParameterError, OnceHubError

LONGEST_WAIT = 30 * 86_400.0
"""Seconds that a handler can ask to be tried again in."""


class WebhookError(OnceHubError):
    """The root of the errors of `oncehub_async.webhooks`."""


class SignatureProblem(StrEnum):
    """Why a signature was refused."""

    MISSING = "missing"
    MALFORMED = "malformed"
    MISMATCH = "mismatch"
    TOO_OLD = "too_old"
    IN_THE_FUTURE = "in_the_future"


class SignatureError(WebhookError):
    """A delivery that is not authentic, or too old. `problem` tells which."""

    def __init__(self, problem: SignatureProblem, text: str) -> None:
        super().__init__(text, problem=problem)

    problem: SignatureProblem


class EnvelopeError(WebhookError):
    """An authentic delivery that is no event: no JSON object, or without an id or a type."""


class EventDataError(WebhookError, ValueError):
    """The data of an event doesn't fit its model; `event.raw["data"]` has it as it was sent."""


class SecretsError(WebhookError):
    """The signing secrets can't be had at the moment."""


class SecretsNotShownError(SecretsError, ConfigurationError):
    """The API shows no signing secret; the text says where to have it from."""


class InboxError(WebhookError):
    """The inbox can't do its work at the moment: disk full, database locked or damaged, ..."""


class CrashError(WebhookError):
    """A handler is given up, for it ran alone each time when the process ended.

    It raised nothing; those that are told of dead letters get this error.
    """


class HandlerDecision(Exception):
    """What a handler decided, `RetryLater` or `GiveUp`; every other error is a failure."""


class RetryLater(HandlerDecision):
    """Raised by a handler that wants to be tried again in `seconds`, 30 days at most.

    It counts as an attempt.
    """

    def __init__(self, seconds: float, reason: str = "") -> None:
        if isinstance(seconds, bool) or not isinstance(seconds, int | float):
            raise InvalidParameterError(
                "seconds", f"expected a number, got {type(seconds).__name__}"
            )
        if not 0 <= seconds <= LONGEST_WAIT:
            raise InvalidParameterError(
                "seconds", "expected 0 to 2,592,000 (30 days): later than that is never"
            )
        super().__init__(reason or f"to be tried again in {seconds:g} s")
        self.seconds: float = float(seconds)

    def __reduce__(self) -> tuple[type["RetryLater"], tuple[float, str], dict[str, Any]]:
        return (type(self), (self.seconds, str(self)), self.__dict__)


class GiveUp(HandlerDecision):
    """Raised by a handler for what can never succeed: a dead letter at once."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)


def told(error: BaseException) -> str:
    """An error for the log: our own in their words, of others, which may quote people, the kind."""
    return str(error) if isinstance(error, OnceHubError) else type(error).__name__

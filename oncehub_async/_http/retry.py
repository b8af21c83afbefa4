"""Whether a failed attempt is repeated, and when. Pure rules; the sleeping is done elsewhere."""

from collections.abc import Callable
from enum import Enum

import attrs

from .._ground import checks
from ..errors import (
    ConnectError,
    DeadlineExceededError,
    InvalidResponseError,
    NetworkError,
    RateLimitError,
    RequestError,
    RequestTimeoutError,
    ResponseError,
    ServerError,
)
from .request import Operation

_seconds, _tries = checks.SECONDS, checks.COUNT


@attrs.frozen(kw_only=True)
class RetryPolicy:
    """How long a call tries.

    A call ends when `attempts` of it have failed or when `deadline` seconds have gone by since it
    was made, whichever comes first. Everything counts towards the deadline: waiting for the rate
    budget, attempts, back-off. Answers 429 don't count as failed attempts, since they say nothing
    but "later". The default deadline leaves room for a thousand calls that are made at once and
    wait for each other; set a shorter one where a person waits.

    - `attempts`: how many attempts may fail.
    - `deadline`: seconds for the whole call.
    - `first_delay`: seconds; the bound of the first random delay, doubled for each further one.
    - `longest_delay`: seconds; the bound is not doubled beyond this.
    - `attempt_timeout`: real seconds for one attempt, from connecting to the last byte.
    - `connect_timeout`: real seconds for making a connection.

    Raises `ConfigurationError` for values that would never let a call through.
    """

    attempts: int = attrs.field(default=6, validator=_tries)
    deadline: float = attrs.field(default=checks.HOUR, validator=_seconds)
    first_delay: float = attrs.field(default=0.5, validator=_seconds)
    longest_delay: float = attrs.field(default=30.0, validator=_seconds)
    attempt_timeout: float = attrs.field(default=30.0, validator=_seconds)
    connect_timeout: float = attrs.field(default=10.0, validator=_seconds)


class Verdict(Enum):
    """What to do about a failed attempt."""

    REPEAT = "repeat"
    GIVE_UP = "give up"
    OUTCOME_UNKNOWN = "outcome unknown"


def judge(operation: Operation, error: RequestError) -> Verdict:
    """Whether this failure can be repeated without doing something twice."""
    if isinstance(error, DeadlineExceededError):
        return Verdict.GIVE_UP
    if isinstance(error, ConnectError):
        return Verdict.REPEAT if error.can_be_repeated else Verdict.GIVE_UP
    if isinstance(error, RateLimitError):
        return Verdict.REPEAT
    if may_have_acted(error):
        return Verdict.REPEAT if operation.repeatable else Verdict.OUTCOME_UNKNOWN
    return Verdict.GIVE_UP


def may_have_acted(error: RequestError) -> bool:
    """Whether the service may have done what was asked although the attempt failed."""
    lost = isinstance(error, NetworkError | ServerError | InvalidResponseError)
    return lost and not isinstance(error, ConnectError)


def delay_before_repeat(
    policy: RetryPolicy,
    failures: int,
    error: RequestError,
    uniform: Callable[[float, float], float],
) -> float:
    """Seconds to wait after the given number of failures: back-off with full jitter.

    What the service asks for in Retry-After is waited for at the least.
    """
    bound = min(policy.longest_delay, policy.first_delay * 2 ** min(failures - 1, 30))
    backoff = uniform(0.0, bound)
    asked = error.retry_after if isinstance(error, ResponseError) else None
    return backoff if asked is None else asked + backoff * 0.1


def why_again(error: RequestError) -> str:
    """What came of an attempt, in words: a name of a class reads as if something were broken."""
    match error:
        case RateLimitError():
            return "asked to wait (429)"
        case ConnectError():
            return "no connection"
        case RequestTimeoutError():
            return "no answer in time"
        case NetworkError():
            return "the connection broke"
        case InvalidResponseError():
            return "an answer that can't be read"
        case _:
            return f"answered {error.status}"

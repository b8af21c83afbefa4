"""One attempt of one handler, what its end means, and when the next is made."""

import asyncio
import logging
import traceback
from collections.abc import Coroutine
from typing import Any

import attrs

from ..._ground import checks
from ...errors import ConfigurationError
from .._event import Event
from .._inbox import Outcome, State, Work
from .._webhook_errors import CrashError, GiveUp, RetryLater
from .handler import Context
from .router import Route
from .work_log import about, error_fields, place

logger = logging.getLogger("oncehub_async.webhooks")

_LONGEST_ERROR = 4_000
_MOST_CRASHES = 3
"""A handler that ran alone each time when its process died is what kills it."""

DONE = Outcome(state=State.DONE)
_seconds, _count = checks.SECONDS, checks.COUNT


@attrs.frozen(kw_only=True)
class Backoff:
    """Exponential back-off with jitter.

    - `attempts`: how often a handler is tried before its event becomes a dead letter.
    - `first`: seconds after the first failure; each further wait is twice as long,
    - `longest`: but never longer than so many seconds.

    Each wait is shortened by chance, down to half of it, so that what failed together doesn't come
    back together. With the defaults the last attempt is 10 to 14 hours after the first.
    """

    attempts: int = attrs.field(default=15, validator=_count)
    first: float = attrs.field(default=5.0, validator=_seconds)
    longest: float = attrs.field(default=4 * checks.HOUR, validator=_seconds)

    def wait(self, attempt: int, chance: float) -> float:
        """Seconds to wait after attempt number `attempt` failed; `chance` is from 0 to 1."""
        doublings = min(attempt - 1, 64)
        return min(self.first * 2.0**doublings, self.longest) * (1 - chance / 2)


def checked_backoff(backoff: object) -> Backoff:
    """The usual one for None. Raises `ConfigurationError` for what is none."""
    if backoff is None:
        return Backoff()
    if not isinstance(backoff, Backoff):
        raise ConfigurationError(
            "backoff: expected a Backoff, such as Backoff(attempts=5), got "
            f"{type(backoff).__name__}"
        )
    return backoff


@attrs.frozen(kw_only=True)
class Rules:
    """What holds for a handler's attempts: how many, how long (seconds), when the next."""

    attempts: int
    timeout: float
    backoff: Backoff


async def run(route: Route, event: Event, context: Context, seconds: float) -> Exception | None:
    """Run a handler once; the error with which it failed. Cancellation passes through."""
    return await _failure(route.call(event, context), seconds, "the handler")


async def decide(
    route: Route, error: Exception, event: Event, context: Context, seconds: float
) -> Exception:
    """Tell the error handlers; the error that counts in the end.

    A `RetryLater` or `GiveUp` of an error handler takes the place of the handler's error.
    """
    for error_handler in route.error_handlers:
        told = error_handler(error, event, context)
        trouble = await _failure(told, seconds, "the error handler")
        if isinstance(trouble, RetryLater | GiveUp):
            return trouble
        if trouble is not None:
            logger.error(
                "an error handler failed itself: %s",
                place(trouble),
                extra=about(context, event) | error_fields(trouble),
            )
    return error


async def tell_of_dead_letter(
    route: Route, error: Exception, event: Event, context: Context, seconds: float
) -> None:
    """Tell those who want to know of dead letters; their own errors go into the log."""
    for handler in route.dead_letter_handlers:
        telling = handler(error, event, context)
        trouble = await _failure(telling, seconds, "the dead letter's handler")
        if trouble is not None:
            logger.error(
                "a dead letter's handler failed itself, for %s of %s: %s",
                event.id,
                context.handler,
                place(trouble),
                extra=about(context, event) | error_fields(trouble),
            )


async def _failure(work: Coroutine[Any, Any, object], seconds: float, who: str) -> Exception | None:
    """The error with which the user's code failed, whatever it raised.

    Only what is meant for this task or the whole process passes through.
    """
    try:
        async with asyncio.timeout(seconds) as limit:
            await work
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise
        return _as_failure(error, f"what {who} waited for was cancelled")
    except Exception as error:
        if limit.expired() and isinstance(error, TimeoutError):
            return TimeoutError(f"{who} took longer than {seconds:g} s")
        return error
    except (SystemExit, KeyboardInterrupt, GeneratorExit):
        raise
    except BaseException as error:
        return _as_failure(error, f"{who} raised {type(error).__name__}, which is no Exception")
    return None


def _as_failure(error: BaseException, text: str) -> Exception:
    return RuntimeError(text).with_traceback(error.__traceback__)


def outcome(
    error: Exception | None, number: int, rules: Rules, now: float, chance: float
) -> Outcome:
    """What comes after an attempt that ended at `now`; `chance` is from 0 to 1.

    `number`: which attempt it was, without those that were interrupted.
    """
    if error is None:
        return DONE
    told = described(error)
    if isinstance(error, GiveUp) or number >= rules.attempts:
        return Outcome(state=State.DEAD, error=told)
    if isinstance(error, RetryLater):
        return Outcome(state=State.PENDING, due=now + error.seconds, error=told)
    return Outcome(state=State.FAILED, due=now + rules.backoff.wait(number, chance), error=told)


def crash_error(work: Work) -> CrashError | None:
    """The error of work during which the process died again and again."""
    if work.crashes < _MOST_CRASHES:
        return None
    return CrashError(f"the process ended {work.crashes} times while the handler ran alone")


def is_told_of(work: Work) -> bool:
    """Whether its end was told, and that ended the process: it isn't told again and again."""
    return work.crashes > _MOST_CRASHES


def given_up_for_crashes(work: Work, error: CrashError) -> Outcome:
    """What becomes of such work."""
    told = str(error)
    if work.error is not None:
        told += f"; before that it failed with:\n\n{work.error}"
    return Outcome(state=State.DEAD, error=told)


def described(error: Exception) -> str:
    """The error with its traceback, for the inbox; it may quote what the handler handled."""
    text = "".join(traceback.format_exception(error, limit=-8)).strip()
    # Half a surrogate pair could not be written down.
    return text.encode(errors="replace").decode()[-_LONGEST_ERROR:]

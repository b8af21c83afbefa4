"""One attempt of one handler, and what its end means."""

import asyncio
import logging
import traceback
from pathlib import Path
from types import TracebackType

import attrs

from .context import Context
from .errors import GiveUp, RetryLater
from .event import Event
from .inbox import Outcome, State, Work
from .router import Route
from .schedule import Backoff

logger = logging.getLogger("oncehub_async.webhooks")

_LONGEST_ERROR = 4_000
_MOST_CRASHES = 10
"""A handler during which the process died so often is perhaps what kills it."""

DONE = Outcome(state=State.DONE)


@attrs.frozen(kw_only=True)
class Rules:
    """What holds for a handler's attempts: how many, how long (seconds), when the next."""

    attempts: int
    timeout: float
    backoff: Backoff


async def run(route: Route, event: Event, context: Context, seconds: float) -> Exception | None:
    """Run a handler once; the error with which it failed. Cancellation passes through."""
    try:
        async with asyncio.timeout(seconds) as limit:
            await route.call(event, context)
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise
        # Not this task was cancelled, but something that the handler waited for.
        return RuntimeError("what the handler waited for was cancelled").with_traceback(
            error.__traceback__
        )
    except Exception as error:
        if limit.expired() and isinstance(error, TimeoutError):
            return TimeoutError(f"the handler took longer than {seconds:g} s")
        return error
    return None


async def decide(
    route: Route, error: Exception, event: Event, context: Context, seconds: float
) -> Exception:
    """Tell the error handlers; the error that counts in the end.

    A `RetryLater` or `GiveUp` of an error handler takes the place of the handler's error.
    """
    for error_handler in route.error_handlers:
        try:
            async with asyncio.timeout(seconds):
                await error_handler(error, event, context)
        except (RetryLater, GiveUp) as decision:
            return decision
        except Exception as trouble:
            logger.error("an error handler failed itself: %s", place(trouble))
    return error


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


def given_up_for_crashes(work: Work) -> Outcome | None:
    """What becomes of work during which the process died again and again."""
    if work.crashes < _MOST_CRASHES:
        return None
    error = f"the process ended {work.crashes} times while the handler ran"
    if work.error is not None:
        error += f"; before that it failed with:\n\n{work.error}"
    return Outcome(state=State.DEAD, error=error)


def described(error: Exception) -> str:
    """The error with its traceback, for the inbox; it may quote what the handler handled."""
    text = "".join(traceback.format_exception(error, limit=-8)).strip()
    # Half a surrogate pair could not be written down.
    return text.encode(errors="replace").decode()[-_LONGEST_ERROR:]


def place(error: Exception) -> str:
    """Kind and place of an error, for the log: `ValueError at crm.py:42`, no text of it."""
    found = _innermost(error.__traceback__)
    return type(error).__name__ if found is None else f"{type(error).__name__} at {found}"


def _innermost(trace: TracebackType | None) -> str | None:
    if trace is None:
        return None
    while trace.tb_next is not None:
        trace = trace.tb_next
    return f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"

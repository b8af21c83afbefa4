"""What the log says of handlers, their work and their errors: a line, and fields for machines."""

import logging
from pathlib import Path
from types import TracebackType

from ..._ground import fields
from .._event import Event
from .._inbox import Outcome, Work
from .._webhook_errors import CrashError, RetryLater
from .handler import Context
from .loop_watch import is_users_code

logger = logging.getLogger("oncehub_async.webhooks")


def about_work(work: Work) -> dict[str, object]:
    """The fields of a record about work, as far as they are the same in all."""
    return fields(event_id=work.event_id, handler=work.handler, attempt=work.attempt)


def log_unsettled(work: Work, consequence: str) -> None:
    """What became of it was not written down."""
    logger.error(
        "the receiver stopped before what became of %s for %s was written down: %s",
        work.handler,
        work.event_id,
        consequence,
        extra=about_work(work),
    )


def log_outcome(
    work: Work, type: str, error: Exception | None, result: Outcome, attempts: int, now: float
) -> None:
    """One line, without the error's text, which can quote people's data; the inbox keeps that."""
    if error is None and not logger.isEnabledFor(logging.DEBUG):
        return
    wait = None if result.due is None else round(result.due - now, 1)
    extra = about_work(work) | fields(
        event_type=type, attempts=attempts, retry_in=wait, state=result.state.value
    )
    who, number = (work.handler, work.event_id), work.failures + 1
    if error is None:
        logger.debug("%s is done with %s", *who, extra=extra)
        return
    extra |= error_fields(error)
    if isinstance(error, CrashError):
        logger.error("%s is given up for %s: %s", *who, error, extra=extra)
    elif wait is None:
        line = "%s is given up for %s after attempt %d: %s"
        logger.error(line, *who, number, place(error), extra=extra)
    elif isinstance(error, RetryLater):
        line = "%s asked to be called again for %s in %.0f s; attempt %d of %d"
        logger.info(line, *who, wait, number, attempts, extra=extra)
    else:
        line = "%s failed for %s, attempt %d of %d: %s; again in %.0f s"
        logger.warning(line, *who, number, attempts, place(error), wait, extra=extra)


def place(error: Exception) -> str:
    """Kind and place of an error, for the log: `ValueError at crm.py:42`, no text of it."""
    found = _innermost(error.__traceback__)
    return type(error).__name__ if found is None else f"{type(error).__name__} at {found}"


def about(context: Context, event: Event) -> dict[str, object]:
    """The fields of a record about an attempt."""
    return fields(
        event_id=event.id,
        event_type=event.type,
        handler=context.handler,
        attempt=context.attempt,
    )


def error_fields(error: Exception) -> dict[str, object]:
    """The fields of a record about an error: its kind and place, and no text of it."""
    return fields(error_type=type(error).__name__, error_place=_innermost(error.__traceback__))


def _innermost(trace: TracebackType | None) -> str | None:
    """The last line of the user's own; of anybody's, if none of theirs is on the way."""
    steps = []
    while trace is not None:
        steps.append(trace)
        trace = trace.tb_next
    if not steps:
        return None
    trace = next((each for each in reversed(steps) if is_users_code(each.tb_frame)), steps[-1])
    return f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"

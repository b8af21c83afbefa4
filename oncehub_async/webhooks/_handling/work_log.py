"""What the log says of the work of handlers: a line for people, and its fields for machines."""

import logging

from ..._ground import fields
from .._inbox import Outcome, Work
from .._webhook_errors import CrashError, RetryLater
from .handling import Rules, error_fields, place

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
    work: Work, type: str, error: Exception | None, result: Outcome, rules: Rules, now: float
) -> None:
    """One line, without the error's text, which can quote people's data; the inbox keeps that."""
    if error is None and not logger.isEnabledFor(logging.DEBUG):
        return
    wait = None if result.due is None else round(result.due - now, 1)
    extra = about_work(work) | fields(
        event_type=type, attempts=rules.attempts, retry_in=wait, state=result.state.value
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
        logger.info(line, *who, wait, number, rules.attempts, extra=extra)
    else:
        line = "%s failed for %s, attempt %d of %d: %s; again in %.0f s"
        logger.warning(line, *who, number, rules.attempts, place(error), wait, extra=extra)

"""Times as people write them on a command line: `7d`, `yesterday`, `2026-10`, or ISO 8601.

A while that is named in days or weeks begins with a day, one in hours with an hour, so that the
same command, given again a moment later, means the same and goes on where it was.
"""

import re
from datetime import UTC, datetime, timedelta

from .._ground import checks, shifted
from ..errors import InvalidParameterError

EXAMPLES = "2026-01-31, 2026-01-31T08:00:00Z, 2026-10, 7d, 12h or yesterday"
_WHILE = re.compile(r"(\d{1,6})\s*(h|hours?|d|days?|w|weeks?)(?:\s+ago)?", re.ASCII)
_MONTH = re.compile(r"(\d{4})(?:-(\d{2}))?", re.ASCII)


def written_moment(text: str, option: str, now: datetime | None = None) -> datetime:
    """The moment that a text names, in UTC where it names no zone; of a span, its beginning.

    Raises `InvalidParameterError`, which names the option.
    """
    word = " ".join(text.lower().split())
    now = datetime.now(UTC) if now is None else now
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    if word in ("now", "today", "yesterday"):
        return {"now": now, "today": today, "yesterday": shifted(today, -timedelta(days=1))}[word]
    if (found := _WHILE.fullmatch(word)) is not None:
        return _ago(int(found[1]), found[2][0], now)
    if (found := _MONTH.fullmatch(word)) is not None:
        year, month = int(found[1]), int(found[2] or 1)
        if year and 1 <= month <= 12:
            return datetime(year, month, 1, tzinfo=UTC)
    try:
        return checks.written_time(text, option)
    except InvalidParameterError:
        raise InvalidParameterError(
            option, f"'{text}' is not a date or time such as {EXAMPLES}"
        ) from None


def past_moment(text: str, option: str) -> datetime:
    """The same of what a search begins with, which can't be still to come: it would find nothing.

    Raises `InvalidParameterError`, which names the option.
    """
    moment = written_moment(text, option)
    if moment > datetime.now(UTC):
        raise InvalidParameterError(option, f"{text} is still to come: nothing is from then on")
    return moment


def _ago(count: int, unit: str, now: datetime) -> datetime:
    if unit == "h":
        hour = now.replace(minute=0, second=0, microsecond=0)
        return shifted(hour, -timedelta(hours=count))
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return shifted(day, -timedelta(days=count * (7 if unit == "w" else 1)))

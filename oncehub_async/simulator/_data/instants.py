"""Instants as whole milliseconds since 1970, and how the service writes and reads them."""

import re
from datetime import UTC, date, datetime, timedelta

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_DATE_TIME = re.compile(
    r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?([Zz]|[+-]\d\d:?\d\d)?", re.ASCII
)


def from_datetime(moment: datetime) -> int:
    """Milliseconds since 1970 of an aware datetime, rounded down."""
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def to_datetime(ms: int) -> datetime:
    """The aware datetime, in UTC, of milliseconds since 1970."""
    return _EPOCH + timedelta(milliseconds=ms)


def with_milliseconds(ms: int) -> str:
    """`2025-09-24T04:29:41.270Z`"""
    return to_datetime(ms).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def with_seconds(ms: int) -> str:
    """`2020-03-22T09:48:48Z`"""
    return to_datetime(ms).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def parse_date(text: str) -> date | None:
    """A date written `YYYY-MM-DD`, None for anything else."""
    if not _DATE.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def parse(text: str) -> float | None:
    """Milliseconds since 1970 of an ISO 8601 date-time or date; without an offset it is UTC.

    None when `text` is neither. The fraction is kept, for both ends of a filter are exclusive.
    """
    if _DATE.fullmatch(text):
        text += "T00:00:00Z"
    elif not _DATE_TIME.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(text.upper())
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return (moment - _EPOCH) / timedelta(milliseconds=1)
    except (ValueError, OverflowError):
        return None

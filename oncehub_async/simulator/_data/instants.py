"""Instants as whole milliseconds since 1970, and how the service writes and reads them."""

import re
from datetime import UTC, date, datetime, timedelta

from ..._ground import read_date, read_time, text_in_milliseconds, text_in_seconds

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
    return text_in_milliseconds(to_datetime(ms))


def with_seconds(ms: int) -> str:
    """`2020-03-22T09:48:48Z`"""
    return text_in_seconds(to_datetime(ms))


def parse_date(text: str) -> date | None:
    """A date written `YYYY-MM-DD`, None for anything else."""
    return read_date(text) if _DATE.fullmatch(text) else None


def parse(text: str) -> float | None:
    """Milliseconds since 1970 of an ISO 8601 date-time or date; without an offset it is UTC.

    None when `text` is neither. The fraction is kept, for both ends of a filter are exclusive.
    """
    if not (_DATE.fullmatch(text) or _DATE_TIME.fullmatch(text)):
        return None
    moment = read_time(text)
    return None if moment is None else (moment - _EPOCH) / timedelta(milliseconds=1)

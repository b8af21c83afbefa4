"""The one reader and writer of times: ISO 8601 in, the vendor's notation out.

Whatever is read is aware and in UTC, and lies in the years 1 to 9999 there; what can't be read is
None, never an exception. So a time that was read can be written, compared and sent, also the first
and the last there are; `shifted` stops at those instead of overflowing. What people write
themselves is checked in `checks`, which names the parameter.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

EARLIEST = datetime.min.replace(tzinfo=UTC)
LATEST = datetime.max.replace(tzinfo=UTC)
# Whatever is read goes in: to try it costs less than to look first whether it is a text.
_from_iso_format: Callable[[Any], datetime] = datetime.fromisoformat
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# The end of a day, which is the beginning of the next. Python reads it from 3.14 on.
_END_OF_DAY = re.compile(r"(.{8,10}[T ])24(:?00(?::?00(?:[.,]0+)?)?(?:Z|[+-][\d:]+)?)", re.ASCII)
_BELOW_MICROSECONDS = re.compile(r"[.,]\d{6}\d*[1-9]", re.ASCII)


def read_time(value: object) -> datetime | None:
    """A time as the service or a file has it. One without a zone is in UTC, as the API's are.

    None for all else: other types, numbers (the API sends no Unix time), texts that are no time or
    a leap second, times that are beyond the years 1 to 9999 in UTC.
    """
    try:
        time = _from_iso_format(value)
    except (TypeError, ValueError):
        odd = _parsed(value)
        return None if odd is None else in_utc(odd)
    return time if time.tzinfo is UTC else in_utc(time)


def read_zoned_time(value: object) -> datetime | None:
    """The same, but None also for a time that doesn't name its zone."""
    time = _parsed(value)
    return None if time is None or time.tzinfo is None else in_utc(time)


def read_clock_face(value: object) -> datetime | None:
    """The date and time of day in a text, as if in UTC, whatever zone it names."""
    time = _parsed(value)
    return None if time is None else time.replace(tzinfo=UTC)


def read_date(value: object) -> date | None:
    """A date, such as 2026-01-31; None for what is none."""
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def read_as_written(value: object) -> datetime | None:
    """A time with its zone, or without one where it names none; None for what is no time."""
    return _parsed(value)


def has_finer_digits(text: str) -> bool:
    """Whether a time has digits below microseconds, which a datetime can't hold."""
    return _BELOW_MICROSECONDS.search(text) is not None


def in_utc(time: datetime) -> datetime | None:
    """The same moment in UTC, where a time without a zone is already; None beyond its years."""
    if time.tzinfo is UTC:
        return time
    if time.utcoffset() is None:
        return time.replace(tzinfo=UTC)
    try:
        return time.astimezone(UTC)
    except OverflowError:
        return None


def from_unix(seconds: float) -> datetime | None:
    """The moment so many seconds after 1970 began; None beyond the years 1 to 9999."""
    try:
        return _EPOCH + timedelta(seconds=seconds)
    except (OverflowError, ValueError):
        return None


def shifted(time: datetime, by: timedelta) -> datetime:
    """An aware time and a while, or the first or last moment there is."""
    try:
        return time + by
    except OverflowError:
        return EARLIEST if by < timedelta(0) else LATEST


def time_text(time: datetime) -> str:
    """A time in the vendor's notation: UTC, with `Z`, milliseconds only where needed.

    One that is beyond the years 1 to 9999 in UTC, which only a caller can make, keeps its offset.
    """
    precision = "auto" if time.microsecond % 1000 else "milliseconds"
    return _text(time, precision if time.microsecond else "seconds")


def text_in_seconds(time: datetime) -> str:
    """The same, rounded down to a second: `2020-03-22T09:48:48Z`."""
    return _text(time, "seconds")


def text_in_milliseconds(time: datetime) -> str:
    """The same, always with three digits: `2025-09-24T04:29:41.270Z`."""
    return _text(time, "milliseconds")


def text_in_minutes(time: datetime) -> str:
    """A time as people read it, in the zone that it has: `2026-10-31 08:00+01:00`."""
    return time.isoformat(sep=" ", timespec="minutes")


def text_with_offset(time: datetime) -> str:
    """A time in the zone that it has, to the last digit: `2026-10-31T08:00:00+01:00`."""
    return time.isoformat()


def date_text(day: date) -> str:
    """A date as the vendor writes it; of a time the date that it shows, whatever its zone."""
    return (day.date() if isinstance(day, datetime) else day).isoformat()


def _text(time: datetime, precision: str) -> str:
    return (in_utc(time) or time).isoformat(timespec=precision).replace("+00:00", "Z")


def _parsed(value: object) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        return _from_iso_format(value)
    except ValueError:
        return _parsed_rarely(value.upper())


def _parsed_rarely(text: str) -> datetime | None:
    """What ISO 8601 and RFC 3339 allow and not every Python reads."""
    match = _END_OF_DAY.fullmatch(text)
    try:
        if match is None:
            return datetime.fromisoformat(text)
        return datetime.fromisoformat(f"{match[1]}00{match[2]}") + timedelta(days=1)
    except (ValueError, OverflowError):
        return None

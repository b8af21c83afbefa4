"""How long a service asks to wait, in all the ways in which services write it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from multidict import CIMultiDictProxy

from .._ground import from_unix, read_time

_LONGEST = 9_999
"""Characters."""
_UNIX_TIME = 1e9
_SECONDS = {"milliseconds": 0.001, "seconds": 1.0, "minutes": 60.0, "hours": 3600.0}
_NUMBER = re.compile(
    r"\+?(?P<number>[0-9]{1,9999}(?:\.[0-9]{0,30})?|\.[0-9]{1,30})\s*"
    r"(?:(?P<milliseconds>ms|msecs?|milliseconds?)|(?P<seconds>s|secs?|seconds?)"
    r"|(?P<minutes>m|mins?|minutes?)|(?P<hours>h|hours?))?",
    re.ASCII | re.IGNORECASE,
)


def retry_after(headers: Mapping[str, str], wall_time: datetime) -> float | None:
    """Seconds to wait, from the headers with which services say so.

    `Retry-After` is a number of seconds or an HTTP date (RFC 9110, 10.2.3). In the field it is
    also a decimal number, one with a unit, a moment in ISO 8601 or Unix time (in seconds or
    milliseconds), in quotes, with parameters, or several values, of which the longest counts;
    `Retry-After-Ms` is in milliseconds. What can't be read is not there.
    """
    milliseconds = _longest(_parts(headers, "Retry-After-Ms"), wall_time, "milliseconds")
    if milliseconds is not None:
        return milliseconds
    return _longest(_parts(headers, "Retry-After"), wall_time, "seconds")


def _parts(headers: Mapping[str, str], name: str) -> Iterable[str]:
    # A header that comes twice is a list (RFC 9110, 5.3).
    if isinstance(headers, CIMultiDictProxy):
        texts: Sequence[str] = headers.getall(name, [])
    else:
        texts = [headers.get(name, "")]
    for text in texts:
        # A date has a comma, too.
        yield from (text[:_LONGEST], *text[:_LONGEST].split(","))


def _longest(parts: Iterable[str], wall_time: datetime, unit: str) -> float | None:
    waits = [_wait(part.partition(";")[0].strip(" \t\"'"), wall_time, unit) for part in parts]
    return max((wait for wait in waits if wait is not None), default=None)


def _wait(text: str, wall_time: datetime, unit: str) -> float | None:
    number = _NUMBER.fullmatch(text)
    if number is None:
        moment = http_date(text) or read_time(text)
    else:
        amount, named = float(number["number"][:30]), number.lastgroup or ""
        if named in _SECONDS or not _UNIX_TIME < amount < _UNIX_TIME * 100_000:
            return min(amount * _SECONDS.get(named, _SECONDS[unit]), _UNIX_TIME)
        # No wait but a moment, in seconds or milliseconds.
        moment = from_unix(amount if amount < _UNIX_TIME * 100 else amount / 1000)
    return None if moment is None else max(0.0, (moment - wall_time).total_seconds())


def http_date(text: str) -> datetime | None:
    """The moment of a header such as Date; None for what is none."""
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError, TypeError):
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)

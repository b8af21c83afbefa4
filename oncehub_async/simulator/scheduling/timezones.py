"""Which names are IANA time zones."""

from functools import cache
from zoneinfo import available_timezones


@cache
def _names() -> frozenset[str]:
    return frozenset(available_timezones())


def is_timezone(name: object) -> bool:
    """Whether `name` is one, such as `America/New_York`."""
    return isinstance(name, str) and name in _names()

"""Which names of time zones there are, on every machine the same.

A machine's own list isn't the world's: newer Debian and Ubuntu keep the older names, which browsers
report ("Asia/Calcutta", "US/Eastern"), in a package of its own, and Windows has none at all. The
`tzdata` package, which `zoneinfo` looks into as well, has every name of the IANA database.
Source: https://docs.python.org/3/library/zoneinfo.html#data-sources
"""

from functools import cache

# A machine's own zone and the placeholder of the database are no zone to anyone else.
_NO_ZONES = frozenset({"localtime", "Factory"})


def is_time_zone(name: object) -> bool:
    """Whether it is one, such as `America/New_York`, by any name that it ever had."""
    return isinstance(name, str) and name in _names()


@cache
def _names() -> frozenset[str]:
    import zoneinfo  # for who has a time zone checked, not for who imports

    return frozenset(zoneinfo.available_timezones()) - _NO_ZONES

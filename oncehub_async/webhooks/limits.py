"""Limits in seconds and counts, checked when they are set."""

import math
from datetime import timedelta

from ..errors import ConfigurationError

MINUTE = 60.0
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def seconds(value: object, name: str) -> float:
    """A length of time: a positive number of seconds, or a timedelta.

    Raises `ConfigurationError`: no limit is switched off by 0 or infinity.
    """
    if isinstance(value, timedelta):
        value = value.total_seconds()
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ConfigurationError(f"{name}: expected seconds, got {type(value).__name__}")
    if not (math.isfinite(value) and value > 0):
        raise ConfigurationError(
            f"{name}: {value!r} is no limit; it can't be switched off, so pass a number of "
            "seconds above 0"
        )
    return float(value)


def count(value: object, name: str) -> int:
    """A positive whole number. Raises `ConfigurationError`."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ConfigurationError(f"{name}: expected a whole number from 1 on, got {value!r}")
    return value

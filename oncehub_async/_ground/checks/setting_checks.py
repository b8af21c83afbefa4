"""Settings: lengths of time, counts, shares, clocks and words. `ConfigurationError`."""

import math
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from ...errors import ConfigurationError
from ..clock import Clock, WallClock
from ..suggestion import likely_word

if TYPE_CHECKING:
    import attrs

MINUTE = 60.0
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def seconds(value: object, name: str, *, zero: bool = False) -> float:
    """A length of time: a positive number of seconds, or a timedelta. With `zero`, also none.

    Raises `ConfigurationError`: no limit is switched off by 0 or infinity.
    """
    if isinstance(value, timedelta):
        value = value.total_seconds()
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ConfigurationError(f"{name}: expected seconds, got {type(value).__name__}")
    if not (value < math.inf and (value > 0 or (zero and value == 0))) or value > _LONGEST:
        least = "from 0 on" if zero else "above 0"
        raise ConfigurationError(
            f"{name}: {_shown(value)} is no limit; it can't be switched off, so pass a number of "
            f"seconds {least}"
        )
    return float(value)


_LONGEST = 1e300
"""Seconds; an int can be larger than any float."""


def _shown(value: object) -> str:
    """A number; of what else was passed by mistake only the type, for it could be a secret."""
    if isinstance(value, int | float) and abs(value) <= _LONGEST:
        return repr(value)
    return type(value).__name__ if not isinstance(value, int) else "so large a number"


def count(value: object, name: str, *, least: int = 1, most: int | None = None) -> int:
    """A whole number from `least` on, or to `most`. Raises `ConfigurationError`."""
    highest = math.inf if most is None else most
    if isinstance(value, int) and not isinstance(value, bool) and least <= value <= highest:
        return value
    bound = "on" if most is None else f"to {most}"
    raise ConfigurationError(
        f"{name}: expected a whole number from {least} {bound}, got {_shown(value)}"
    )


def yes_or_no(value: object, name: str) -> bool:
    """True or False, and nothing that could be meant as either. Raises `ConfigurationError`."""
    if not isinstance(value, bool):
        raise ConfigurationError(f"{name}: expected True or False, got {type(value).__name__}")
    return value


def share(value: object, name: str) -> float:
    """A number from 0 to 1. Raises `ConfigurationError`."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ConfigurationError(f"{name}: expected a number from 0 to 1, got {_shown(value)}")
    return float(value)


def clock(value: object, name: str = "clock") -> Clock:
    """A clock that counts from an arbitrary zero. Raises `ConfigurationError`, also for a wall
    clock: that one is set back, and a wait by it would be as much too long."""
    if not isinstance(value, Clock):
        raise ConfigurationError(f"{name}: expected a Clock, got {type(value).__name__}")
    if isinstance(value, WallClock):
        raise ConfigurationError(f"{name}: expected a Clock, and no WallClock: that is set back")
    return value


def wall_clock(value: object, name: str = "clock") -> WallClock:
    """A clock that tells the time of day. Raises `ConfigurationError`, also for a plain clock: by
    one that counts from an arbitrary zero every genuine signature is years old."""
    if not isinstance(value, WallClock):
        raise ConfigurationError(
            f"{name}: expected a WallClock, which tells the time of day, got {type(value).__name__}"
        )
    return value


Validator = Callable[[Any, Any, Any], None]
"""Of a field of an attrs class, which is named in the error."""


def _setting(check: Callable[..., object], **how: Any) -> Validator:
    def validate(_instance: object, attribute: "attrs.Attribute[Any]", value: object) -> None:
        # A validator only looks, it can't turn a timedelta into seconds.
        if isinstance(value, timedelta):
            raise ConfigurationError(f"{attribute.name}: expected seconds, got timedelta")
        check(value, attribute.name, **how)

    return validate


SECONDS, SECONDS_OR_NONE = _setting(seconds), _setting(seconds, zero=True)
COUNT, COUNT_OR_NONE = _setting(count), _setting(count, least=0)
SHARE = _setting(share)


def one_of(*choices: object) -> Validator:
    """One of the choices."""

    def check(value: object, name: str) -> None:
        if value not in choices:
            likely = likely_word(value, map(str, choices))
            hint = f"; did you mean {likely!r}?" if likely else ""
            words = ", ".join(map(str, choices))
            raise ConfigurationError(f"{name}: {value!r} is none of {words}{hint}")

    return _setting(check)

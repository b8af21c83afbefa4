"""Single values of JSON: taken as they are or refused, never coerced.

Each function is a structure hook of cattrs: it takes a value and the type that is asked for.
"""

import math
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from .._ground import has_finer_digits, read_date, read_time
from ..errors import ModelError

_JSON_NAMES = {
    type(None): "null",
    bool: "a boolean",
    int: "an integer",
    float: "a number",
    Decimal: "a number",
    str: "a string",
    list: "an array",
    dict: "an object",
}


def model_error(expected: str, value: object) -> ModelError:
    """The error for a value of another type than expected."""
    return ModelError(
        "", f"expected {expected}, got {_JSON_NAMES.get(type(value), 'something else')}"
    )


class UnheldValue(ModelError):
    """A time or number that its field can't hold; the object keeps it among its unknown fields.

    `nearest` is what the field holds instead.
    """

    def __init__(self, problem: str, nearest: Any = None) -> None:
        super().__init__("", problem)
        self.nearest = nearest


_LONGEST_EXACT = len("2026-01-31T08:00:00.123456")
_LONGEST_DIGITS = 4_000
"""Of an integer; Python neither reads nor writes those of more than 4,300."""


def string(value: Any, _type: Any) -> str:
    """A text."""
    if type(value) is str:
        return value
    raise model_error("a string", value)


def boolean(value: Any, _type: Any) -> bool:
    """True or false."""
    if type(value) is bool:
        return value
    raise model_error("a boolean", value)


def integer(value: Any, _type: Any) -> int:
    """A whole number. JSON does not tell 30 from 30.0."""
    if type(value) is int:
        return value
    if type(value) is float and value.is_integer():
        return int(value)
    if type(value) is Decimal and _is_held_by_int(value):
        return int(value)
    if type(value) in (float, Decimal):
        raise UnheldValue("expected an integer, got a number")
    raise model_error("an integer", value)


def _is_held_by_int(value: Decimal) -> bool:
    return value.adjusted() < _LONGEST_DIGITS and value == value.to_integral_value()


def number(value: Any, _type: Any) -> float:
    """Any number."""
    if type(value) is float or type(value) is int:
        return value
    if type(value) is Decimal:
        near = float(value)
        raise UnheldValue("no float is equal to it", near if math.isfinite(near) else None)
    raise model_error("a number", value)


def time(value: Any, _type: Any) -> datetime | None:
    """A time, in UTC, as is one that came without a zone.

    None for an empty text, which the vendor's samples have where there is nothing.
    """
    time = read_time(value)
    if time is None and value != "":
        raise UnheldValue(_expected("time", value))
    if len(value) > _LONGEST_EXACT and has_finer_digits(value):
        raise UnheldValue("has digits below microseconds", time)
    return time


def calendar_date(value: Any, _type: Any) -> date:
    """A date."""
    day = read_date(value)
    if day is None:
        raise UnheldValue(_expected("date", value))
    return day


def _expected(what: str, value: object) -> str:
    if type(value) is str:
        return f"expected an ISO 8601 {what}, got another string"
    return model_error(f"a {what}", value).problem

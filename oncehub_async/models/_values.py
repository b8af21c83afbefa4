"""Single values of JSON: taken as they are or refused, never coerced.

Each function is a structure hook of cattrs: it takes a value and the type that is asked for.
"""

from datetime import UTC, date, datetime
from typing import Any

from ..errors import ModelError

_JSON_NAMES = {
    type(None): "null",
    bool: "a boolean",
    int: "an integer",
    float: "a number",
    str: "a string",
    list: "an array",
    dict: "an object",
}


def model_error(expected: str, value: object) -> ModelError:
    """The error for a value of another type than expected."""
    return ModelError(
        "", f"expected {expected}, got {_JSON_NAMES.get(type(value), 'something else')}"
    )


_from_iso_format = datetime.fromisoformat


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
    if type(value) is int or (type(value) is float and value.is_integer()):
        return int(value)
    raise model_error("an integer", value)


def number(value: Any, _type: Any) -> float:
    """Any number."""
    if type(value) is float or type(value) is int:
        return value
    raise model_error("a number", value)


def time(value: Any, _type: Any) -> datetime | None:
    """A time, aware: the API's times are in UTC, and so is one that came without a zone.

    None for an empty text, which the vendor's samples have where there is nothing.
    """
    try:
        time = _from_iso_format(value)
    except (TypeError, ValueError):
        if value == "":
            return None
        if type(value) is not str:
            raise model_error("a time", value) from None
        raise ModelError("", "expected an ISO 8601 time, got another string") from None
    return time if time.tzinfo is not None else time.replace(tzinfo=UTC)


def calendar_date(value: Any, _type: Any) -> date:
    """A date."""
    if type(value) is not str:
        raise model_error("a date", value)
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ModelError("", "expected an ISO 8601 date, got another string") from None

"""Several values in one argument of a request: lists, mappings, fields to expand."""

from collections.abc import Iterable, Mapping
from typing import Any

from ...errors import InvalidParameterError
from .text_checks import required_text

DEEPEST_EXPANSION = 2


def several(value: object, param: str, what: str) -> list[Any]:
    """The elements, whatever they are; a single text is not taken for its letters.

    `what` says in the plural what they should be: "names".
    """
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise InvalidParameterError(param, f"expected a list of {what}")
    return list(value)


def texts(value: object, param: str) -> list[str]:
    """Several texts, none of them empty."""
    return [required_text(item, param) for item in several(value, param, "texts")]


def some_texts(value: object, param: str) -> list[str]:
    """At least one text."""
    result = texts(value, param)
    if not result:
        raise InvalidParameterError(param, "is empty")
    return result


def expansion(value: str | Iterable[str] | None) -> str | None:
    """The fields to expand, from a name, names, or names with commas."""
    if value is None:
        return None
    names = value.split(",") if isinstance(value, str) else list(value)
    for name in names:
        required_text(name, "expand")
        if len(name.removeprefix("data.").split(".")) > DEEPEST_EXPANSION:
            raise InvalidParameterError("expand", f"'{name}' is more than two levels deep")
    return ",".join(name.strip() for name in names) or None


def mapping(value: object, param: str, what: str) -> Mapping[Any, Any]:
    """A mapping; `what` says of what to what: "names to texts"."""
    if not isinstance(value, Mapping):
        raise InvalidParameterError(
            param, f"expected a mapping of {what}, got {type(value).__name__}"
        )
    return value

"""Numbers of requests, what is yes or no in them, and the pages that are asked for."""

import math

from ...errors import InvalidParameterError
from .text_checks import required_text

MAX_LIMIT = 100


def whole_number(
    value: object, param: str, least: int, most: int | None = None, what: str = "number"
) -> int:
    """A whole number within bounds, both of them included; `what` is wanted, in the error."""
    highest = math.inf if most is None else most
    if isinstance(value, int) and not isinstance(value, bool) and least <= value <= highest:
        return value
    bound = "on" if most is None else f"to {most}"
    raise InvalidParameterError(param, f"expected a {what} from {least} {bound}")


def yes_no_or_none(value: object, param: str) -> bool | None:
    """True or False, or None to leave it as it is; 1 and 0 count as what they are equal to."""
    if value not in (None, True, False):
        raise InvalidParameterError(param, "expected True, False or None")
    return None if value is None else bool(value)


def page(limit: object, after: str | None, before: str | None) -> dict[str, str]:
    """The size of a page and the place in a list."""
    whole_number(limit, "limit", 1, MAX_LIMIT)
    if after is not None and before is not None:
        raise InvalidParameterError("before", "excludes after; pass only one of the two")
    result = {"limit": str(limit)}
    if after is not None:
        result["after"] = required_text(after, "after")
    if before is not None:
        result["before"] = required_text(before, "before")
    return result

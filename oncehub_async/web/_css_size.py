"""Sizes of embeds: what CSS takes, and numbers, which mean pixels.

A browser drops what it can't read without a word, and shows a calendar a few pixels high.
https://www.w3.org/TR/css-values-4/
"""

import math
import re
from collections.abc import Mapping

from ..errors import InvalidParameterError

SIZES = frozenset({"height", "min-height", "max-height", "width", "min-width", "max-width"})
"""The CSS properties that are sizes."""
_UNITS = "px|cm|mm|q|in|pc|pt|r?(em|ex|ch|cap|ic|lh)|[sld]?v(w|h|i|b|min|max)|cq(w|h|i|b|min|max)|%"
_LENGTH = re.compile(rf"(?P<number>\d+(\.\d+)?|\.\d+)(?P<unit>{_UNITS})?", re.ASCII | re.IGNORECASE)
_KEYWORDS = re.compile(
    r"inherit|initial|unset|revert|revert-layer|min-content|max-content|fit-content"
    r"|stretch",
    re.IGNORECASE,
)
_FUNCTION = re.compile(
    r"(calc|min|max|clamp|var|env|fit-content)\([^()]*(\([^()]*\)[^()]*)*\)", re.I
)
_EXPECTED = "expected pixels, such as 600, or a CSS size, such as '80vh', '100%' or 'auto'"


def css_size(value: object, param: str, css_property: str = "height") -> str:
    """A size as CSS takes it for a property: 600 and "600" become "600px"."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise InvalidParameterError(param, f"{_EXPECTED}; got {type(value).__name__}")
    text = _number(value, param) if not isinstance(value, str) else str(value)
    if match := _LENGTH.fullmatch(text):
        no_unit = match["unit"] is None and float(match["number"]) != 0
        return f"{text}px" if no_unit else text
    no_limit = "none" if css_property.startswith("max-") else "auto"
    if text.lower() == no_limit or _KEYWORDS.fullmatch(text) or _FUNCTION.fullmatch(text):
        return text
    raise InvalidParameterError(param, _remedy(text))


def checked_height(value: float | str) -> str:
    """How high an embed is; 0 would be no embed."""
    size = css_size(value, "height")
    match = _LENGTH.fullmatch(size)
    if match and float(match["number"]) == 0:
        raise InvalidParameterError("height", f"leaves nothing to see; {_EXPECTED}")
    return size


def check_bounds(style: Mapping[str, str], param: str) -> None:
    """Refuse a size that has to be more than it may be; only sizes in one unit are compared.

    Browsers let the least win, and drop the most without a word.
    """
    for side in ("width", "height"):
        least, most = f"min-{side}", f"max-{side}"
        low, high = (_LENGTH.fullmatch(style.get(name, "")) for name in (least, most))
        if low is None or high is None or _unit(low) != _unit(high):
            continue
        if float(low["number"]) > float(high["number"]):
            raise InvalidParameterError(
                f"{param}.{most}",
                f"{style[most]} is less than {least}, {style[least]}; swap the two or set both",
            )


def _unit(size: re.Match[str]) -> str:
    return (size["unit"] or "px").lower()


def pixels(size: str) -> str | None:
    """The number of pixels, where a size is one."""
    match = re.fullmatch(r"([\d.]+)px", size, re.IGNORECASE)
    return match[1] if match else None


def _number(value: float, param: str) -> str:
    if not math.isfinite(value) or value < 0:
        raise InvalidParameterError(param, f"{_EXPECTED}; none is below 0 or infinite")
    return f"{value:f}".rstrip("0").rstrip(".")


def _remedy(text: str) -> str:
    together = "".join(text.split())
    if together != text and _LENGTH.fullmatch(together):
        return f"has a space, with which browsers don't read it; write '{together}'"
    if text.startswith("-") and _LENGTH.fullmatch(text[1:]):
        return f"{_EXPECTED}; none is below 0"
    return _EXPECTED

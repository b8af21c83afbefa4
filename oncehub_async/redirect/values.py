"""The values of a redirect's parameters: times, offsets, lists, and signs of a cut."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from ..links import QueryParameter

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)", re.ASCII)
_HOURS = re.compile(r"[+-]?\d{1,2}(\.\d{1,2})?", re.ASCII)
_MOST_HOURS = 15
_ADDRESS = re.compile(r"@[^@]+\.[^@]+$")
_CUT_ESCAPE = re.compile(r"%[0-9A-Fa-f]?$")


def read_time(text: str) -> datetime | None:
    """A time with its zone; one without has been cut and is None."""
    text = text.replace(" ", "+")  # a plus that was not encoded
    if not _TIME.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def read_moment(text: str) -> datetime | None:
    """A time in UTC."""
    time = read_time(text)
    try:
        return None if time is None else time.astimezone(UTC)
    except OverflowError:
        return None


def read_offset(text: str) -> timedelta | None:
    """An offset from UTC, in hours."""
    text = text.replace(" ", "+")
    if not _HOURS.fullmatch(text) or abs(float(text)) > _MOST_HOURS:
        return None
    return timedelta(hours=float(text))


def read_addresses(text: str) -> tuple[str, ...]:
    """Addresses with commas or semicolons between."""
    return tuple(each.strip() for each in re.split("[,;]", text) if each.strip())


def ends_in_a_cut(parameters: Sequence[QueryParameter], unreadable: Sequence[str]) -> bool:
    """Whether the last parameter is in a state in which OnceHub doesn't send any."""
    if not parameters:
        return False
    last = parameters[-1]
    _, equals, value = last.raw.partition("=")
    # Empty fields are left out of the URL, not left empty.
    unfinished = not equals or not value or _CUT_ESCAPE.search(value) is not None
    half_an_address = last.name in ("email", "Email") and not _ADDRESS.search(last.value)
    return unfinished or half_an_address or last.value.endswith("\ufffd") or last.name in unreadable

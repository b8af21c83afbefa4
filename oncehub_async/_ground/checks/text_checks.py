"""Texts of requests: any, those that may not be empty, ids, and words from a list."""

import re
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from yarl import URL

from ...errors import InvalidParameterError
from ..log import logger
from ..suggestion import did_you_mean
from ..time_zones import is_time_zone
from .host_checks import host_problem

_ID = re.compile(r"[A-Za-z0-9._-]+")


def object_id(value: object, param: str = "id") -> str:
    """An id as a part of a path."""
    text = required_text(value, param)
    # What isn't an id could be a name or an address, which would get into errors and logs.
    if not _ID.fullmatch(text) or text in (".", ".."):
        raise InvalidParameterError(param, "not an id; expected something like 'BKNG-J4FR05BKEWEX'")
    return text


def required_text(value: object, param: str) -> str:
    """Text for a URL, which may not be empty."""
    return encodable(filled_text(value, param), param)


def encodable(text: str, param: str) -> str:
    """A text for a URL, for which it has to be expressible in UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise InvalidParameterError(param, "holds half a surrogate pair") from None
    return text


def filled_text(value: object, param: str) -> str:
    """Text for a body, which may not be empty; JSON can express any."""
    text = any_text(value, param)
    if not text.strip():
        raise InvalidParameterError(param, "is empty")
    return text


def any_text(value: object, param: str) -> str:
    """A text, be it empty. Of a subclass of str, such as a template's markup, only the text."""
    if not isinstance(value, str):
        raise InvalidParameterError(param, f"expected text, got {type(value).__name__}")
    return str(value)


def optional_text(value: object, param: str) -> str | None:
    """A filter or text that may be left out, but not be empty: that would mean anything."""
    return None if value is None else required_text(value, param)


def documented(value: object, known: type[StrEnum], param: str) -> str | None:
    """A filter whose values are documented; another one is sent too, for the vendor adds some."""
    text = optional_text(value, param)
    tell_undocumented(() if text is None else (text,), known, param)
    return text


def tell_undocumented(values: Iterable[str], known: type[StrEnum], param: str) -> None:
    """Tell in the log of values that aren't documented; they may be new, or slips."""
    for value in values:
        if value not in tuple(known):
            hint = did_you_mean(value, known)
            logger.warning("%s: not one of the documented values; %s", param, hint)


def texts_of(fields: Mapping[str, object]) -> dict[str, str | None]:
    """Filters by their names."""
    return {name: optional_text(value, name) for name, value in fields.items()}


def choice(value: object, allowed: Sequence[str], param: str) -> str:
    """One of the documented values."""
    if value not in allowed:
        raise InvalidParameterError(param, f"expected one of {', '.join(map(str, allowed))}")
    return str(value)


def https_url(value: object, param: str) -> str:
    """The URL of a webhook."""
    text = required_text(value, param)
    try:
        url = URL(text)
        good = url.scheme == "https" and host_problem(url.raw_host or "") is None
        good = good and text.isprintable() and " " not in text
    except ValueError:
        good = False
    if not good:
        raise InvalidParameterError(param, "has to be a URL that starts with https://")
    return text


def time_zone(value: object, param: str) -> str:
    """An IANA time zone name."""
    name = required_text(value, param)
    if not is_time_zone(name):
        raise InvalidParameterError(
            param, "not an IANA time zone name; expected something like 'America/New_York'"
        )
    return name

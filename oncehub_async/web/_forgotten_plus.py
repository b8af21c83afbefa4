"""A plus that somebody forgot to encode, which every reader of query strings takes for a space.

`?email=carrie+test@example.com&phone=+49170...` says "carrie test@example.com" and " 49170...".
Neither can be meant: no address holds a space, and no number begins with one.
"""

import re

from ._query import folded

_NUMBERS = frozenset({"mobile_phone", "phone", "mobile"})
_ADDRESSES = frozenset({"email", "host", "co_hosts", "customerguests"})
_EACH = re.compile(r"[^,;]+")
# Country codes don't begin with 0.
_LOST = re.compile(r"^ +(?=\(?[1-9])")


def with_plus(name: str, value: str) -> str:
    """The value of a parameter, with the pluses that one of its name must have had."""
    key = folded(name)
    if key in _NUMBERS:
        return _LOST.sub("+", value)
    return address_with_plus(value) if key in _ADDRESSES else value


def address_with_plus(text: str) -> str:
    """An e-mail address, or several with commas or semicolons between."""
    return _EACH.sub(lambda each: _one_address(each[0]), text)


def _one_address(text: str) -> str:
    local, at, domain = text.partition("@")
    name = local.strip(" ")
    # "Carrie Customer <carrie@example.com>" holds a real space.
    if not at or " " not in name or " " in domain.strip(" ") or set(text) & set('<>"'):
        return text
    return f"{local.replace(name, name.replace(' ', '+'))}@{domain}"

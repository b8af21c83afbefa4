"""What is odd in a guest's address or number. A note says what; it doesn't repeat the value."""

import re
from collections.abc import Iterable

from ._link_limits import Note
from ._query import QueryParameter, folded, holds_merge_tag

_EXTENSION = re.compile(r"(ext\.?|x|#)\s*\d+$", re.IGNORECASE)
_FEWEST_DIGITS, _MOST_DIGITS = 7, 15


def guest_notes(parameters: Iterable[QueryParameter]) -> list[Note]:
    """What will probably make OnceHub ask the guest again, or never reach the guest."""
    notes = []
    for each in parameters:
        check = _CHECKS.get(folded(each.name))
        oddity = None if check is None or holds_merge_tag(each.value) else check(each.value)
        if oddity:
            notes.append(Note(each.name, oddity))
    return notes


def odd_email(text: str) -> str | None:
    """What is odd in an address; None where nothing is."""
    local, _, domain = text.rpartition("@")
    labels = domain.split(".")
    if not text.strip():
        return "is empty"
    if re.search("[,;]", text) or text.count("@") > 1:
        return "holds several addresses, or one with a comma; only one goes"
    if text.lower().startswith("mailto:"):
        return "begins with mailto:, which is no part of the address"
    if text != text.strip() or any(map(str.isspace, text)):
        return "holds a space"
    if not local or not domain:
        return "isn't an e-mail address: something before and behind an @"
    if len(labels) < 2 or not all(labels):
        return "has no domain such as example.com behind the @"
    return "has two dots, or one at an end, before the @" if "" in local.split(".") else None


def odd_mobile_phone(text: str) -> str | None:
    """What is odd in a number for text messages, which OnceHub wants with + and country code."""
    if not text.strip().startswith("+"):
        return _odd_number(text) or "has no country code: + and the code have to stand before it"
    if re.match(r"\s*\+\s*0", text):
        return "has a country code that begins with 0; write + and the code, such as +49"
    if "(0)" in text:
        return "has a (0), which is left out behind a country code"
    return _odd_number(text)


def _odd_classic_mobile(text: str) -> str | None:
    digits = re.sub(r"\D", "", text)
    return _odd_number(text) or ("has no country code before it" if digits[:1] == "0" else None)


def _odd_number(text: str) -> str | None:
    number = _EXTENSION.sub("", text.strip())
    count = len(re.sub(r"\D", "", number))
    if re.search(r"[^\W\d_]|@", number):
        return "holds letters, which are no part of a phone number"
    if not _FEWEST_DIGITS <= count <= _MOST_DIGITS:
        return f"has {count} digits; phone numbers have {_FEWEST_DIGITS} to {_MOST_DIGITS}"
    return None


_CHECKS = {
    "email": odd_email,
    "mobile_phone": odd_mobile_phone,
    "mobile": _odd_classic_mobile,
    "phone": _odd_number,
}

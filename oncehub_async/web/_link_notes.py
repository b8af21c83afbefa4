"""What OnceHub doesn't take in a link, and what will probably not work as meant.

https://help.oncehub.com/scheduleonce/sharing-publishing/personalized-links/url-parameters-syntax-and-processing-rules
"""

import re
from collections.abc import Iterable, Mapping
from urllib.parse import quote

import attrs

from .._ground import checks
from ..errors import InvalidParameterError
from ._query import QueryParameter, folded, holds_merge_tag

URL_LIMIT = 2_000
"""A whole link has to be shorter than this, in characters as it is sent."""
MOST_GUESTS = 10
_SENT_AS_THEY_ARE = "%:/?#[]@!$&'()*+,;="


@attrs.frozen
class Note:
    """Something that will probably not work as meant, though nothing forbids it."""

    parameter: str
    text: str

    def __str__(self) -> str:
        return f"{self.parameter}: {self.text}"


def url_length(url: str) -> int:
    """In characters as it is sent: a letter beyond ASCII becomes several."""
    return len(quote(url, safe=_SENT_AS_THEY_ARE))


def check_url_length(
    url: str, parameters: Iterable[QueryParameter], arguments: Mapping[str, str]
) -> None:
    """Refuse a link that is too long, and name the argument that set its longest parameter."""
    length = url_length(url)
    if length < URL_LIMIT:
        return
    longest = max(parameters, key=lambda each: url_length(each.raw), default=None)
    what = "" if longest is None else f" ({url_length(longest.raw):,} of them are this parameter)"
    raise InvalidParameterError(
        "url" if longest is None else arguments.get(longest.name, longest.name),
        f"makes the link {length:,} characters long{what}; OnceHub takes fewer than "
        f"{URL_LIMIT:,}: shorten it, or leave it out",
    )


def url_length_notes(url: str) -> list[Note]:
    """Whether a link that came from elsewhere is too long."""
    length = url_length(url)
    if length < URL_LIMIT:
        return []
    text = f"has {length:,} characters; OnceHub takes fewer than {URL_LIMIT:,}"
    return [Note("url", text)]


def length_notes(
    parameters: Iterable[QueryParameter], recommended: Mapping[str, int], others: int
) -> list[Note]:
    """Which values are longer than the vendor recommends. Lengths are those of the plain text."""
    notes = []
    most_by_name = {folded(name): most for name, most in recommended.items()}
    for parameter in parameters:
        length = len(parameter.value)
        most = most_by_name.get(folded(parameter.name), others)
        if length > most:
            text = f"has {length} characters; OnceHub recommends at most {most}"
            notes.append(Note(parameter.name, text))
    return notes


def emails(value: object, param: str) -> str | None:
    """Addresses, joined by commas, in the case in which they were given; None stays None."""
    if value is None:
        return None
    addresses = checks.several(value, param, "e-mail addresses")
    if not all(map(_is_address, addresses)):
        raise InvalidParameterError(param, "expected one e-mail address in each element")
    return ",".join(addresses)


def email(value: object, param: str) -> str | None:
    """One address; None stays None."""
    if value is not None and not _is_address(value):
        raise InvalidParameterError(param, "expected an e-mail address")
    return None if value is None else str(value)


def _is_address(value: object) -> bool:
    good = isinstance(value, str) and 0 < value.find("@") < len(value) - 1
    return good and not any(c in ",;" or c.isspace() for c in str(value))


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

"""E-mail addresses in texts that anybody wrote, also inside links, and in one way of writing."""

import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import unquote

# What RFC 5322 allows in a local part without quotes; letters of any script, as mail servers do.
_LOCAL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+")
_DOMAIN = re.compile(r"[\w.-]{1,255}")
_LONGEST_LOCAL = 200
# What may stand in a local part, and all the same mostly ends what comes before it in a link.
_SEPARATORS = re.compile(r"[=&?/'`{|}]")
_TIMES_ENCODED = 3
_PHONE_DIGITS = re.compile(r"\d")


def plain_address(text: str) -> str:
    """An address as it is compared: without spaces around it, in lower case."""
    return unicodedata.normalize("NFC", text).strip().casefold()


def address_forms(address: str) -> frozenset[str]:
    """An address as it is compared, with its domain both in letters and as the DNS has it."""
    plain = plain_address(address)
    local, at, domain = plain.rpartition("@")
    forms = {plain}
    try:
        forms.add(local + at + domain.encode("idna").decode())
        forms.add(local + at + domain.encode().decode("idna"))
    except UnicodeError:  # no domain of the DNS's
        pass
    return frozenset(forms)


def addresses_in(text: str) -> Iterator[str]:
    """The addresses in a text, as they are compared; more than there are, and none is missed."""
    for written in _decoded(text):
        for local, domain in _parts_in(written):
            yield plain_address(f"{local}@{domain}")
            starts = [each.end() for each in _SEPARATORS.finditer(local)]
            yield from (plain_address(f"{local[start:]}@{domain}") for start in starts)
            if local[:1] in ".-*_" and local.strip(".-*_"):
                yield plain_address(f"{local.lstrip('.-*_')}@{domain}")


def _parts_in(text: str) -> Iterator[tuple[str, str]]:
    """What stands on both sides of each @; a text of megabytes is gone through once."""
    at = text.find("@")
    while at >= 0:
        domain = _DOMAIN.match(text, at + 1)
        local = _LOCAL.match(text[max(0, at - _LONGEST_LOCAL) : at][::-1])
        if domain and local:
            yield local[0][::-1], domain[0].rstrip(".-_")
        at = text.find("@", at + 1)


def _decoded(text: str) -> Iterator[str]:
    if "@" in text:
        yield text
    for _ in range(_TIMES_ENCODED):
        decoded = unquote(text)
        if decoded == text:
            return
        text = decoded
        if "@" in text:
            yield text


def phone_digits(text: str) -> str:
    """A phone number as it is compared: its digits."""
    return "".join(_PHONE_DIGITS.findall(text))

"""E-mail addresses in texts that anybody wrote, also inside links, and in one way of writing."""

import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import unquote

# What RFC 5322 allows in a local part without quotes, beside letters of any script.
_IN_LOCAL = frozenset("_.!#$%&'*+/=?^`{|}~-")
_IN_DOMAIN = frozenset("_.-")
_LONGEST_LOCAL, _LONGEST_DOMAIN = 200, 255
# What may stand in a local part, and all the same mostly ends what comes before it in a link.
_SEPARATORS = re.compile(r"[=&?/'`{|}!#$%*^~]|\.\.")
_SIGNS = "".join(_IN_LOCAL)
# Whatever begins with another sign, or could be a part of a link, may hold one all the same.
_ALONE = re.compile(r"\w[^=&?/]*$")
_TIMES_ENCODED = 3
_PHONE_DIGITS = re.compile(r"\d")
_SHARP_S = re.compile("[ß\u1e9e]")
_ACE = "xn--"
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"))
"""Where a line may break and the like: copied along, and nothing to the DNS."""


def plain_address(text: str) -> str:
    """An address as it is compared: without spaces around it, in lower case and usual width.

    What looks alike stays apart where the DNS tells it apart: straße@ and strasse@ are two people.
    """
    plain = _in_usual_signs(text).strip()
    return unicodedata.normalize("NFC", "ß".join(map(str.casefold, _SHARP_S.split(plain))))


def address_forms(address: str) -> frozenset[str]:
    """An address as it is compared, with its domain both in letters and as the DNS has it."""
    plain = plain_address(address)
    local, at, domain = plain.rpartition("@")
    labels = domain.split(".")
    forms = {plain}
    try:
        forms.add(local + at + ".".join(map(_as_dns_has_it, labels)))
        forms.add(plain_address(local + at + ".".join(map(_in_letters, labels))))
    except UnicodeError:  # no domain of the DNS's
        pass
    return frozenset(forms)


def _as_dns_has_it(label: str) -> str:
    return label if label.isascii() else _ACE + label.encode("punycode").decode()


def _in_letters(label: str) -> str:
    return label[len(_ACE) :].encode().decode("punycode") if label.startswith(_ACE) else label


def whole_address(text: str) -> str | None:
    """The address that a text is, as it is compared; None where it is more, or none."""
    if len(text) > _LONGEST_LOCAL + _LONGEST_DOMAIN or text.count("@") > 1:
        return None
    plain = plain_address(text)
    parts = [f"{local}@{domain}" for local, domain in _parts_in(plain)]
    return plain if parts == [plain] else None


def addresses_in(text: str) -> Iterator[str]:
    """The addresses in a text, as they are compared; more than there are, and none is missed.

    A text that is one address is that one: o'brien@ isn't Brien's.
    """
    for written in _decoded(text):
        alone = whole_address(written)
        if alone is not None and _ALONE.match(alone) and not _runs_on(alone):
            yield alone
            continue
        for local, domain in _parts_in(written):
            for end in _ends_of(domain):
                yield from (plain_address(f"{each}@{end}") for each in _locals_in(local))


def _runs_on(address: str) -> bool:
    """Whether there is more in it than an address, though no space is."""
    return ".." in address or bool(_script_changes(address))


def _locals_in(local: str) -> Iterator[str]:
    """The local part, and what of it may be one."""
    starts = [
        0,
        *(each.end() for each in _SEPARATORS.finditer(local)),
        *_script_changes(local)[-1:],
    ]
    for start in starts:
        rest = local[start:]
        if rest:
            yield rest
        if rest[:1] in _IN_LOCAL and rest.strip(_SIGNS):
            yield rest.lstrip(_SIGNS)


def _ends_of(domain: str) -> Iterator[str]:
    """The domain, and where it may end before a sentence goes on."""
    yield domain
    cuts = [domain.find(".."), *_script_changes(domain)[:1]]
    yield from (domain[:cut].rstrip(".-_") for cut in cuts if cut > 0)


def _script_changes(text: str) -> list[int]:
    """Where letters of another script follow Latin ones, or these follow others.

    In Chinese, Japanese, Korean or Thai no space does, before an address or after it.
    """
    if text.isascii():
        return []
    found: list[int] = []
    before: bool | None = None
    for position, each in enumerate(text):
        if unicodedata.category(each).startswith("M"):
            continue
        latin = _is_latin(each) if each.isalnum() else None
        if before is not None and latin is not None and latin is not before:
            found.append(position)
        before = latin
    return found


def _is_latin(letter: str) -> bool:
    return letter.isascii() or unicodedata.name(letter, "").startswith("LATIN")


def _parts_in(text: str) -> Iterator[tuple[str, str]]:
    """What stands on both sides of each @; a text of megabytes is gone through once."""
    at = text.find("@")
    while at >= 0:
        domain = _beginning(text[at + 1 : at + 1 + _LONGEST_DOMAIN], _IN_DOMAIN)
        local = _beginning(text[max(0, at - _LONGEST_LOCAL) : at][::-1], _IN_LOCAL)[::-1]
        if domain and local:
            yield local, domain.rstrip(".-_")
        at = text.find("@", at + 1)


def _beginning(text: str, marks: frozenset[str]) -> str:
    for count, each in enumerate(text):
        # Scripts such as Devanagari's have vowels that are no letters, and so has an é in two.
        if not (each.isalnum() or each in marks or unicodedata.category(each).startswith("M")):
            return text[:count]
    return text


def may_hold_address(text: str) -> bool:
    """Whether it is worth a closer look: most texts hold no @, nor one that is encoded."""
    return "@" in text or "%" in text or "\uff20" in text or "\ufe6b" in text


def _decoded(text: str) -> Iterator[str]:
    yield from _in_usual_width(text)
    for _ in range(_TIMES_ENCODED):
        decoded = unquote(text)
        if decoded == text:
            return
        text = decoded
        yield from _in_usual_width(text)


def _in_usual_width(text: str) -> Iterator[str]:
    if "@" in text:
        yield text
    plain = text if text.isascii() else _in_usual_signs(text)
    if plain != text and "@" in plain:
        yield plain


def _in_usual_signs(text: str) -> str:
    return unicodedata.normalize("NFKC", text.translate(_INVISIBLE))


def phone_digits(text: str) -> str:
    """A phone number as it is compared: its digits."""
    return "".join(_PHONE_DIGITS.findall(text))

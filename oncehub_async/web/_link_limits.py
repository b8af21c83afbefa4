"""How long a link and what stands in it should be.

https://help.oncehub.com/scheduleonce/sharing-publishing/personalized-links/url-parameters-syntax-and-processing-rules
"""

from collections.abc import Iterable, Mapping
from urllib.parse import quote

import attrs

from .._ground import checks
from ..errors import InvalidParameterError
from ._query import QueryParameter, folded

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

"""Where a booking link may point: a page on a host of its product."""

import re
from urllib.parse import urlsplit

import attrs
from yarl import URL

from ..errors import InvalidParameterError

BOOKING_HOST = "oncehub.com"
CLASSIC_HOST = "go.oncehub.com"
_REMEDIES = {
    BOOKING_HOST: "is a link of booking calendars and booking hubs; use BookingLink for it",
    CLASSIC_HOST: "is a link of the classic product; use ClassicLink for it",
}
_DOMAIN = re.compile(r"[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+")


@attrs.frozen
class Address:
    """A link in three parts."""

    page: str
    """Scheme, host and path."""
    query: str = attrs.field(repr=False)
    fragment: str = attrs.field(repr=False)


def split_address(url: object, host: str, custom_domain: str | None) -> Address:
    """Take a link of the product at `host`, or at the account's own domain, apart.

    Raises `InvalidParameterError` where it isn't one; the text doesn't show the link.
    """
    if not isinstance(url, str):
        raise InvalidParameterError("url", f"expected a link, got {type(url).__name__}")
    # Parts of a template's markup would be markup, too.
    url = str(url)
    # urlsplit drops some of these silently, and browsers read a backslash as a slash.
    if not url.isprintable() or " " in url or "\\" in url:
        raise InvalidParameterError("url", "holds a space, a backslash or an unprintable character")
    try:
        parts = urlsplit(url)
        plain = parts.netloc.lower() == (parts.hostname or "")
        found = ascii_host(parts.hostname or "")
    except ValueError:
        raise InvalidParameterError("url", "is not a URL") from None
    if parts.scheme != "https" or not plain:
        remedy = _remedy(url, host)
        raise InvalidParameterError("url", f"has to start with https:// and a plain host, {remedy}")
    _check_host(found, host, custom_domain)
    if parts.path.strip("/") == "":
        raise InvalidParameterError(
            "url", f"names no page; expected something like https://{host}/live-demo"
        )
    return Address(f"https://{found}{parts.path}", parts.query, parts.fragment)


def ascii_host(host: str) -> str:
    """A host name as it is looked up, its international letters in Punycode (`xn--...`).

    Raises `ValueError` where it can't be one.
    """
    return host if host.isascii() else URL.build(scheme="https", host=host).raw_host or ""


def is_classic(url: str) -> bool:
    """Whether a link says that it is of the classic product."""
    _, _, rest = url.rpartition("://")
    host = re.split("[/?#]", rest.lower(), maxsplit=1)[0]
    return host.removeprefix("www.") == CLASSIC_HOST


def _remedy(url: str, host: str) -> str:
    if url.lower().startswith("http://"):
        return "such as https://" + host + "/live-demo: write https:// instead of http://"
    first = url.lower().lstrip("/").partition("/")[0]
    if "." in first and not set(first) & set(":@"):
        www = " and leave out the www." if first.startswith("www.") else ""
        return f"such as https://{host}/live-demo: put https:// in front of it{www}"
    return f"such as https://{host}/live-demo"


def other_product(host: str) -> InvalidParameterError:
    """The error where a link of this host's product isn't wanted."""
    return InvalidParameterError("url", _REMEDIES[host])


def _check_host(found: str, host: str, custom_domain: object) -> None:
    if custom_domain is not None:
        own = _own_domain(custom_domain)
        if own in _REMEDIES:
            raise InvalidParameterError("custom_domain", "is OnceHub's own; leave it out")
        if found == own:
            return
    if found == host:
        return
    if found in _REMEDIES:
        raise other_product(found)
    if found.removeprefix("www.") in _REMEDIES:
        raise InvalidParameterError(
            "url",
            f"is not on {host}: OnceHub's links have no www.; write "
            f"https://{found.removeprefix('www.')}/...",
        )
    raise InvalidParameterError(
        "url",
        f"is not on {host}; if the account has a domain of its own, "
        "pass it: custom_domain='book.example.com'",
    )


def _own_domain(value: object) -> str:
    try:
        domain = ascii_host(value.lower()) if isinstance(value, str) else ""
    except ValueError:
        domain = ""
    if not _DOMAIN.fullmatch(domain):
        raise InvalidParameterError(
            "custom_domain", "expected a bare domain, such as 'book.example.com'"
        )
    return domain

"""Names of hosts: what no resolver takes is told before one is asked.

Python encodes a name before it asks, and raises `UnicodeError` of it in the middle of a connection.
"""

import ipaddress
import re
from urllib.parse import unquote, urlsplit

_ODD = "the host name has an empty label, one that is too long, or odd characters"
_NAME = re.compile(rb"[A-Za-z0-9._-]+")
_PLACE = re.compile(r"[^/?#]*")
_PORT = re.compile(r"[0-9]{1,5}")


def host_problem(host: str) -> str | None:
    """Why no request can be sent to a host of this name; None for an address or a good name."""
    try:
        # As asyncio and the resolver encode it, which refuse empty and too long labels.
        encoded = host.encode("idna")
    except UnicodeError:
        return _ODD
    if b":" not in encoded and not _NAME.fullmatch(encoded):
        return _ODD
    if encoded.rpartition(b".")[2].isdigit() and not _is_address(host):
        return "the host is neither a name nor an address"
    return "the host name is too long" if len(encoded.rstrip(b".")) > 253 else None


def database_url_problem(url: str) -> str | None:
    """The same of a database's URL, which can have several hosts, a socket's folder or none, and of
    their ports."""
    if problem := unescaped_problem(url):
        return problem
    try:
        places = urlsplit(url).netloc.rpartition("@")[2]
    except ValueError:
        return "expected postgresql://USER@HOST/DATABASE"
    for each in filter(None, unquote(places).split(",")):
        if each.startswith("/"):
            continue
        bracketed, _, after = each.removeprefix("[").partition("]")
        host, colon, port = each.partition(":")
        if each.startswith("["):
            host, colon, port = bracketed, after[:1], after[1:]
        if host and (problem := host_problem(host)):
            return problem
        if colon and not (_PORT.fullmatch(port) and 0 < int(port) < 65_536):
            return "the port has to be a number from 1 to 65535"
    return None


def unescaped_problem(url: str) -> str | None:
    """Whether a password ends what stands before the @ of a URL: where nobody expects it, and what
    follows would be shown as a path. None for a good URL."""
    place = url.partition("://")[2]
    rest = _PLACE.sub("", place, count=1)
    # A socket's URL may have nothing before its path.
    if rest == place or "@" not in f"{rest.partition('?')[0]}{rest.partition('=')[0]}":
        return None
    return f"{rest[0]} ends what stands before the @ of a URL; {_written(rest[0])}"


def fragment_problem(url: str) -> str | None:
    """Whether a URL has a part after a # that nobody reads, and that can be of a password."""
    return f"nothing in it begins with #; {_written('#')}" if "#" in url else None


def _written(sign: str) -> str:
    return f"write %{ord(sign):02X} for one in a password"


def _is_address(host: str) -> bool:
    try:
        return bool(ipaddress.ip_address(host))
    except ValueError:
        return False

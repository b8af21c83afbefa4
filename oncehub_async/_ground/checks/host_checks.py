"""Names of hosts: what no resolver takes is told before one is asked.

Python encodes a name before it asks, and raises `UnicodeError` of it in the middle of a connection.
"""

import ipaddress
import re
from urllib.parse import unquote

_ODD = "the host name has an empty label, one that is too long, or odd characters"
_NAME = re.compile(rb"[A-Za-z0-9._-]+")


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


def database_host_problem(host: str | None) -> str | None:
    """The same of a database's URL, in which there can be several, a socket's folder, or none."""
    for each in unquote(host or "").split(","):
        problem = host_problem(each) if each and not each.startswith("/") else None
        if problem is not None:
            return problem
    return None


def _is_address(host: str) -> bool:
    try:
        return bool(ipaddress.ip_address(host))
    except ValueError:
        return False

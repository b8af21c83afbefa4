"""Where the API is, and why a key goes there only encrypted."""

import ipaddress
import os
from collections.abc import Mapping

from yarl import URL

from ..errors import ConfigurationError

DEFAULT_BASE_URL = "https://api.oncehub.com/v2"
URL_VARIABLE = "ONCEHUB_BASE_URL"


def is_loopback(host: str | None) -> bool:
    """Whether `host` names this machine."""
    if host is None:
        return False
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _named(environ: Mapping[str, str] | None) -> str:
    return (os.environ if environ is None else environ).get(URL_VARIABLE, DEFAULT_BASE_URL)


def host_problem(host: str) -> str | None:
    """Why no request can be sent to a host of this name; None for an address or a good name."""
    try:
        # As asyncio and the resolver encode it, which refuse empty and too long labels.
        encoded = host.encode("idna")
    except UnicodeError:
        return "the host name has an empty label, one that is too long, or odd characters"
    return "the host name is too long" if len(encoded.rstrip(b".")) > 253 else None


def choose_base_url(given: str | None, environ: Mapping[str, str] | None = None) -> URL:
    """The base URL from the argument, else from the environment, else OnceHub's own.

    Plain http is allowed to loopback only, since the API key would be readable on the way.
    Raises `ConfigurationError`.
    """
    source = "base_url" if given is not None else URL_VARIABLE
    text = given if given is not None else _named(environ)
    # Its repr holds the API key, which no local of a traceback may.
    del environ
    example = f"expected something like {DEFAULT_BASE_URL}"
    try:
        url = URL(text)
        host = url.host
    except (ValueError, TypeError):
        raise ConfigurationError(f"{source}: not a URL; {example}") from None
    if url.scheme not in ("https", "http") or not host:
        raise ConfigurationError(f"{source}: not an http(s) URL; {example}")
    problem = host_problem(url.raw_host or host)
    if problem is not None:
        raise ConfigurationError(f"{source}: {problem}; {example}")
    if url.user is not None or url.password is not None:
        raise ConfigurationError(f"{source}: leave user name and password out; {example}")
    if url.query_string or url.fragment:
        raise ConfigurationError(f"{source}: leave query and fragment out; {example}")
    if url.scheme == "http" and not is_loopback(host):
        raise ConfigurationError(
            f"{source}: plain http would show the API key to the network; use https "
            "(http is for loopback only)"
        )
    return url.with_path(url.path.rstrip("/"))

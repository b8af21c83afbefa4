"""Where the API is, by which way, and why a key goes there only encrypted."""

import ipaddress
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from urllib.request import getproxies, proxy_bypass

from yarl import URL

from .._ground import Hidden, checks
from ..errors import ConfigurationError

DEFAULT_BASE_URL = "https://api.oncehub.com/v2"
URL_VARIABLE = "ONCEHUB_BASE_URL"
_EXCEPTION = re.compile(r"(?P<name>\[[^]]*\](?:/\d+)?|[^:]+|[^:]*:.*:[^:]*)(?::(?P<port>\d+))?")
"""A host in NO_PROXY: an address of IPv6 has colons, and a port only after brackets."""


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


def choose_base_url(given: "str | Hidden | None", environ: Mapping[str, str] | None = None) -> URL:
    """The base URL from the argument, else from the environment, else OnceHub's own.

    Plain http is allowed to loopback only, since the API key would be readable on the way.
    Raises `ConfigurationError`.
    """
    hidden = Hidden(given)
    source = URL_VARIABLE if hidden.value is None else "base_url"
    if hidden.value is None:
        hidden = Hidden(_named(environ))
    # The environment holds the API key, and a URL can hold a password: no local of a traceback may.
    del environ, given
    example = f"expected something like {DEFAULT_BASE_URL}"
    try:
        url = URL(hidden.value)
        host, _port = url.host, url.port
    except (ValueError, TypeError):
        raise ConfigurationError(f"{source}: not a URL; {example}") from None
    if url.user is not None or url.password is not None:
        del url
        raise ConfigurationError(f"{source}: leave user name and password out; {example}")
    if url.scheme not in ("https", "http") or not host:
        raise ConfigurationError(f"{source}: not an http(s) URL; {example}")
    problem = checks.host_problem(url.raw_host or host)
    if problem is not None:
        raise ConfigurationError(f"{source}: {problem}; {example}")
    if url.query_string or url.fragment:
        raise ConfigurationError(f"{source}: leave query and fragment out; {example}")
    if url.scheme == "http" and not is_loopback(host):
        raise ConfigurationError(
            f"{source}: plain http would show the API key to the network; use https "
            "(http is for loopback only)"
        )
    return url.with_path(url.path.rstrip("/"))


def choose_proxy(given: "str | Hidden | None", base_url: URL) -> str | None:
    """The proxy from the argument, else the one that the environment names for this address.

    That is HTTPS_PROXY (or ALL_PROXY), where NO_PROXY doesn't except it; this machine is always
    asked directly then. Raises `ConfigurationError`.
    """
    hidden = Hidden(given)
    # It may hold a password, which no local of a traceback may.
    del given
    if hidden.value is not None:
        return _checked_proxy(hidden, "proxy", base_url)
    proxies = Hidden(getproxies())
    if is_loopback(base_url.host) or _is_excepted(base_url, proxies.value.get("no", "")):
        return None
    scheme = base_url.scheme if base_url.scheme in proxies.value else "all"
    hidden = Hidden(proxies.value.get(scheme, "").strip())
    if not hidden.value:
        return None
    if "://" not in hidden.value:
        hidden = Hidden(f"http://{hidden.value}")
    return _checked_proxy(hidden, f"{scheme.upper()}_PROXY", base_url)


def _is_excepted(base_url: URL, exceptions: str) -> bool:
    """Whether a host is to be asked directly, by the notations of curl, Go and Python together.

    Those are names with all that is below them (`example.com`, `.example.com`, `*.example.com`),
    addresses, networks (`10.0.0.0/8`), each with a port or without, and `*`.
    """
    host, port = _plain(base_url.raw_host or ""), str(base_url.port)
    if proxy_bypass(f"{base_url.host}:{port}"):  # also what systems other than this one set
        return True
    for written in re.split(r"[\s,;]+", exceptions):
        parts = _EXCEPTION.fullmatch(written)
        if parts is not None and parts["port"] in (None, port) and _covers(parts["name"], host):
            return True
    return False


def _covers(name: str, host: str) -> bool:
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(name.strip("[]"), strict=False)
    except ValueError:  # one of them is a name
        name = _plain(name.removeprefix("*.").removeprefix("."))
        return name == "*" or (bool(name) and f".{host}".endswith(f".{name}"))


def _plain(host: str) -> str:
    """A host's name as the DNS has it."""
    with suppress(UnicodeError):
        host = host.encode("idna").decode()
    return host.lower().rstrip(".")


def _checked_proxy(hidden: Hidden, source: str, base_url: URL) -> str:
    try:
        url = Hidden(URL(hidden.value))
        good = (
            url.value.scheme in ("http", "https")
            and bool(url.value.host and url.value.port)
            and checks.host_problem(url.value.raw_host or "") is None
        )
    except (ValueError, TypeError):
        good = False
    if not good:
        raise ConfigurationError(
            f"{source}: expected the URL of an http(s) proxy such as http://proxy.example.com:3128"
        )
    if base_url.scheme == "http" and not is_loopback(url.value.host):
        raise ConfigurationError(
            f"{source}: plain http through it would show the API key to the network; use an https "
            "base_url"
        )
    text: str = hidden.value
    return text

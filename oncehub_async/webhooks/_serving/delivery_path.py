"""The path at which deliveries are received: what is announced is what answers."""

import re

import attrs
from yarl import URL

from ...errors import ConfigurationError

_ORIGIN = "http://x"

LONGEST = 2_000
"""Characters of a path in a URL, with the prefix of a sub-application. Servers and proxies refuse a
request's first line from 4 or 8 KB on, and browsers and forms a URL of more than 2,048."""


_DOT = re.compile("%2e", re.IGNORECASE)
_DOTS = {".", ".."}


@attrs.frozen
class DeliveryPath:
    """A path as it stands in URLs (`raw`), without a slash at its end; and as routers see it."""

    raw: str
    routed: str

    @property
    def routes(self) -> tuple[str, ...]:
        """What the router is given: with a slash at the end and without it is the same place.

        The path "" of a sub-application is its prefix alone; of an application "/" is the same.
        """
        return self.routed, f"{self.routed}/"

    def announced(self, host: str, port: int) -> str:
        """The URL that leads there. An IPv6 address has brackets in it."""
        return str(URL.build(scheme="http", host=host, port=port)) + (self.raw or "/")


def delivery_path(path: object) -> DeliveryPath:
    """The path that somebody chose. Raises `ConfigurationError` for what no URL leads to.

    What is percent-encoded already stays so; what isn't, and has to be, becomes so.
    """
    if not isinstance(path, str):
        raise ConfigurationError(f"path: expected a text, got {type(path).__name__}")
    if path and not path.startswith("/"):
        raise ConfigurationError(f"path: expected one that begins with a slash{_proposal(path)}")
    if any(sign in path for sign in "?#{}\\") or not path.isprintable() or "//" in path:
        raise ConfigurationError(
            "path: expected a plain path, without ? # { } \\ or empty parts; for a pattern, use "
            "aiohttp_handler with a route of your own"
        )
    try:
        url = URL(_ORIGIN + path)
    except ValueError:
        raise ConfigurationError("path: no URL can have it") from None
    if _DOTS & set(_DOT.sub(".", path).split("/")) or url.host != "x":
        raise ConfigurationError("path: expected one without . and .. in it")
    if any(sign in url.path_safe for sign in "{}"):
        raise ConfigurationError("path: expected one without { and } in it, encoded ones too")
    check_length(url.raw_path)
    return DeliveryPath(url.raw_path.rstrip("/"), url.path_safe.rstrip("/"))


def check_length(raw: str) -> None:
    """Raises `ConfigurationError` for a path of a URL that servers don't take."""
    if len(raw) > LONGEST:
        raise ConfigurationError(
            f"path: expected at most {LONGEST:,} characters as it stands in a URL, got "
            f"{len(raw):,}: servers refuse longer ones"
        )


def _proposal(path: str) -> str:
    """The path that somebody meant who gave a whole URL, or none that begins with a slash."""
    _, scheme, rest = path.rpartition("://")
    meant = "/" + (rest.partition("/")[2] if scheme else path.strip().lstrip("/"))
    try:
        return f", such as {delivery_path(meant).raw or '/'}"
    except ConfigurationError:
        return ", such as /webhooks/oncehub"

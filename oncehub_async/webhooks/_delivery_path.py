"""The path at which deliveries are received: what is announced is what answers."""

import attrs
from yarl import URL

from ..errors import ConfigurationError

_ORIGIN = "http://x"


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
        raise ConfigurationError(f"path: expected one that begins with a slash, such as /{path}")
    if any(sign in path for sign in "?#{}\\") or not path.isprintable() or "//" in path:
        raise ConfigurationError(
            "path: expected a plain path, without ? # { } \\ or empty parts; for a pattern, use "
            "aiohttp_handler with a route of your own"
        )
    try:
        url = URL(_ORIGIN + path)
    except ValueError:
        raise ConfigurationError("path: no URL can have it") from None
    if {".", ".."} & set(path.split("/")) or url.host != "x":
        raise ConfigurationError("path: expected one without . and .. in it")
    return DeliveryPath(url.raw_path.rstrip("/"), url.path_safe.rstrip("/"))

"""The tag for the script that forwards a widget's events to a back end."""

from collections.abc import Iterable
from urllib.parse import urlsplit

import attrs

from ..errors import InvalidParameterError
from .csp import Sources
from .html import Html, script


def _texts(value: Iterable[str]) -> tuple[str, ...]:
    if isinstance(value, str):
        raise InvalidParameterError("types", "expected a list of types")
    return tuple(value)


@attrs.frozen(kw_only=True)
class EventForwarding:
    """HTML for the script `widget.forwarding_script`, which your application serves at `src`.

    It sends events to `endpoint`: all of OnceHub's, or those in `types`, and with `classic` what
    an embedded page of the classic product hands over. It listens to https://oncehub.com alone, or
    to `origin` instead, which has to be one exact https origin (http on this machine, for tests).
    """

    src: str
    endpoint: str
    types: tuple[str, ...] = attrs.field(default=(), converter=_texts)
    classic: bool = False
    origin: str | None = None

    def __attrs_post_init__(self) -> None:
        _origin(self.src, "src")
        _origin(self.endpoint, "endpoint")
        for type_ in self.types:
            if not type_.startswith("oncehub.") or "," in type_:
                raise InvalidParameterError("types", "expected types such as oncehub.form.started")
        if self.origin is not None and _origin(self.origin, "origin") != self.origin:
            raise InvalidParameterError("origin", "expected an origin, as 'https://example.com'")

    def html(self, *, nonce: str | None = None) -> Html:
        """The script's tag. It goes before the embed, so that no event comes too early."""
        return script(
            self.src,
            nonce,
            {
                "data-endpoint": self.endpoint,
                "data-types": ",".join(self.types) or None,
                "data-classic": self.classic,
                "data-origin": self.origin,
            },
        )

    def csp_sources(self) -> Sources:
        """What a Content-Security-Policy has to allow for it."""
        return {
            "script-src": (_origin(self.src, "src"),),
            "connect-src": (_origin(self.endpoint, "endpoint"),),
        }

    def __str__(self) -> str:
        return str(self.html())

    def __html__(self) -> str:
        return str(self)


def _origin(url: str, param: str) -> str:
    """The origin of a URL as a source: `'self'` for a path."""
    try:
        parts = urlsplit(url)
        good = url.isprintable() and not set(url) & set(" \\;,'\"<>")
    except ValueError:
        good = False
    if good and url.startswith("/") and not url.startswith("//"):
        return "'self'"
    if not good or parts.scheme not in ("https", "http") or not parts.hostname or "@" in url:
        raise InvalidParameterError(param, "expected an http(s) URL, or a path that begins with /")
    return f"{parts.scheme}://{parts.netloc}"

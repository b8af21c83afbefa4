"""The scripts for a page: one that fills in an embed, one that forwards the widgets' events."""

import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

import attrs

from .._ground import checks
from ..errors import InvalidParameterError
from ._csp import Sources, source_of
from ._html import Html, plain_text, script


@cache
def prefill_script() -> str:
    """The text of the script, to be served by your application as `text/javascript`.

    The vendor's recipe for choosing co-hosts sets parameters on the embed's frame in this way.
    """
    return files(__package__).joinpath("prefill.js").read_text("utf-8")


@cache
def forwarding_script() -> str:
    """The text of the script, to be served by your application as `text/javascript`.

    Include it with `embed.EventForwarding`; what it takes is told at its beginning.
    """
    return files(__package__).joinpath("forward.js").read_text("utf-8")


_TYPE = re.compile(r"oncehub\.[\w.-]+", re.ASCII)
# As browsers write it: the script compares it letter by letter, and refuses what can't match.
_ORIGIN = re.compile(
    r"https://[a-z0-9.-]+(:(?!443\b)[1-9]\d{0,4})?"
    r"|http://(localhost|127\.0\.0\.1|\[::1\])(:(?!80\b)[1-9]\d{0,4})?",
    re.ASCII,
)


def _types(value: Iterable[str]) -> tuple[str, ...]:
    return tuple(checks.several(value, "types", "types"))


@attrs.frozen(kw_only=True)
class EventForwarding:
    """HTML for the script `widget.forwarding_script`, which your application serves at `src`.

    It sends events to `endpoint`: all of OnceHub's, or those in `types`, and with `classic` what
    an embedded page of the classic product hands over. It listens to https://oncehub.com alone, or
    to `origin` instead, which has to be one exact https origin (http on this machine, for tests).
    """

    src: str
    endpoint: str
    types: tuple[str, ...] = attrs.field(default=(), converter=_types)
    classic: bool = False
    origin: str | None = None

    def __attrs_post_init__(self) -> None:
        source_of(self.src, "src")
        source_of(self.endpoint, "endpoint")
        for type_ in self.types:
            if not _TYPE.fullmatch(plain_text(type_, "types")):
                raise InvalidParameterError("types", "expected types such as oncehub.form.started")
        if self.origin is not None and not _ORIGIN.fullmatch(self.origin):
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
            "script-src": (source_of(self.src, "src"),),
            "connect-src": (source_of(self.endpoint, "endpoint"),),
        }

    def __str__(self) -> str:
        return str(self.html())

    def __html__(self) -> str:
        return str(self)

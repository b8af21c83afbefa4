"""A booking calendar in a page.

https://developers.oncehub.com/docs/client-side-api/embedded-booking-calendar-events
"""

from collections.abc import Mapping

import attrs

from .. import parameters
from ..errors import InvalidParameterError
from .csp import Sources, style_hash
from .html import Html, css, element, own_attributes, script

SCRIPT_URL = "https://cdn.oncehub.com/cal/embed.js"
_TAKEN = frozenset({"data-oh-booking-calendar-id", "style"})


@attrs.frozen(kw_only=True)
class CalendarEmbed:
    """HTML for a booking calendar, such as `CalendarEmbed(id="BKC-LDJ878496X", height="600px")`.

    Sizes are CSS lengths; `style` holds more CSS properties, `attributes` more attributes of the
    element. `str(embed)` and templates give its HTML, `html(nonce=...)` the same with a nonce.
    With several calendars on a page, one needs the script: `html(with_script=False)` for the rest.
    """

    id: str
    height: str = "700px"
    min_width: str = "320px"
    style: Mapping[str, str] = attrs.field(factory=dict, hash=False)
    attributes: Mapping[str, str] = attrs.field(factory=dict, hash=False)

    def __attrs_post_init__(self) -> None:
        if not parameters.object_id(self.id).startswith("BKC-"):
            raise InvalidParameterError("id", "expected a booking calendar's, as 'BKC-LDJ878496X'")
        self.html()

    def html(self, *, nonce: str | None = None, with_script: bool = True) -> Html:
        """The element, and the script that fills it."""
        place = element(
            "div",
            {
                "data-oh-booking-calendar-id": self.id,
                "style": self._css,
                **own_attributes(self.attributes, _TAKEN),
            },
        )
        return (
            Html(f"{place}\n{script(SCRIPT_URL, nonce, {'async': True})}") if with_script else place
        )

    def csp_sources(self) -> Sources:
        """What a Content-Security-Policy has to allow for it."""
        return {
            "script-src": ("https://cdn.oncehub.com",),
            "frame-src": ("https://oncehub.com",),
            "style-src-attr": (style_hash(self._css),),
        }

    @property
    def _css(self) -> str:
        return css({"min-width": self.min_width, "height": self.height, **self.style})

    def __str__(self) -> str:
        return str(self.html())

    def __html__(self) -> str:
        return str(self)

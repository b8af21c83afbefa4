"""A booking calendar that opens over the page.

https://help.oncehub.com/product/booking-calendars/sharing-embedding/how-to-embed-your-booking-calendar-on-your-website
"""

from collections.abc import Mapping

import attrs

from ._csp import Sources, inline_hash
from ._html import Html, css, element, own_attributes, plain_text, script
from ._page_embed import PageEmbed, checked_id

SCRIPT_URL = "https://cdn3.onceplatform.com/cal/embed.js"
_TAKEN = frozenset({"data-oh-lightbox-bkc-id", "style"})


@attrs.frozen(kw_only=True)
class CalendarLightbox(PageEmbed):
    """A button that opens a booking calendar: `CalendarLightbox(id="BKC-LDJ878496X")`.

    `style` holds CSS properties of the button, `attributes` more attributes of it. The calendar
    takes the parameters of the page's own URL, such as `?name=...`.
    """

    id: str
    text: str = "Schedule now"
    style: Mapping[str, str | float] = attrs.field(factory=dict, hash=False)
    attributes: Mapping[str, str] = attrs.field(factory=dict, hash=False, repr=False)

    def __attrs_post_init__(self) -> None:
        checked_id(self.id, "BKC-", "a booking calendar's")
        self.html()

    def html(self, *, nonce: str | None = None, with_script: bool = True) -> Html:
        """The button, and the script that makes it work."""
        button = element(
            "button",
            {
                "type": "button",
                "data-oh-lightbox-bkc-id": self.id,
                "style": css(self.style) or None,
                **own_attributes(self.attributes, _TAKEN),
            },
            plain_text(self.text, "text"),
        )
        own = script(SCRIPT_URL, nonce, {"async": True})
        return Html(f"{button}\n{own}") if with_script else button

    def csp_sources(self) -> Sources:
        """What a Content-Security-Policy has to allow for it."""
        sources: dict[str, tuple[str, ...]] = {
            "script-src": ("https://cdn3.onceplatform.com",),
            "frame-src": ("https://oncehub.com",),
        }
        return sources | ({"style-src-attr": (inline_hash(css(self.style)),)} if self.style else {})

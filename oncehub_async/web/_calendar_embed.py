"""A booking calendar in a page, or over it, behind a button.

https://help.oncehub.com/developers/client-side-api/embedded-booking-calendar-events
https://help.oncehub.com/product/booking-calendars/sharing-embedding/how-to-embed-your-booking-calendar-on-your-website
"""

from collections.abc import Mapping

import attrs

from ..errors import InvalidParameterError
from ._booking_link import BookingLink
from ._csp import Sources, inline_hash, source_of
from ._css_size import checked_height, css_size
from ._html import Html, css, element, own_attributes, plain_text, script
from ._page_embed import PageEmbed, checked_id
from ._query import query_text

SCRIPT_URL = "https://cdn.oncehub.com/cal/embed.js"
_TAKEN = frozenset({"data-oh-booking-calendar-id", "data-oncehub-parameters", "style"})


def _min_width(value: float | str) -> str:
    return css_size(value, "min_width", "min-width")


@attrs.frozen(kw_only=True)
class CalendarEmbed(PageEmbed):
    """HTML for a booking calendar, such as `CalendarEmbed(id="BKC-LDJ878496X", height="600px")`.

    Sizes are numbers of pixels or CSS sizes ("80vh", "100%", "auto"); `style` holds more CSS
    properties, `attributes` more attributes of the element. `str(embed)` and templates give its
    HTML, `html(nonce=...)` the same with a nonce. With several calendars on a page, one needs the
    script: `html(with_script=False)` for the rest.

    `link` gives the parameters to start with, such as the guest's data. The script that hands them
    on is served by your application at `prefill_src`: its text is `prefill_script()`.
    """

    id: str
    height: str = attrs.field(default="700px", converter=checked_height)
    min_width: str = attrs.field(default="320px", converter=_min_width)
    link: BookingLink | None = None
    prefill_src: str | None = None
    style: Mapping[str, str | float] = attrs.field(factory=dict, hash=False)
    attributes: Mapping[str, str] = attrs.field(factory=dict, hash=False, repr=False)

    def __attrs_post_init__(self) -> None:
        checked_id(self.id, "BKC-", "a booking calendar's")
        if self.link is not None and self.prefill_src is None:
            raise InvalidParameterError(
                "prefill_src", "is missing: a link needs it; serve prefill_script() there"
            )
        self.html()
        self.csp_sources()

    def html(self, *, nonce: str | None = None, with_script: bool = True) -> Html:
        """The element, and the script that fills it."""
        data = None if self.link is None else query_text(self.link.parameters)
        place = element(
            "div",
            {
                "data-oh-booking-calendar-id": self.id,
                "style": self._css,
                "data-oncehub-parameters": data,
                **own_attributes(self.attributes, _TAKEN),
            },
        )
        if not with_script:
            return place
        # Ours first: it has to see the frame come.
        prefill = f"{script(self.prefill_src, nonce)}\n" if self.prefill_src else ""
        return Html(f"{place}\n{prefill}{script(SCRIPT_URL, nonce, {'async': True})}")

    def csp_sources(self) -> Sources:
        """What a Content-Security-Policy has to allow for it."""
        return {
            "script-src": ("https://cdn.oncehub.com", *self._own_script),
            "frame-src": ("https://oncehub.com",),
            "style-src-attr": (inline_hash(self._css),),
        }

    @property
    def _own_script(self) -> tuple[str, ...]:
        return () if self.prefill_src is None else (source_of(self.prefill_src, "prefill_src"),)

    @property
    def _css(self) -> str:
        return css({"min-width": self.min_width, "height": self.height, **self.style})


LIGHTBOX_URL = "https://cdn3.onceplatform.com/cal/embed.js"
_TAKEN_BY_BUTTON = frozenset({"data-oh-lightbox-bkc-id", "style"})


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
                **own_attributes(self.attributes, _TAKEN_BY_BUTTON),
            },
            plain_text(self.text, "text"),
        )
        own = script(LIGHTBOX_URL, nonce, {"async": True})
        return Html(f"{button}\n{own}") if with_script else button

    def csp_sources(self) -> Sources:
        """What a Content-Security-Policy has to allow for it."""
        sources: dict[str, tuple[str, ...]] = {
            "script-src": ("https://cdn3.onceplatform.com",),
            "frame-src": ("https://oncehub.com",),
        }
        return sources | ({"style-src-attr": (inline_hash(css(self.style)),)} if self.style else {})

"""A booking page or master page of the classic product behind a button.

https://help.oncehub.com/scheduleonce/sharing-publishing/publishing-on-websites/website-button-customization
"""

from collections.abc import Mapping

import attrs

from ..errors import InvalidParameterError
from ._classic_embed import SCRIPT_URL, checked_page, parameters_of, shown_page
from ._classic_link import ClassicLink
from ._csp import Sources, inline_hash
from ._css_size import checked_height, pixels
from ._html import Html, css, element, own_attributes, plain_text, script
from ._page_embed import PageEmbed

_TAKEN = frozenset(
    {
        "id", "style", "data-so-page", "data-height", "data-psz", "data-delay", "data-so-qry-prm",
    }
)  # fmt: skip


@attrs.frozen(kw_only=True)
class ClassicButton(PageEmbed):
    """A button that opens a classic page over yours: `ClassicButton(page="dana")`.

    On mobile phones it opens a page of its own. `height` is a number of pixels, or "auto", which
    follows the page's content; the width is the vendor's (796 pixels). The rest is as for
    `ClassicEmbed`; `style` holds CSS properties of the button.
    """

    page: str = attrs.field(repr=shown_page)
    text: str = "Schedule an appointment"
    height: str = attrs.field(default="580px", converter=checked_height)
    style: Mapping[str, str | float] = attrs.field(factory=dict, hash=False)
    pass_parameters: bool = False
    skip: bool = False
    link: ClassicLink | None = None
    attributes: Mapping[str, str] = attrs.field(factory=dict, hash=False, repr=False)

    def __attrs_post_init__(self) -> None:
        checked_page(self.page)
        if pixels(self.height) is None and self.height.lower() != "auto":
            raise InvalidParameterError(
                "height", "of a lightbox is a number of pixels, or 'auto' for that of its content"
            )
        self.html()

    def html(self, *, nonce: str | None = None, with_script: bool = True) -> Html:
        """The button, and the script that makes it work."""
        button = element(
            "button",
            {
                "type": "button",
                "id": f"SOIBTN_{self.page}",
                "style": css(self.style) or None,
                "data-so-page": self.page,
                "data-height": pixels(self.height),
                "data-psz": f"{int(self.pass_parameters)}{int(self.skip)}",
                "data-delay": "1",
                "data-so-qry-prm": parameters_of(self.link),
                **own_attributes(self.attributes, _TAKEN),
            },
            plain_text(self.text, "text"),
        )
        return Html(f"{button}\n{script(SCRIPT_URL, nonce)}") if with_script else button

    def csp_sources(self) -> Sources:
        """What a Content-Security-Policy has to allow for it."""
        sources: dict[str, tuple[str, ...]] = {
            "script-src": ("https://cdn.oncehub.com",),
            "frame-src": ("https://go.oncehub.com",),
            # The vendor's script gives the button this handler, letter by letter.
            "script-src-attr": (inline_hash(f'return soe.toggleLightBox("{self.page}")'),),
        }
        return sources | ({"style-src-attr": (inline_hash(css(self.style)),)} if self.style else {})

"""A routing form in a page.

https://help.oncehub.com/product/routing-forms/sharing-embedding/embedding-your-routing-form-on-your-website
"""

from collections.abc import Mapping

import attrs

from ._csp import Sources, inline_hash
from ._css_size import checked_height
from ._html import Html, css, element, own_attributes, script
from ._page_embed import PageEmbed, checked_id

SCRIPT_URL = "https://cdn.oncehub.com/fo/form.js"
_TAKEN = frozenset({"data-fo-form", "style"})


@attrs.frozen(kw_only=True)
class RoutingFormEmbed(PageEmbed):
    """HTML for a routing form, such as `RoutingFormEmbed(id="FORM-4X6ND8TR2P", height=400)`.

    Sizes are as for `CalendarEmbed`. The form takes the parameters of the page's own URL, such as
    `?name=...`, for the questions that are mapped to properties.
    """

    id: str
    height: str = attrs.field(default="400px", converter=checked_height)
    style: Mapping[str, str | float] = attrs.field(factory=dict, hash=False)
    attributes: Mapping[str, str] = attrs.field(factory=dict, hash=False, repr=False)

    def __attrs_post_init__(self) -> None:
        checked_id(self.id, "FORM-", "a routing form's")
        self.html()

    def html(self, *, nonce: str | None = None, with_script: bool = True) -> Html:
        """The element, and the script that fills it."""
        place = element(
            "div",
            {
                "data-fo-form": self.id,
                "style": self._css,
                **own_attributes(self.attributes, _TAKEN),
            },
        )
        own = script(SCRIPT_URL, nonce, {"id": "fo-index"})
        return Html(f"{place}\n{own}") if with_script else place

    def csp_sources(self) -> Sources:
        """What a Content-Security-Policy has to allow for it."""
        return {
            "script-src": ("https://cdn.oncehub.com",),
            "frame-src": ("https://oncehub.com",),
            "style-src-attr": (inline_hash(self._css),),
        }

    @property
    def _css(self) -> str:
        return css({"width": "100%", "height": self.height, **self.style})

"""A booking page or master page of the classic product in a page, or over it, behind a button.

https://help.oncehub.com/scheduleonce/developers/client-side-api/collecting-data-from-embedded-booking-page
https://help.oncehub.com/scheduleonce/sharing-publishing/publishing-on-websites/website-button-customization
"""

import re
from collections.abc import Mapping

import attrs

from ..errors import InvalidParameterError
from ._classic_link import ClassicLink, without_plus
from ._csp import Sources, inline_hash
from ._css_size import checked_height, pixels
from ._html import Html, css, element, own_attributes, plain_text, script, style_sheet
from ._page_embed import PageEmbed, check_is_no_id
from ._query import QueryParameter, encode

SCRIPT_URL = "https://cdn.oncehub.com/mergedjs/so.js"
_PAGE = re.compile(r"[A-Za-z0-9._~-]+(/[A-Za-z0-9._~-]+)*")
_STYLE = {"border": "1px solid #d8d8d8", "min-width": "290px", "max-width": "900px"}
_TAKEN = frozenset(
    {"id", "data-so-page", "data-height", "data-style", "data-psz", "data-so-qry-prm"}
)


def shown_page(page: str) -> str:
    """How a page's name stands in a repr."""
    # Whoever knows the code of a one-time link can book with it.
    return repr("." if page.startswith(".") else page)


def checked_page(page: object) -> str:
    """The name of a page. The vendor's script puts it into HTML of its own without escaping it."""
    name = plain_text(page, "page")
    if not _PAGE.fullmatch(name):
        raise InvalidParameterError("page", "expected the name in its link, such as 'dana'")
    check_is_no_id(name)
    return name


def parameters_of(link: ClassicLink | None) -> str | None:
    """The parameters, encoded anew: the vendor's script puts them into HTML as they are."""
    return None if link is None else "".join(map(_encoded, link.parameters)) or None


def _encoded(each: QueryParameter) -> str:
    of_mobile = ClassicLink.documented_name(each.name) == "mobile"
    value = without_plus(each.value) if of_mobile else each.value
    return f"&{encode(each.name, 'link')}={encode(value or '', 'link')}"


@attrs.frozen(kw_only=True)
class _ClassicPage(PageEmbed):
    """What both ways of embedding have."""

    page: str = attrs.field(repr=shown_page)
    style: Mapping[str, str | float] = attrs.field(factory=dict, hash=False)
    pass_parameters: bool = False
    skip: bool = False
    link: ClassicLink | None = None
    attributes: Mapping[str, str] = attrs.field(factory=dict, hash=False, repr=False)

    @property
    def _passed_on(self) -> str:
        return f"{int(self.pass_parameters)}{int(self.skip)}"


@attrs.frozen(kw_only=True)
class ClassicEmbed(_ClassicPage):
    """HTML for a classic page, such as `ClassicEmbed(page="dana", height=550)`.

    `page` is the name in its link, https://go.oncehub.com/dana. `height` is a number of pixels, a
    CSS size such as "80vh", or "auto", which follows the page's content; of `style` the vendor's
    script reads `border` ("1px solid #d8d8d8"), `min-width` and `max-width`.
    `pass_parameters` hands the parameters of the page around it on to the booking page, and `skip`
    leaves out the booking form. `link` gives parameters to start with, such as the guest's data.

    https://help.oncehub.com/scheduleonce/sharing-publishing/publishing-on-websites/website-embed-customization
    """

    height: str = attrs.field(default="550px", converter=checked_height)

    def __attrs_post_init__(self) -> None:
        checked_page(self.page)
        self.html()

    @classmethod
    def of(
        cls,
        link: ClassicLink,
        *,
        height: float | str = 550,
        style: Mapping[str, str | float] | None = None,
    ) -> "ClassicEmbed":
        """The page that a link leads to, with the link's parameters."""
        return cls(
            page=link.page_name,
            height=height,
            style=style or {},
            link=link,
            skip=bool(link.skip),
        )

    def html(self, *, nonce: str | None = None, with_script: bool = True) -> Html:
        """The element, and the script that fills it."""
        place = element(
            "div",
            {
                "id": f"SOIDIV_{self.page}",
                "data-so-page": self.page,
                "data-height": pixels(self.height),
                "data-style": css({**_STYLE, **self.style}),
                "data-psz": self._passed_on,
                "data-so-qry-prm": parameters_of(self.link),
                **own_attributes(self.attributes, _TAKEN),
            },
        )
        if self._rules:
            place = Html(f"{style_sheet(self._rules, nonce)}\n{place}")
        return Html(f"{place}\n{script(SCRIPT_URL, nonce)}") if with_script else place

    def csp_sources(self) -> Sources:
        """What a Content-Security-Policy has to allow for it."""
        sources: dict[str, tuple[str, ...]] = {
            "script-src": ("https://cdn.oncehub.com",),
            "frame-src": ("https://go.oncehub.com",),
        }
        style = own_attributes(self.attributes, _TAKEN).get("style")
        if style is not None:
            sources["style-src-attr"] = (inline_hash(style),)
        if self._rules:
            sources["style-src-elem"] = (inline_hash(self._rules),)
        return sources

    @property
    def _rules(self) -> str:
        """The height, if it is neither in pixels nor the content's: the script knows no other."""
        if pixels(self.height) or self.height.lower() == "auto":
            return ""
        place = f'[data-so-page="{self.page}"]'
        own = css({"height": self.height})
        # More than the height that the script writes on the frame.
        return f"{place} {{ {own} }} {place} iframe {{ height: 100% !important; }}"


_TAKEN_BY_BUTTON = frozenset(
    {
        "id", "style", "data-so-page", "data-height", "data-psz", "data-delay", "data-so-qry-prm",
    }
)  # fmt: skip


@attrs.frozen(kw_only=True)
class ClassicButton(_ClassicPage):
    """A button that opens a classic page over yours: `ClassicButton(page="dana")`.

    On mobile phones it opens a page of its own. `height` is a number of pixels, or "auto", which
    follows the page's content; the width is the vendor's (796 pixels). The rest is as for
    `ClassicEmbed`; `style` holds CSS properties of the button.
    """

    text: str = "Schedule an appointment"
    height: str = attrs.field(default="580px", converter=checked_height)

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
                "data-psz": self._passed_on,
                "data-delay": "1",
                "data-so-qry-prm": parameters_of(self.link),
                **own_attributes(self.attributes, _TAKEN_BY_BUTTON),
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

"""A booking page or master page of the classic product in a page.

https://developers.oncehub.com/docs/collecting-data-from-an-embedded-booking-page
"""

import re
from collections.abc import Mapping

import attrs

from ..errors import InvalidParameterError
from ._classic_link import ClassicLink, without_plus
from ._csp import Sources, style_hash
from ._html import Html, css, element, own_attributes, plain_text, script
from ._query import QueryParameter, encode

SCRIPT_URL = "https://cdn.oncehub.com/mergedjs/so.js"
_PAGE = re.compile(r"[A-Za-z0-9._~-]+(/[A-Za-z0-9._~-]+)*")
_STYLE = {"border": "1px solid #d8d8d8", "min-width": "290px", "max-width": "900px"}
_TAKEN = frozenset(
    {"id", "data-so-page", "data-height", "data-style", "data-psz", "data-so-qry-prm"}
)


def _shown(page: str) -> str:
    # Whoever knows the code of a one-time link can book with it.
    return repr("." if page.startswith(".") else page)


def _check_pixels(value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise InvalidParameterError("height", "expected a number of pixels")


def _encoded(each: QueryParameter) -> str:
    of_mobile = ClassicLink.documented_name(each.name) == "mobile"
    value = without_plus(each.value) if of_mobile else each.value
    return f"&{encode(each.name, 'link')}={encode(value or '', 'link')}"


@attrs.frozen(kw_only=True)
class ClassicEmbed:
    """HTML for a classic page, such as `ClassicEmbed(page="dana", height=550)`.

    `page` is the name in its link, https://go.oncehub.com/dana. `height` is in pixels; of `style`
    the vendor's script reads `border` ("1px solid #d8d8d8"), `min-width` and `max-width`.
    `pass_parameters` hands the parameters of the page around it on to the booking page, and `skip`
    leaves out the booking form. `link` gives parameters to start with, such as the guest's data;
    the vendor's script reads them (`data-so-qry-prm`) though no page of the vendor's tells of it.
    """

    page: str = attrs.field(repr=_shown)
    height: int = 550
    style: Mapping[str, str] = attrs.field(factory=dict, hash=False)
    pass_parameters: bool = False
    skip: bool = False
    link: ClassicLink | None = None
    attributes: Mapping[str, str] = attrs.field(factory=dict, hash=False, repr=False)

    def __attrs_post_init__(self) -> None:
        # The vendor's script puts the name into HTML of its own without escaping it.
        if not _PAGE.fullmatch(plain_text(self.page, "page")):
            raise InvalidParameterError("page", "expected the name in its link, such as 'dana'")
        _check_pixels(self.height)
        self.html()

    @classmethod
    def of(
        cls, link: ClassicLink, *, height: int = 550, style: Mapping[str, str] | None = None
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
                "data-height": str(self.height),
                "data-style": css({**_STYLE, **self.style}),
                "data-psz": f"{int(self.pass_parameters)}{int(self.skip)}",
                "data-so-qry-prm": self._query,
                **own_attributes(self.attributes, _TAKEN),
            },
        )
        return Html(f"{place}\n{script(SCRIPT_URL, nonce)}") if with_script else place

    def csp_sources(self) -> Sources:
        """What a Content-Security-Policy has to allow for it."""
        sources: dict[str, tuple[str, ...]] = {
            "script-src": ("https://cdn.oncehub.com",),
            "frame-src": ("https://go.oncehub.com",),
        }
        style = own_attributes(self.attributes, _TAKEN).get("style")
        return sources if style is None else {**sources, "style-src-attr": (style_hash(style),)}

    @property
    def _query(self) -> str | None:
        """The parameters, encoded anew: the vendor's script puts them into HTML as they are."""
        if self.link is None or not self.link.parameters:
            return None
        return "".join(map(_encoded, self.link.parameters))

    def __str__(self) -> str:
        return str(self.html())

    def __html__(self) -> str:
        return str(self)

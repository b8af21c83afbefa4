"""A chatbot in a page.

https://help.oncehub.com/product/chatbots/embedding-your-chatbots-on-your-website
"""

from collections.abc import Mapping
from typing import Literal
from urllib.parse import urlencode

import attrs

from .._ground import checks
from ..errors import InvalidParameterError
from ._csp import Sources, inline_hash
from ._html import Html, css, element, own_attributes, plain_text, script
from ._page_embed import PageEmbed, checked_id

SCRIPT_URL = "https://cdn.oncehub.com/co/widget.js"
_ON_CLICK_TYPE = 2
_TAKEN = frozenset({"data-co-bot", "data-co-bot-display", "href", "style"})

Show = Literal["load", "click", "lightbox"]


@attrs.frozen(kw_only=True)
class ChatbotEmbed(PageEmbed):
    """HTML for a chatbot, such as `ChatbotEmbed(website="WEB-4X6ND8TR2P")`.

    `show` tells when: on "load", on "click" on a link with `text`, or on such a click as a
    "lightbox" over the page; for the latter two `bot` says which. On load without a `bot` it is the
    one that the website's audiences are to see. `style` and `attributes` are the link's.

    Which `display` OnceHub writes for a lightbox no page of the vendor's tells ("pop-up" is the
    only value that they show): take it from the code that its Embed Designer gives you.
    """

    website: str
    bot: str | None = None
    show: Show = "load"
    text: str = "Start chat"
    display: str = "pop-up"
    style: Mapping[str, str | float] = attrs.field(factory=dict, hash=False)
    attributes: Mapping[str, str] = attrs.field(factory=dict, hash=False, repr=False)

    def __attrs_post_init__(self) -> None:
        checked_id(self.website, "WEB-", "a website's", "website")
        if self.bot is not None:
            checked_id(self.bot, "BOT-", "a chatbot's", "bot")
        checks.choice(self.show, ("load", "click", "lightbox"), "show")
        if self.show != "load" and self.bot is None:
            raise InvalidParameterError("bot", "is missing: which one shall a click open?")
        self.html()

    def html(self, *, nonce: str | None = None, with_script: bool = True) -> Html:
        """The link to click on, where there is one, and the script."""
        parts = [] if self.show == "load" else [self._link]
        return Html("\n".join([*parts, *([self._script(nonce)] if with_script else [])]))

    def csp_sources(self) -> Sources:
        """What a Content-Security-Policy has to allow for it."""
        sources: dict[str, tuple[str, ...]] = {
            "script-src": ("https://cdn.oncehub.com",),
            "frame-src": ("https://oncehub.com",),
        }
        on_link = bool(self.style) and self.show != "load"
        return sources | ({"style-src-attr": (inline_hash(css(self.style)),)} if on_link else {})

    @property
    def _link(self) -> Html:
        return element(
            "a",
            {
                "data-co-bot-display": plain_text(self.display, "display"),
                "data-co-bot": self.bot,
                "href": "#",
                "style": css(self.style) or None,
                **own_attributes(self.attributes, _TAKEN),
            },
            plain_text(self.text, "text"),
        )

    def _script(self, nonce: str | None) -> Html:
        attributes: dict[str, str | bool | None] = {"id": "co-index", "defer": True}
        website = {"website_id": self.website}
        if self.show != "load":
            query = urlencode({**website, "bot_type": _ON_CLICK_TYPE})
        elif self.bot is None:
            query = urlencode(website)
        else:
            on_load = {**website, "bot_id": self.bot, "widget_on_load": "true"}
            return script(SCRIPT_URL, nonce, {**attributes, "data-co-params": urlencode(on_load)})
        return script(f"{SCRIPT_URL}?{query}", nonce, attributes)

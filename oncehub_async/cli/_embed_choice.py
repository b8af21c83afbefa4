"""Which embed a command line asks for, and with what."""

from collections.abc import Mapping
from typing import Any, Literal

import attrs

from ..errors import InvalidParameterError
from ..web import (
    BookingLink,
    CalendarEmbed,
    CalendarLightbox,
    ChatbotEmbed,
    ClassicButton,
    ClassicEmbed,
    ClassicLink,
    RoutingFormEmbed,
    is_classic,
)

_KINDS = {"BKC-": "calendar", "FORM-": "form", "WEB-": "chatbot", "BOT-": "bot"}
_WHOSE = {
    "calendar": "a booking calendar",
    "form": "a routing form",
    "chatbot": "a chatbot",
    "classic": "a classic page",
}


@attrs.frozen(kw_only=True)
class Wanted:
    """What was asked for, beside the target."""

    shape: Literal["inline", "lightbox", "click"]
    bot: str | None
    text: str | None
    guest: Mapping[str, Any]
    prefill_src: str
    height: str | None
    widths: Mapping[str, str]
    skip: bool
    pass_parameters: bool

    def only(self, kind: str, *options: str) -> None:
        """Refuse the other options: they would be left out without a word."""
        given = {
            "--lightbox": self.shape == "lightbox",
            "--on-click": self.shape == "click",
            "--bot": self.bot,
            "--text": self.text,
            "--name": "name" in self.guest,
            "--email": "email" in self.guest,
            "--field": "own" in self.guest,
            "--height": self.height,
            "--min-width": self.widths,
            "--skip": self.skip,
            "--pass-parameters": self.pass_parameters,
        }
        for option, value in given.items():
            of = "--name" if option in ("--email", "--field") else option
            if value and of not in options:
                raise InvalidParameterError(option, f"is nothing that {_WHOSE[kind]} takes here")

    @property
    def sizes(self) -> dict[str, Any]:
        """Height and widths, as far as they are given."""
        height = {} if self.height is None else {"height": self.height}
        return {**height, "style": self.widths}

    @property
    def label(self) -> dict[str, Any]:
        """What stands on a button or link."""
        return {} if self.text is None else {"text": self.text}


def chosen_embed(target: str, classic: bool, wanted: Wanted) -> Any:
    """The embed for a target; nothing is guessed that could be another product."""
    kind = next((k for prefix, k in _KINDS.items() if target.upper().startswith(prefix)), None)
    if "/" in target and not classic and not is_classic(target):
        raise InvalidParameterError(
            "TARGET",
            "a booking calendar is embedded by its id, such as BKC-LDJ878496X, not by a link; of "
            "the classic product, a link is on https://go.oncehub.com or needs --classic",
        )
    if classic or is_classic(target):
        return _classic(target, wanted)
    if kind == "calendar":
        return _calendar(target, wanted)
    if kind == "form":
        wanted.only(kind, "--height", "--min-width")
        return RoutingFormEmbed(id=target, **wanted.sizes)
    if kind == "chatbot":
        return _chatbot(target, wanted)
    if kind == "bot":
        raise InvalidParameterError(
            "TARGET", f"a chatbot needs its website: WEB-... --bot {target}"
        )
    raise InvalidParameterError(
        "TARGET",
        "is no id of a booking calendar (BKC-...), routing form (FORM-...) or website (WEB-...); "
        "if it is the name of a classic page, add --classic",
    )


def _calendar(id: str, wanted: Wanted) -> CalendarLightbox | CalendarEmbed:
    if wanted.shape == "lightbox":
        wanted.only("calendar", "--lightbox", "--text")
        return CalendarLightbox(id=id, **wanted.label)
    wanted.only("calendar", "--name", "--height", "--min-width", "--skip")
    if not wanted.guest and not wanted.skip:
        return CalendarEmbed(id=id, **wanted.sizes)
    guest: dict[str, Any] = {**wanted.guest, "questions": wanted.guest.get("own")}
    guest.pop("own", None)
    # Of the link only the parameters count.
    link = BookingLink(f"https://{BookingLink.site}/{id}", skip=wanted.skip or None, **guest)
    return CalendarEmbed(id=id, link=link, prefill_src=wanted.prefill_src, **wanted.sizes)


def _classic(target: str, wanted: Wanted) -> ClassicButton | ClassicEmbed:
    link = ClassicLink(target) if "/" in target else None
    page = target if link is None else link.page_name
    if wanted.guest:
        guest: dict[str, Any] = {**wanted.guest, "fields": wanted.guest.get("own")}
        guest.pop("own", None)
        link = ClassicLink(link or f"https://{ClassicLink.site}/{page}", **guest)
    shared: dict[str, Any] = {
        "page": page,
        "link": link,
        "skip": wanted.skip,
        "pass_parameters": wanted.pass_parameters,
    }
    both = ("--name", "--height", "--skip", "--pass-parameters")
    if wanted.shape == "lightbox":
        wanted.only("classic", "--lightbox", "--text", *both)
        height: dict[str, Any] = {} if wanted.height is None else {"height": wanted.height}
        return ClassicButton(**shared, **wanted.label, **height)
    wanted.only("classic", "--min-width", *both)
    return ClassicEmbed(**shared, **wanted.sizes)


def _chatbot(website: str, wanted: Wanted) -> ChatbotEmbed:
    if wanted.shape == "inline":
        wanted.only("chatbot", "--bot")
        return ChatbotEmbed(website=website, bot=wanted.bot)
    wanted.only("chatbot", "--bot", "--text", "--lightbox", "--on-click")
    show: Literal["lightbox", "click"] = "lightbox" if wanted.shape == "lightbox" else "click"
    return ChatbotEmbed(website=website, bot=wanted.bot, show=show, **wanted.label)

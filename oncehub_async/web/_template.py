"""A helper for templates."""

from collections.abc import Mapping
from typing import Any

import attrs

from ._address import is_classic
from ._booking_link import BookingLink
from ._calendar_embed import CalendarEmbed, CalendarLightbox
from ._chatbot_embed import ChatbotEmbed
from ._classic_embed import ClassicButton, ClassicEmbed
from ._classic_link import ClassicLink
from ._html import Html, plain_text
from ._routing_form_embed import RoutingFormEmbed
from ._scripts import EventForwarding


@attrs.frozen
class TemplateHelper:
    """OnceHub in a template of Jinja2, or of whatever else knows `__html__`.

        environment.globals["oncehub"] = TemplateHelper()

        {{ oncehub.calendar("BKC-LDJ878496X", height="600px") }}
        {{ oncehub.classic("dana", guest={"name": user.name}) }}
        <a href="{{ oncehub.link("https://oncehub.com/live-demo", name=user.name) }}">Book</a>

    HTML comes as something that the template doesn't escape again, links as text that it does
    escape. With a Content-Security-Policy that has nonces, make one for each request.
    """

    nonce: str | None = attrs.field(default=None, repr=False)

    def calendar(self, id: str, guest: Mapping[str, Any] | None = None, **options: Any) -> Html:
        """A booking calendar; the options are those of `CalendarEmbed`, `guest` of its link."""
        if guest:
            # Of the link only the parameters count.
            options["link"] = BookingLink(f"https://{BookingLink.site}/{id}", **_texts(guest))
        return CalendarEmbed(id=id, **options).html(nonce=self.nonce)

    def classic(self, page: str, guest: Mapping[str, Any] | None = None, **options: Any) -> Html:
        """A classic page; the options are those of `ClassicEmbed`, `guest` of its link."""
        if guest:
            link = ClassicLink(f"https://{ClassicLink.site}/{page}", **_texts(guest))
            options["link"] = link
        return ClassicEmbed(page=page, **options).html(nonce=self.nonce)

    def lightbox(self, id: str, **options: Any) -> Html:
        """A button that opens a calendar; the options are those of `CalendarLightbox`."""
        return CalendarLightbox(id=id, **options).html(nonce=self.nonce)

    def classic_button(
        self, page: str, guest: Mapping[str, Any] | None = None, **options: Any
    ) -> Html:
        """A button that opens a classic page; the options are those of `ClassicButton`."""
        if guest:
            options["link"] = ClassicLink(f"https://{ClassicLink.site}/{page}", **_texts(guest))
        return ClassicButton(page=page, **options).html(nonce=self.nonce)

    def routing_form(self, id: str, **options: Any) -> Html:
        """A routing form; the options are those of `RoutingFormEmbed`."""
        return RoutingFormEmbed(id=id, **options).html(nonce=self.nonce)

    def chatbot(self, website: str, **options: Any) -> Html:
        """A chatbot; the options are those of `ChatbotEmbed`."""
        return ChatbotEmbed(website=website, **options).html(nonce=self.nonce)

    def forward_events(self, src: str, endpoint: str, **options: Any) -> Html:
        """The script that forwards events; the options are those of `EventForwarding`."""
        return EventForwarding(src=src, endpoint=endpoint, **options).html(nonce=self.nonce)

    def link(self, url: str, **parameters: Any) -> str:
        """A booking link, of the product that `url` is of."""
        cls = ClassicLink if is_classic(url) else BookingLink
        return str(cls(url, **_texts(parameters)))


def _texts(values: Mapping[str, Any]) -> dict[str, Any]:
    """Markup that a template made of a text becomes the text again."""
    return {name: _text(value, name) for name, value in values.items()}


def _text(value: Any, param: str) -> Any:
    if hasattr(value, "__html__"):
        return plain_text(value, param)
    if isinstance(value, Mapping):
        return {name: _text(each, f"{param}.{name}") for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_text(each, param) for each in value]
    return value

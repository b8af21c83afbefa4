"""Lightboxes, buttons, routing forms and chatbots, as the vendor's pages write them."""

import base64
import hashlib
from typing import Any

import pytest

from oncehub_async import InvalidParameterError
from oncehub_async.web import (
    CalendarEmbed,
    CalendarLightbox,
    ChatbotEmbed,
    ClassicButton,
    ClassicEmbed,
    ClassicLink,
    RoutingFormEmbed,
    TemplateHelper,
    content_security_policy,
)

HEADER = "default-src 'self'; script-src 'self' {}; frame-src 'self' {}"


def sha256(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def test_a_calendar_in_a_lightbox() -> None:
    """https://help.oncehub.com/product/booking-calendars/sharing-embedding/how-to-embed-your-booking-calendar-on-your-website"""
    embed = CalendarLightbox(id="BKC-LDJ878496X", text="Book <now>", style={"width": 140})
    assert str(embed) == (
        '<button type="button" data-oh-lightbox-bkc-id="BKC-LDJ878496X" style="width: 140px;">'
        "Book &lt;now&gt;</button>\n"
        '<script src="https://cdn3.onceplatform.com/cal/embed.js" async></script>'
    )
    policy = HEADER.format("https://cdn3.onceplatform.com", "https://oncehub.com")
    assert content_security_policy(CalendarLightbox(id="BKC-1")) == policy
    assert content_security_policy(embed) == (
        f"{policy}; style-src-attr 'unsafe-hashes' {sha256('width: 140px;')}"
    )


def test_a_classic_page_behind_a_button() -> None:
    """https://help.oncehub.com/scheduleonce/sharing-publishing/publishing-on-websites/website-button-customization"""
    embed = ClassicButton(page="dana")
    assert str(embed) == (
        '<button type="button" id="SOIBTN_dana" data-so-page="dana" data-height="580" '
        'data-psz="00" data-delay="1">Schedule an appointment</button>\n'
        '<script src="https://cdn.oncehub.com/mergedjs/so.js"></script>'
    )
    handler = sha256('return soe.toggleLightBox("dana")')
    assert content_security_policy(embed) == (
        HEADER.format("https://cdn.oncehub.com", "https://go.oncehub.com")
        + f"; script-src-attr 'unsafe-hashes' {handler}"
    )
    link = ClassicLink("https://go.oncehub.com/dana", name="A & B")
    text = str(ClassicButton(page="dana", height="auto", link=link, skip=True))
    assert "data-height" not in text
    assert 'data-psz="01" data-delay="1" data-so-qry-prm="&amp;name=A%20%26%20B"' in text


def test_a_routing_form() -> None:
    """https://help.oncehub.com/product/routing-forms/sharing-embedding/embedding-your-routing-form-on-your-website"""
    embed = RoutingFormEmbed(id="FORM-4X6ND8TR2P", height=500)
    assert str(embed) == (
        '<div data-fo-form="FORM-4X6ND8TR2P" style="width: 100%; height: 500px;"></div>\n'
        '<script src="https://cdn.oncehub.com/fo/form.js" id="fo-index"></script>'
    )
    assert content_security_policy(embed) == (
        HEADER.format("https://cdn.oncehub.com", "https://oncehub.com")
        + f"; style-src-attr 'unsafe-hashes' {sha256('width: 100%; height: 500px;')}"
    )


def test_a_chatbot() -> None:
    """https://help.oncehub.com/product/chatbots/embedding-your-chatbots-on-your-website"""
    src = "https://cdn.oncehub.com/co/widget.js"
    assert str(ChatbotEmbed(website="WEB-1")) == (
        f'<script src="{src}?website_id=WEB-1" id="co-index" defer></script>'
    )
    assert str(ChatbotEmbed(website="WEB-1", bot="BOT-2")) == (
        f'<script src="{src}" id="co-index" defer '
        'data-co-params="website_id=WEB-1&amp;bot_id=BOT-2&amp;widget_on_load=true"></script>'
    )
    for show in ("click", "lightbox"):
        embed = ChatbotEmbed(website="WEB-1", bot="BOT-2", show=show)
        assert str(embed) == (
            '<a data-co-bot-display="pop-up" data-co-bot="BOT-2" href="#">Start chat</a>\n'
            f'<script src="{src}?website_id=WEB-1&amp;bot_type=2" id="co-index" defer></script>'
        )
        policy = HEADER.format("https://cdn.oncehub.com", "https://oncehub.com")
        assert content_security_policy(embed) == policy


REFUSED: list[tuple[Any, dict[str, Any], str]] = [
    (CalendarLightbox, {"id": "bkc-ldj878496x"}, "id: ids are in capital letters: 'BKC-LDJ878496X"),
    (CalendarEmbed, {"id": "Bkc-1"}, "id: ids are in capital letters: 'BKC-1'"),
    (CalendarLightbox, {"id": "FORM-1"}, "id: expected a booking calendar's, as 'BKC-LDJ878496X'"),
    (RoutingFormEmbed, {"id": "BKC-1"}, "id: expected a routing form's, as 'FORM-LDJ878496X'"),
    (RoutingFormEmbed, {"id": "FORM-1", "height": "4 em"}, "height: has a space"),
    (ClassicEmbed, {"page": "BKC-1"}, "page: is a booking calendar's id; use CalendarEmbed"),
    (ClassicEmbed, {"page": "bkc-1"}, "page: is a booking calendar's id; use CalendarEmbed"),
    (ClassicButton, {"page": "FORM-1"}, "page: is a routing form's id; use RoutingFormEmbed"),
    (ClassicButton, {"page": 'da"na'}, "page: expected the name in its link"),
    (ClassicButton, {"page": "dana", "height": "80vh"}, "height: of a lightbox is a number of"),
    (ChatbotEmbed, {"website": "BOT-1"}, "website: expected a website's, as 'WEB-LDJ878496X'"),
    (ChatbotEmbed, {"website": "WEB-1", "bot": "web-1"}, "bot: expected a chatbot's"),
    (ChatbotEmbed, {"website": "WEB-1", "show": "click"}, "bot: is missing: which one shall"),
    (ChatbotEmbed, {"website": "WEB-1", "show": "hover"}, "show: expected one of load, click"),
]


@pytest.mark.parametrize(("embed", "arguments", "message"), REFUSED)
def test_what_would_stay_empty_is_refused(embed: Any, arguments: Any, message: str) -> None:
    """With the remedy, when it is made."""
    with pytest.raises(InvalidParameterError) as raised:
        embed(**arguments)
    assert str(raised.value).startswith(message)


def test_templates_have_them_all() -> None:
    """With the page's nonce."""
    helper = TemplateHelper(nonce="bm8")
    assert helper.lightbox("BKC-1") == CalendarLightbox(id="BKC-1").html(nonce="bm8")
    assert helper.classic_button("dana", text="x") == (
        ClassicButton(page="dana", text="x").html(nonce="bm8")
    )
    assert helper.routing_form("FORM-1") == RoutingFormEmbed(id="FORM-1").html(nonce="bm8")
    assert helper.chatbot("WEB-1") == ChatbotEmbed(website="WEB-1").html(nonce="bm8")

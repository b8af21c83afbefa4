"""HTML for embeds: what it is, and what can't be put into it."""

from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oncehub_async import InvalidParameterError
from oncehub_async.web import (
    BookingLink,
    CalendarEmbed,
    ClassicEmbed,
    ClassicLink,
    EventForwarding,
    Html,
)


class Reader(HTMLParser):
    """All start tags with their attributes."""

    def __init__(self, text: object) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(str(text))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_a_calendar() -> None:
    """As the vendor writes it."""
    assert str(CalendarEmbed(id="BKC-LDJ878496X")) == (
        '<div data-oh-booking-calendar-id="BKC-LDJ878496X" '
        'style="min-width: 320px; height: 700px;"></div>\n'
        '<script src="https://cdn.oncehub.com/cal/embed.js" async></script>'
    )


def test_sizes_style_and_attributes() -> None:
    """Of one's own; the script once for several calendars."""
    embed = CalendarEmbed(
        id="BKC-LDJ878496X",
        height="50vh",
        min_width="0",
        style={"max-width": "calc(100% - 2rem)", "--brand": "#fff"},
        attributes={"class": "wide", "aria-label": "Book"},
    )
    place = (
        '<div data-oh-booking-calendar-id="BKC-LDJ878496X" style="min-width: 0; height: 50vh; '
        'max-width: calc(100% - 2rem); --brand: #fff;" class="wide" aria-label="Book"></div>'
    )
    assert embed.html(with_script=False) == place
    assert embed.html(nonce="bm9uY2U=") == (
        f'{place}\n<script src="https://cdn.oncehub.com/cal/embed.js" nonce="bm9uY2U=" async>'
        "</script>"
    )


def test_a_calendar_with_guest_data() -> None:
    """Our script stands before OnceHub's; the link's parameters are an attribute."""
    link = BookingLink("https://oncehub.com/live-demo?ref='<", name='"A" & B')
    embed = CalendarEmbed(id="BKC-1", link=link, prefill_src="/prefill.js")
    assert str(embed) == (
        '<div data-oh-booking-calendar-id="BKC-1" style="min-width: 320px; height: 700px;" '
        'data-oncehub-parameters="ref=&#x27;&lt;&amp;name=%22A%22%20%26%20B"></div>\n'
        '<script src="/prefill.js"></script>\n'
        '<script src="https://cdn.oncehub.com/cal/embed.js" async></script>'
    )
    assert embed.csp_sources()["script-src"] == ("https://cdn.oncehub.com", "'self'")
    assert "A" not in repr(embed).partition("BookingLink")[2]
    with pytest.raises(InvalidParameterError, match=r"^prefill_src: is missing: a link needs it"):
        CalendarEmbed(id="BKC-1", link=link)


def test_a_classic_page() -> None:
    """As the vendor writes it.

    https://help.oncehub.com/scheduleonce/developers/client-side-api/collecting-data-from-embedded-booking-page
    """
    assert str(ClassicEmbed(page="dana")) == (
        '<div id="SOIDIV_dana" data-so-page="dana" data-height="550" '
        'data-style="border: 1px solid #d8d8d8; min-width: 290px; max-width: 900px;" '
        'data-psz="00"></div>\n'
        '<script src="https://cdn.oncehub.com/mergedjs/so.js"></script>'
    )


def test_a_classic_page_with_options_and_guest_data() -> None:
    """The link's parameters are for the frame; skip is a digit of data-psz."""
    link = ClassicLink("https://go.oncehub.com/dana?utm_source=a+b", name="Ann & Co", skip=True)
    embed = ClassicEmbed.of(link, height=600, style={"max-width": "100%"})
    ((_, attributes), script) = Reader(embed).tags
    assert attributes == {
        "id": "SOIDIV_dana",
        "data-so-page": "dana",
        "data-height": "600",
        "data-style": "border: 1px solid #d8d8d8; min-width: 290px; max-width: 100%;",
        "data-psz": "01",
        "data-so-qry-prm": "&utm_source=a%20b&name=Ann%20%26%20Co&skip=1",
    }
    assert script == ("script", {"src": "https://cdn.oncehub.com/mergedjs/so.js"})
    passing = ClassicEmbed(page="dana", pass_parameters=True, attributes={"class": "wide"})
    assert 'data-psz="10" class="wide"' in str(passing)


def test_the_forwarding_script() -> None:
    """Its settings are attributes."""
    assert str(EventForwarding(src="/s.js", endpoint="/e")) == (
        '<script src="/s.js" data-endpoint="/e"></script>'
    )
    full = EventForwarding(
        src="https://cdn.example.com/s.js?v=1&x",
        endpoint="/e",
        types=["oncehub.form.started", "oncehub.form.completed"],
        classic=True,
        origin="https://book.example.com",
    )
    assert full.html(nonce="n") == (
        '<script src="https://cdn.example.com/s.js?v=1&amp;x" nonce="n" data-endpoint="/e" '
        'data-types="oncehub.form.started,oncehub.form.completed" data-classic '
        'data-origin="https://book.example.com"></script>'
    )


@given(st.text(), st.text())
def test_no_text_breaks_out_of_an_attribute(title: str, name: str) -> None:
    """And a reader of HTML gets back what was given."""
    link = ClassicLink("https://go.oncehub.com/dana", name=name[:60])
    title = title.replace("\r", "").replace("\0", "")  # which HTML itself changes
    embed = ClassicEmbed(page="dana", link=link, attributes={"title": title})
    (place, script) = Reader(embed).tags
    assert (place[0], script[0]) == ("div", "script")
    assert place[1]["title"] == title
    query = place[1]["data-so-qry-prm"]
    assert query is not None
    assert not set(query) & set("\"'<> ")
    assert ClassicLink(f"https://go.oncehub.com/dana?{query}").name == name[:60]


REFUSED: list[tuple[Any, dict[str, Any], str]] = [
    (CalendarEmbed, {"id": "BKC-1\"><script>"}, "id: not an id"),
    (CalendarEmbed, {"id": "USR-FSD423423"}, "id: expected a booking calendar's"),
    (CalendarEmbed, {"id": "BKC-1", "height": "1px; color: red"}, "height: expected pixels"),
    (CalendarEmbed, {"id": "BKC-1", "height": "calc(url(x))"}, "style.height: holds what can't"),
    (ClassicEmbed, {"page": "dana", "height": "calc(1px;)"}, "style.height: holds what can't"),
    (
        CalendarEmbed,
        {"id": "BKC-1", "style": {"background": "URL(//evil.example)"}},
        "style.background: holds what can't stand in a CSS value",
    ),
    (CalendarEmbed, {"id": "BKC-1", "style": {"a:b": "c"}}, "style: expected names of CSS"),
    (
        CalendarEmbed,
        {"id": "BKC-1", "attributes": {"onclick": "alert(1)"}},
        "attributes.onclick: expected names such as 'class' or 'aria-label', and no event handlers",
    ),
    (CalendarEmbed, {"id": "BKC-1", "attributes": {"x y": "z"}}, "attributes: expected names"),
    (
        CalendarEmbed,
        {"id": "BKC-1", "attributes": {"style": "x"}},
        "attributes.style: is set by the embed itself",
    ),
    (CalendarEmbed, {"id": "BKC-1", "prefill_src": "x.js"}, "prefill_src: expected an http(s) URL"),
    (ClassicEmbed, {"page": "dana' onload='x"}, "page: expected the name in its link"),
    (ClassicEmbed, {"page": "https://go.oncehub.com/dana"}, "page: expected the name in its link"),
    (ClassicEmbed, {"page": ""}, "page: expected the name in its link"),
    (ClassicEmbed, {"page": None}, "page: expected text, got NoneType"),
    (ClassicEmbed, {"page": "dana", "attributes": {5: "x"}}, "attributes: expected text, got int"),
    (EventForwarding, {"src": "/s", "endpoint": "/e", "types": [5]}, "types: expected text"),
    (
        EventForwarding,
        {"src": "/s", "endpoint": "/e", "types": ["oncehub.a oncehub.b"]},
        "types: expected types",
    ),
    (EventForwarding, {"src": "s.js", "endpoint": "/e"}, "src: expected an http(s) URL, or a path"),
    (EventForwarding, {"src": "//evil.example/s.js", "endpoint": "/e"}, "src: expected an http(s)"),
    (EventForwarding, {"src": "/s.js", "endpoint": "javascript:x"}, "endpoint: expected an http"),
    (EventForwarding, {"src": "/s.js", "endpoint": "/e;x"}, "endpoint: expected an http"),
    (EventForwarding, {"src": "/s.js", "endpoint": "/e", "origin": "*"}, "origin: expected an"),
    (
        EventForwarding,
        {"src": "/s.js", "endpoint": "/e", "origin": "https://a.example/x"},
        "origin: expected an origin, as 'https://example.com'",
    ),
    *(
        (EventForwarding, {"src": "/s.js", "endpoint": "/e", "origin": origin}, "origin: expected")
        for origin in (
            "null", "", "https://A.example", "https://a.example:443", "https://*.example",
            "http://a.example", "http://localhost:80", "http://localhost.evil.example",
        )
    ),
    (EventForwarding, {"src": "/s", "endpoint": "/e", "types": "oncehub.x"}, "types: expected a"),
    (EventForwarding, {"src": "/s", "endpoint": "/e", "types": 5}, "types: expected a list of types"),
    (EventForwarding, {"src": "/s", "endpoint": "/e", "types": ["x"]}, "types: expected types"),
]  # fmt: skip


@pytest.mark.parametrize(("embed", "arguments", "message"), REFUSED)
def test_what_could_break_out_is_refused(embed: Any, arguments: Any, message: str) -> None:
    """When it is made, in one line that names the argument."""
    with pytest.raises(InvalidParameterError) as raised:
        embed(**arguments)
    assert str(raised.value).startswith(message)


@pytest.mark.parametrize(
    "origin",
    ["https://a.example:8443", "https://a.example:4430", "http://localhost", "http://[::1]:8080"],
)
def test_origins_as_browsers_write_them(origin: str) -> None:
    """Https anywhere, http on this machine; a port where it isn't the usual one."""
    tag = EventForwarding(src="/s.js", endpoint="/e", origin=origin)
    assert f'data-origin="{origin}"' in str(tag)


def test_a_nonce_is_base64() -> None:
    """Or it could end the attribute, or the policy."""
    for nonce in ('"x', "a b", "", "a;b"):
        with pytest.raises(InvalidParameterError, match=r"^nonce: expected Base64"):
            CalendarEmbed(id="BKC-1").html(nonce=nonce)


def test_a_repr_shows_no_code_of_a_one_time_link() -> None:
    """Whoever knows it can book."""
    embed = ClassicEmbed.of(ClassicLink("https://go.oncehub.com/.QUHVEKLPD93M"))
    assert "QUHVEKLPD93M" not in repr(embed)
    assert "page='dana'" in repr(ClassicEmbed(page="dana"))


def test_templates_take_it_as_html() -> None:
    """By the protocol of markupsafe, without markupsafe."""
    embeds = (
        CalendarEmbed(id="BKC-1"),
        ClassicEmbed(page="dana"),
        EventForwarding(src="/s", endpoint="/e"),
    )
    for embed in embeds:
        assert embed.__html__() == str(embed) == embed.html()
    assert Html("<b>").__html__() == "<b>"

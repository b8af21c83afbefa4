"""OnceHub in templates of Jinja2."""

import pytest
from jinja2 import Environment
from markupsafe import Markup, escape

from oncehub_async import InvalidParameterError
from oncehub_async.web import (
    BookingLink,
    CalendarEmbed,
    ClassicEmbed,
    ClassicLink,
    EventForwarding,
    TemplateHelper,
)


def render(text: str, **names: object) -> str:
    """With automatic escaping, as pages have it."""
    environment = Environment(autoescape=True)
    environment.globals["oncehub"] = TemplateHelper(nonce="bm9uY2U")
    return environment.from_string(text).render(**names)


def test_embeds_are_not_escaped_again() -> None:
    """Nor is an embed that a program made."""
    expected = CalendarEmbed(id="BKC-1", height="600px").html(nonce="bm9uY2U")
    assert render('{{ oncehub.calendar("BKC-1", height="600px") }}') == expected
    assert render("{{ embed }}", embed=ClassicEmbed(page="dana")) == str(ClassicEmbed(page="dana"))
    assert render('{{ oncehub.forward_events("/s.js", "/e", classic=true) }}') == (
        EventForwarding(src="/s.js", endpoint="/e", classic=True).html(nonce="bm9uY2U")
    )
    assert str(escape(CalendarEmbed(id="BKC-1"))) == str(CalendarEmbed(id="BKC-1"))


def test_a_guests_data_for_a_classic_page() -> None:
    """Goes through a link."""
    link = ClassicLink("https://go.oncehub.com/dana", name="A & B", guests=["a@b.c"])
    assert render(
        '{{ oncehub.classic("dana", guest={"name": name, "guests": ["a@b.c"]}, skip=true) }}',
        name="A & B",
    ) == ClassicEmbed(page="dana", link=link, skip=True).html(nonce="bm9uY2U")


def test_a_guests_data_for_a_calendar() -> None:
    """The same, with the script that hands it on."""
    link = BookingLink("https://oncehub.com/live-demo", name="A & B")
    assert render(
        '{{ oncehub.calendar("BKC-1", guest={"name": name}, prefill_src="/p.js") }}', name="A & B"
    ) == CalendarEmbed(id="BKC-1", link=link, prefill_src="/p.js").html(nonce="bm9uY2U")


def test_links_are_text_that_the_template_escapes() -> None:
    """Of the product that the link is of."""
    template = '<a href="{{ oncehub.link(url, name=name, skip=true) }}">'
    for url, cls in (
        ("https://oncehub.com/live-demo", BookingLink),
        ("https://go.oncehub.com/dana", ClassicLink),
    ):
        link = str(cls(url, name='"A" & B', skip=True))
        assert render(template, url=url, name='"A" & B') == (
            f'<a href="{link.replace("&", "&amp;")}">'
        )


def test_markup_becomes_the_text_that_it_shows() -> None:
    """A name that was escaped for the page isn't escaped in the link."""
    for template in ("{{ oncehub.link(url, name=name|e) }}", "{{ oncehub.link(url, name=name) }}"):
        for name in ("A & B", Markup("A &amp; B")):
            link = render(template, url="https://oncehub.com/live-demo", name=name)
            assert BookingLink(link).name == "A & B"


def test_markup_in_answers_and_addresses_too() -> None:
    """Wherever a template passes it."""
    link = render(
        '{{ oncehub.link("https://oncehub.com/live-demo", questions={"why": why|e}) }}', why="A & B"
    )
    assert BookingLink(link).questions == {"why": "A & B"}
    tag = render('{{ oncehub.forward_events(src, "/e") }}', src=Markup("/s.js?a=1&b=2"))
    assert 'src="/s.js?a=1&amp;b=2"' in tag


def test_a_misspelt_name_in_a_template_is_told() -> None:
    """Not passed on as an empty text."""
    with pytest.raises(InvalidParameterError, match=r"^name: expected text, got Undefined"):
        render("{{ oncehub.link('https://oncehub.com/live-demo', name=user_nmae) }}")


def test_the_helper_shows_no_nonce() -> None:
    """It is a secret of the page."""
    assert "bm9uY2U" not in repr(TemplateHelper(nonce="bm9uY2U"))

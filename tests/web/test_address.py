"""Which links are taken for OnceHub's."""

from typing import Any

import pytest

from oncehub_async import InvalidParameterError
from oncehub_async.web import BookingLink, ClassicLink

START = "has to start with https:// and a plain host"
UNPRINTABLE = "holds a space, a backslash or an unprintable character"


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://oncehub.com/demo", START),
        ("javascript:alert(1)", START),
        ("//oncehub.com/demo", START),
        ("oncehub.com/demo", START),
        ("https://oncehub.com@evil.example/demo", START),
        ("https://user:pw@oncehub.com/demo", START),
        ("https://oncehub.com:8443/demo", START),
        ("https://[oncehub.com/demo", "is not a URL"),
        ("https://oncehub.com\\@evil.example/demo", UNPRINTABLE),
        ("https://oncehub.com/de mo", UNPRINTABLE),
        ("https://oncehub.com/demo\n", UNPRINTABLE),
        ("https://oncehub.com/demo\ud800", UNPRINTABLE),
        ("https://oncehub.com.evil.example/demo", "is not on oncehub.com"),
        ("https://www.oncehub.com/demo", "is not on oncehub.com"),
        ("https://evil-oncehub.com/demo", "is not on oncehub.com"),
        ("https://oncehub.com/", "names no page"),
        ("https://oncehub.com?name=x", "names no page"),
        (None, "expected a link, got NoneType"),
    ],
)
def test_what_is_no_page_of_oncehubs_is_refused(url: str, why: str) -> None:
    """A link for a guest leads where it seems to lead. The error doesn't repeat it."""
    with pytest.raises(InvalidParameterError) as raised:
        BookingLink(url)
    assert raised.value.param == "url"
    assert why in str(raised.value)
    assert "evil" not in str(raised.value)


@pytest.mark.parametrize(
    ("url", "remedy"),
    [
        ("oncehub.com/live-demo", "put https:// in front of it"),
        ("//oncehub.com/live-demo", "put https:// in front of it"),
        ("www.oncehub.com/live-demo", "put https:// in front of it and leave out the www."),
        ("http://oncehub.com/live-demo", "write https:// instead of http://"),
        ("https://www.oncehub.com/live-demo", "no www.; write https://oncehub.com/..."),
        ("https://www.go.oncehub.com/dana", "no www.; write https://go.oncehub.com/..."),
    ],
)
def test_what_people_leave_out_or_put_in_front(url: str, remedy: str) -> None:
    """Is told with what to write."""
    with pytest.raises(InvalidParameterError) as raised:
        BookingLink(url)
    assert str(raised.value).endswith(remedy)


def test_international_host_names() -> None:
    """As letters or in Punycode; in the link they are what every program reads."""
    plain = "https://xn--bcher-kva.example/dana"
    for url in ("https://Bücher.example/dana", plain):
        for domain in ("bücher.example", "BÜCHER.example", "xn--bcher-kva.example"):
            assert BookingLink(url, custom_domain=domain).page == plain
    with pytest.raises(InvalidParameterError, match="is not on oncehub"):
        BookingLink("https://\N{CYRILLIC SMALL LETTER O}ncehub.com/dana")
    for domain in ("büch er.example", f"{'ü' * 70}.example", "ü..example"):
        with pytest.raises(InvalidParameterError, match="custom_domain: expected a bare domain"):
            BookingLink(plain, custom_domain=domain)


def test_upper_case_hosts_are_the_same_host() -> None:
    """As for a browser."""
    assert str(BookingLink("https://OnceHub.com/Demo")) == "https://oncehub.com/Demo"


def test_an_own_domain_is_a_text() -> None:
    """One clear error for what isn't."""
    domain: Any = 5
    with pytest.raises(InvalidParameterError, match=r"^custom_domain: expected a bare domain"):
        BookingLink("https://book.example.com/demo", custom_domain=domain)


def test_an_own_domain_has_to_be_named() -> None:
    """Then it is taken, and nothing beside it and OnceHub."""
    own = "https://Book.example.com/dana"
    with pytest.raises(InvalidParameterError, match=r"custom_domain='book.example.com'"):
        ClassicLink(own)
    assert ClassicLink(own, custom_domain="book.example.com").page == own.lower()
    with pytest.raises(InvalidParameterError, match="is not on go"):
        ClassicLink(own, custom_domain="other.example.com")
    for domain in ("https://book.example.com", "book.example.com/x", "", "localhost"):
        with pytest.raises(InvalidParameterError, match="custom_domain: expected a bare domain"):
            ClassicLink(own, custom_domain=domain)
    with pytest.raises(InvalidParameterError, match="custom_domain: is OnceHub's own"):
        BookingLink("https://go.oncehub.com/dana", custom_domain="go.oncehub.com")

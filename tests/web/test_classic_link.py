"""Links to booking pages and master pages of the classic product."""

from typing import Any

import pytest

from oncehub_async import InvalidParameterError
from oncehub_async.models import UtmParams
from oncehub_async.web import ClassicEmbed, ClassicLink

DANA = "https://go.oncehub.com/dana"


def test_every_documented_parameter_under_the_vendors_name() -> None:
    """And back."""
    link = ClassicLink(
        DANA,
        name="John Smith",
        email="john@example.com",
        company="Example & Co",
        mobile="1-2025550195",
        phone="1-2025550196",
        location="Room 5",
        subject="Hello",
        note="Two\nlines",
        guests=["A@example.com", "b@example.com"],
        fields={"Size": "M"},
        booking_page_name="Dana's page",
        skip=False,
        utm=UtmParams(source="ad"),
    )
    assert str(link) == (
        f"{DANA}?name=John%20Smith&email=john%40example.com&company=Example%20%26%20Co"
        "&mobile=1-2025550195&phone=1-2025550196&location=Room%205&subject=Hello"
        "&note=Two%0Alines&customerGuests=A%40example.com%2Cb%40example.com"
        "&bookingPageName=Dana%27s%20page&skip=0&Size=M&utm_source=ad"
    )
    taken_apart = ClassicLink(str(link))
    assert taken_apart == link
    assert taken_apart.note == "Two\nlines"
    assert taken_apart.guests == ("A@example.com", "b@example.com")
    assert taken_apart.fields == {"Size": "M"}
    assert taken_apart.booking_page_name == "Dana's page"
    assert taken_apart.skip is False
    assert taken_apart.notes == ()


@pytest.mark.parametrize("given", ["+1-515-276-1565", "1+-515-276-1565", "+ 1-515-276-1565"])
def test_a_mobile_number_has_no_plus(given: str) -> None:
    """Neither as it is nor encoded; another phone number may have one.

    https://help.oncehub.com/scheduleonce/sharing-publishing/personalized-links/url-parameters-syntax-and-processing-rules
    """
    link = ClassicLink(DANA, mobile=given, phone="+1-515-276-1565")
    assert str(link) == f"{DANA}?mobile=1-515-276-1565&phone=%2B1-515-276-1565"
    assert link.notes == ()


@pytest.mark.parametrize("stands", ["+12025550195", "%2B12025550195"])
def test_a_plus_that_was_on_a_link_is_noted(stands: str) -> None:
    """And stays, as all that was there; in an embed, which is written anew, it doesn't."""
    link = ClassicLink(f"{DANA}?Mobile={stands}")
    assert link.mobile == "+12025550195"
    assert "has a plus" in "".join(map(str, link.notes))
    assert 'data-so-qry-prm="&amp;Mobile=12025550195"' in str(ClassicEmbed.of(link))


def test_the_vendors_example() -> None:
    """https://help.oncehub.com/scheduleonce/sharing-publishing/personalized-links/url-parameters-syntax-and-processing-rules"""
    link = ClassicLink(
        "https://go.oncehub.com/PageLink?name=John&email=john@example.com&company=Example"
    )
    assert (link.name, link.email, link.company) == ("John", "john@example.com", "Example")
    assert link.page_name == "PageLink"


def test_skip_says_yes_no_or_nothing() -> None:
    """1 and 0 are documented."""
    assert str(ClassicLink(DANA, skip=True)) == f"{DANA}?skip=1"
    assert [ClassicLink(f"{DANA}{q}").skip for q in ("?skip=1", "?skip=0", "?skip=x", "")] == [
        True,
        False,
        None,
        None,
    ]


def test_ten_guests_go_and_eleven_do_not() -> None:
    """The vendor's limit."""
    ten = [f"g{n}@example.com" for n in range(10)]
    assert ClassicLink(DANA, guests=ten).guests == tuple(ten)
    with pytest.raises(InvalidParameterError) as raised:
        ClassicLink(DANA, guests=[*ten, "one@example.com"])
    assert str(raised.value) == "guests: has 11 addresses; at most 10 go"
    with pytest.raises(InvalidParameterError) as raised:
        ClassicLink(DANA, guests=[f"{'g' * 300}{address}" for address in ten])
    assert raised.value.param == "guests"


@pytest.mark.parametrize(
    ("argument", "most"),
    [
        ("name", 100), ("email", 100), ("company", 100), ("phone", 100), ("location", 100),
        ("mobile", 20), ("subject", 200), ("note", 200),
    ],
)  # fmt: skip
def test_recommended_lengths_are_noted(argument: str, most: int) -> None:
    """In characters of the text, not of the link; nothing is refused for it."""
    just: dict[str, Any] = {argument: "ü" * most}
    over: dict[str, Any] = {argument: "ü" * (most + 1)}
    assert not [n for n in ClassicLink(DANA, **just).notes if "recommends" in n.text]
    (note,) = [n for n in ClassicLink(DANA, **over).notes if "recommends" in n.text]
    assert str(note) == (
        f"{argument}: has {most + 1} characters; OnceHub recommends at most {most}"
    )


def test_recommended_lengths_of_guests_and_custom_fields() -> None:
    """200; the utm parameters have none."""
    long = "x" * 201
    link = ClassicLink(DANA, fields={"Size": long}, utm=UtmParams(source=long))
    assert [note.parameter for note in link.notes] == ["Size"]
    guests = [f"{'g' * 30}{n}@example.com" for n in range(5)]
    assert [n.parameter for n in ClassicLink(DANA, guests=guests).notes] == ["customerGuests"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"fields": {"co_hosts": "x"}}, "fields.co_hosts: is a parameter of the other product"),
        ({"fields": {"customerGuests": "x"}}, "fields.customerGuests: is a parameter of its own"),
        ({"fields": {"utm_medium": "x"}}, "fields.utm_medium: is a reserved name"),
        ({"guests": ["nobody"]}, "guests: expected one e-mail address in each element"),
        ({"skip": 2}, "skip: expected True, False or None"),
    ],
)
def test_what_cannot_work_is_refused(arguments: dict[str, Any], message: str) -> None:
    """In one line that names the argument."""
    with pytest.raises(InvalidParameterError) as raised:
        ClassicLink(DANA, **arguments)
    assert str(raised.value).startswith(message)

"""Links to booking calendars and booking hubs."""

from typing import Any, cast

import pytest
from markupsafe import Markup

from oncehub_async import InvalidParameterError
from oncehub_async.models import UtmParams
from oncehub_async.web import URL_LIMIT, BookingLink, ClassicLink

DEMO = "https://oncehub.com/live-demo"


def test_every_documented_parameter_under_the_vendors_name() -> None:
    """In the order in which they are documented here."""
    link = BookingLink(
        DEMO,
        name="Carrie Customer",
        email="carrie@example.com",
        mobile_phone="+12025550195",
        questions={"meeting_reason": "Product demo"},
        skip=True,
        host="Lee@Example.com",
        co_hosts=["Sam.Sales@Example.com", "kim@example.com"],
        duration_minutes=30,
        time_zone="America/New_York",
        utm=UtmParams(source="s", medium="m", campaign="c", term="t", content="k"),
    )
    assert str(link) == (
        f"{DEMO}?name=Carrie%20Customer&email=carrie%40example.com&mobile_phone=%2B12025550195"
        "&skip=1&host=Lee%40Example.com&co_hosts=Sam.Sales%40Example.com%2Ckim%40example.com"
        "&duration_minutes=30&iana_time_zone=America%2FNew_York&meeting_reason=Product%20demo"
        "&utm_source=s&utm_medium=m&utm_campaign=c&utm_term=t&utm_content=k"
    )
    taken_apart = BookingLink(str(link))
    assert taken_apart == link
    assert hash(taken_apart) == hash(link)
    assert taken_apart.name == "Carrie Customer"
    assert taken_apart.email == "carrie@example.com"
    assert taken_apart.mobile_phone == "+12025550195"
    assert taken_apart.questions == {"meeting_reason": "Product demo"}
    assert taken_apart.skip
    assert taken_apart.co_hosts == ("Sam.Sales@Example.com", "kim@example.com")
    assert (taken_apart.host, taken_apart.duration_minutes) == ("Lee@Example.com", 30)
    assert taken_apart.time_zone == "America/New_York"
    assert taken_apart.utm == UtmParams(source="s", medium="m", campaign="c", term="t", content="k")
    assert taken_apart.page == DEMO
    assert taken_apart.notes == ()


def test_a_bare_link_carries_nothing() -> None:
    """And says so by None."""
    link = BookingLink(DEMO)
    assert str(link) == DEMO
    assert (link.name, link.utm, link.skip, link.co_hosts) == (None, None, False, ())


def test_what_is_on_the_link_stays_as_it_is_and_where_it_is() -> None:
    """Byte for byte, the odd, the repeated and the fragment included."""
    odd = "?a=b+c&flag&q=%E4&a=2&%zz&note='x'#top"
    assert str(BookingLink(DEMO + odd)) == DEMO + odd
    assert str(BookingLink(f"{DEMO}?ref=x#top", name="A")) == f"{DEMO}?ref=x&name=A#top"


def test_what_is_set_takes_the_place_of_what_was_there() -> None:
    """Of several, the first; the others go."""
    link = BookingLink(f"{DEMO}?name=X&ref=1&name=Y", name="Ann", email="a@example.com")
    assert str(link) == f"{DEMO}?name=Ann&ref=1&email=a%40example.com"


def test_none_leaves_a_parameter_and_without_takes_it_away() -> None:
    """So that a missing value of a user doesn't undo the template."""
    link = BookingLink(f"{DEMO}?name=Ann&ref=1&name=Y", name=None)
    assert str(link) == f"{DEMO}?name=Ann&ref=1&name=Y"
    assert str(link.without("name")) == f"{DEMO}?ref=1"
    assert link.without("nothing") == link


def test_skip_is_1_or_not_there() -> None:
    """For this product the vendor documents nothing else."""
    assert str(BookingLink(DEMO, skip=True)) == f"{DEMO}?skip=1"
    assert str(BookingLink(f"{DEMO}?skip=1", skip=False)) == DEMO
    assert str(BookingLink(f"{DEMO}?skip=1", skip=cast("bool", 0))) == DEMO
    assert not BookingLink(f"{DEMO}?skip=0").skip


def test_a_duration_that_is_none() -> None:
    """Is told as None, whatever stands there."""
    for text in ("", "abc", "-5", "030", "1e3", "99999", "٣٠"):
        assert BookingLink(f"{DEMO}?duration_minutes={text}").duration_minutes is None


def test_a_link_is_built_on_a_link() -> None:
    """With what it has."""
    first = BookingLink("https://book.example.com/demo", name="A", custom_domain="book.example.com")
    assert str(BookingLink(first, email="b")) == "https://book.example.com/demo?name=A&email=b"


def test_a_repr_shows_no_data() -> None:
    """Nor the code of a one-time link."""
    link = BookingLink("https://oncehub.com/.QUHVEKLPD93M", name="Carrie", email="c@example.com")
    assert repr(link) == "BookingLink('https://oncehub.com', with name, email)"
    assert "Carrie" not in repr(link.parameters)
    assert "QUHVEKLPD93M" not in repr(BookingLink("https://oncehub.com/%2eQUHVEKLPD93M"))
    assert repr(BookingLink(DEMO)) == f"BookingLink('{DEMO}')"


MINUTES = "expected a whole number of minutes from 1 to 1440"
REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"name": 5}, "name: expected text, got int"),
    ({"name": "a\ud800b"}, "name: holds half a surrogate pair"),
    ({"questions": {"topic": "\udfff"}}, "questions.topic: holds half a surrogate pair"),
    ({"questions": {"to\ud800pic": "x"}}, "questions: holds half a surrogate pair"),
    ({"questions": {"": "x"}}, "questions: expected names that are texts, not empty"),
    ({"questions": "topic=x"}, "questions: expected a mapping of names to texts, got str"),
    ({"questions": {"topic": ["a"]}}, "questions.topic: expected text, got list"),
    (
        {"questions": {"utm_source": "x"}},
        "questions.utm_source: is a reserved name; pass it as utm=UtmParams(source=...)",
    ),
    (
        {"questions": {"UTM_Term": "x"}},
        "questions.UTM_Term: is a reserved name; pass it as utm=UtmParams(term=...)",
    ),
    (
        {"questions": {"iana_time_zone": "UTC"}},
        "questions.iana_time_zone: is a parameter of its own; pass it as an argument",
    ),
    (
        {"questions": {"customerGuests": "a@example.com"}},
        "questions.customerGuests: is a parameter of the other product; "
        "oncehub.com doesn't know it",
    ),
    (
        {"time_zone": "Eastern time"},
        "time_zone: not an IANA time zone name; expected something like 'America/New_York'",
    ),
    (
        {"time_zone": "Factory"},
        "time_zone: not an IANA time zone name; expected something like 'America/New_York'",
    ),
    ({"co_hosts": "a@example.com"}, "co_hosts: expected a list of e-mail addresses"),
    ({"co_hosts": ["Sam"]}, "co_hosts: expected one e-mail address in each element"),
    ({"co_hosts": ["a@b.c,d@e.f"]}, "co_hosts: expected one e-mail address in each element"),
    ({"host": "Sam"}, "host: expected an e-mail address"),
    ({"host": ["a@b.c"]}, "host: expected an e-mail address"),
    ({"duration_minutes": "30"}, f"duration_minutes: {MINUTES}"),
    ({"duration_minutes": True}, f"duration_minutes: {MINUTES}"),
    ({"duration_minutes": 0}, f"duration_minutes: {MINUTES}"),
    ({"duration_minutes": 1441}, f"duration_minutes: {MINUTES}"),
    ({"skip": "1"}, "skip: expected True, False or None"),
    ({"utm": {"source": "x"}}, "utm: expected UtmParams, such as UtmParams(source='ad')"),
    ({"utm": UtmParams(medium="\ud800")}, "utm.medium: holds half a surrogate pair"),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "message"), REFUSED)
def test_what_cannot_work_is_refused(arguments: dict[str, Any], message: str) -> None:
    """In one line that names the argument, and shows no value."""
    with pytest.raises(InvalidParameterError) as raised:
        BookingLink(DEMO, **arguments)
    assert str(raised.value) == message


def test_a_link_is_shorter_than_2000_characters() -> None:
    """As it is sent; the error names what is longest."""
    room = URL_LIMIT - len(f"{DEMO}?name=&a=b")
    assert len(str(BookingLink(f"{DEMO}?a=b", name="x" * (room - 1)))) == URL_LIMIT - 1
    with pytest.raises(InvalidParameterError) as raised:
        BookingLink(f"{DEMO}?a=b", name="x" * room)
    assert raised.value.param == "name"
    assert "2,000 characters long" in str(raised.value)
    # A space is one character in a form and three in a link.
    with pytest.raises(InvalidParameterError, match="name"):
        BookingLink(DEMO, name=" " * 700)


def test_a_longer_link_can_still_be_taken_apart() -> None:
    """What came from elsewhere is read, and noted; what we make is checked."""
    link = BookingLink(f"{DEMO}?name={'x' * 3000}")
    assert link.name == "x" * 3000
    (note,) = link.notes
    assert str(note) == "url: has 3,035 characters; OnceHub takes fewer than 2,000"


def test_lengths_are_those_that_are_sent() -> None:
    """A letter beyond ASCII that stood on the link is sent as two escapes."""
    with pytest.raises(InvalidParameterError) as raised:
        BookingLink(f"{DEMO}?why={'ë' * 350}", name="A")
    assert raised.value.param == "why"


@pytest.mark.parametrize(
    ("arguments", "param"),
    [
        ({"questions": {"why": "x" * 2000}}, "questions.why"),
        ({"utm": UtmParams(source="x" * 2000)}, "utm.source"),
        ({"co_hosts": [f"{'x' * 2000}@example.com"]}, "co_hosts"),
    ],
)
def test_what_is_too_long_is_named_as_the_argument(arguments: dict[str, Any], param: str) -> None:
    """As in every other error."""
    with pytest.raises(InvalidParameterError) as raised:
        BookingLink(DEMO, **arguments)
    assert raised.value.param == param


def test_an_empty_list_takes_the_parameter_away() -> None:
    """Nobody is not somebody without an address."""
    assert str(BookingLink(f"{DEMO}?co_hosts=a@b.c&x=1", co_hosts=[])) == f"{DEMO}?x=1"
    assert str(ClassicLink("https://go.oncehub.com/dana", guests=[])).endswith("/dana")


def test_a_templates_markup_is_a_text() -> None:
    """Or what is read off the link would pass as HTML."""
    link = BookingLink(Markup(f"{DEMO}?name=<b>"))
    assert type(link.name) is str


def test_the_products_are_never_mixed() -> None:
    """Neither by link nor by parameter; what is on the link already is noted."""
    with pytest.raises(InvalidParameterError, match="classic product; use ClassicLink"):
        BookingLink("https://go.oncehub.com/dana")
    with pytest.raises(InvalidParameterError, match="booking hubs; use BookingLink"):
        ClassicLink(DEMO)
    own = "https://book.example.com/dana"
    with pytest.raises(InvalidParameterError, match="classic product; use ClassicLink"):
        BookingLink(ClassicLink(own, custom_domain="book.example.com"))
    with pytest.raises(InvalidParameterError, match="booking hubs; use BookingLink"):
        ClassicLink(BookingLink(own, custom_domain="book.example.com"))
    with pytest.raises(TypeError):
        BookingLink(DEMO, company="x")  # type: ignore[call-arg]
    (note,) = BookingLink(f"{DEMO}?customerGuests=a").notes
    assert str(note) == (
        "customerGuests: is a parameter of the other product; oncehub.com doesn't know it"
    )

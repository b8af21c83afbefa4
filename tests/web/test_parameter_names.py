"""Names of parameters are the same in upper and lower case, in both products; values aren't."""

from typing import Any

import pytest

from oncehub_async import InvalidParameterError
from oncehub_async.models import Contact, CustomField, UtmParams
from oncehub_async.web import BookingLink, ClassicLink

DEMO, DANA = "https://oncehub.com/live-demo", "https://go.oncehub.com/dana"


def test_they_are_read_in_any_case() -> None:
    """The vendor's pages advise `Name` where a site takes `name` for itself."""
    link = BookingLink(
        f"{DEMO}?NAME=Ann&Skip=1&CO_HOSTS=Sam@Example.com&Iana_Time_Zone=UTC&Host=Kim@example.com"
        "&DURATION_minutes=30&UTM_Source=Ad&Topic=X"
    )
    assert (link.name, link.skip, link.co_hosts) == ("Ann", True, ("Sam@Example.com",))
    assert (link.time_zone, link.host, link.duration_minutes) == ("UTC", "Kim@example.com", 30)
    assert link.utm == UtmParams(source="Ad")
    assert link.questions == {"Topic": "X"}
    classic = ClassicLink(f"{DANA}?Name=Ann&customerguests=a@b.cd&BOOKINGPAGENAME=B&SKIP=0")
    assert (classic.name, classic.guests) == ("Ann", ("a@b.cd",))
    assert (classic.booking_page_name, classic.skip, classic.fields) == ("B", False, {})


def test_they_are_replaced_and_taken_away_in_any_case() -> None:
    """None of the other spellings stays beside what was set."""
    link = BookingLink(f"{DEMO}?NAME=X&ref=1&name=Y&Topic=Z", name="Ann", questions={"topic": "Q"})
    assert str(link) == f"{DEMO}?name=Ann&ref=1&topic=Q"
    assert str(BookingLink(f"{DEMO}?SKIP=1&Name=A", skip=False).without("NAME")) == DEMO
    classic = ClassicLink(f"{DANA}?CustomerGuests=a@b.c&MOBILE=1", guests=[], mobile="2")
    assert str(classic) == f"{DANA}?mobile=2"


def test_of_several_the_first_is_read_and_that_is_noted() -> None:
    """Which one OnceHub takes is documented nowhere."""
    link = BookingLink(f"{DEMO}?NAME=Ann&name=Bob&days=Mon&Days=Tue")
    assert link.name == "Ann"
    assert link.questions == {"days": "Mon"}
    assert [str(note) for note in link.notes] == [
        "name: stands there 2 times; the first one is read here"
    ]


REFUSED: list[tuple[Any, dict[str, Any], str]] = [
    (BookingLink, {"questions": {"EMAIL": "x"}}, "questions.EMAIL: is a parameter of its own"),
    (BookingLink, {"questions": {"Host": "x"}}, "questions.Host: is a parameter of its own"),
    (BookingLink, {"questions": {"customerguests": "x"}}, "questions.customerguests: is a param"),
    (BookingLink, {"questions": {"a": "1", "A": "2"}}, "questions.A: is there twice"),
    (ClassicLink, {"fields": {"BookingPagename": "x"}}, "fields.BookingPagename: is a parameter"),
]


@pytest.mark.parametrize(("link", "arguments", "message"), REFUSED)
def test_no_spelling_gets_past_the_checks(link: Any, arguments: Any, message: str) -> None:
    """Of what an account's own field can be called."""
    with pytest.raises(InvalidParameterError) as raised:
        link(DEMO if link is BookingLink else DANA, **arguments)
    assert str(raised.value).startswith(message)


def test_recommended_lengths_are_known_in_any_case() -> None:
    """A note names the parameter as it stands there."""
    (note,) = ClassicLink(f"{DANA}?Company={'x' * 101}").notes
    assert str(note) == "Company: has 101 characters; OnceHub recommends at most 100"


@pytest.mark.parametrize("name", ["host", "HOST", "duration_minutes", "Skip", "co_hosts"])
def test_a_visitor_or_a_contact_sets_no_setting(name: str) -> None:
    """A form's field and a contact's property are data about a guest, in whatever case."""
    with pytest.raises(InvalidParameterError, match="not the visitor's to set"):
        BookingLink.from_form(DEMO, {"x": "a@b.cd"}, fields={"x": name})
    contact = Contact(id="CTC-1", custom_fields=(CustomField(name=name, value="x"),))
    with pytest.raises(InvalidParameterError, match="is a parameter of its own"):
        BookingLink.from_contact(DEMO, contact, properties=[name])

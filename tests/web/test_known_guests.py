"""Login integration and web-form integration: links from what an application has."""

from typing import Any

import pytest
from multidict import MultiDict

from oncehub_async import InvalidParameterError
from oncehub_async.models import Contact, CustomField, UtmParams
from oncehub_async.web import BookingLink, ClassicLink

DEMO, DANA = "https://oncehub.com/live-demo", "https://go.oncehub.com/dana"
CARRIE = Contact(
    id="CTC-J4FR05BKEW",
    first_name="Carrie",
    last_name="Customer",
    email="carrie@example.com",
    mobile_phone="+12025550195",
    phone="+12025550196",
    company="Acme",
    employees=12,
    has_consent=True,
    timezone="America/New_York",
    custom_fields=(
        CustomField(name="plan", value="gold"),
        CustomField(name="tags", value=["a", "b"]),
        CustomField(name="notes", value=None),
    ),
)


def test_a_contact_becomes_a_link_in_one_call() -> None:
    """With what the page asks for, and nothing that wasn't named."""
    link = BookingLink.from_contact(DEMO, CARRIE, skip=True)
    assert str(link) == (
        f"{DEMO}?name=Carrie%20Customer&email=carrie%40example.com&mobile_phone=%2B12025550195"
        "&skip=1&iana_time_zone=America%2FNew_York"
    )
    classic = ClassicLink.from_contact(DANA, CARRIE, skip=True, subject="Hello")
    assert str(classic) == (
        f"{DANA}?name=Carrie%20Customer&email=carrie%40example.com&company=Acme"
        "&mobile=12025550195&phone=%2B12025550196&subject=Hello&skip=1"
    )


def test_properties_of_a_contact_are_named_to_be_taken() -> None:
    """Documented ones and custom fields; what has no value is left out."""
    link = BookingLink.from_contact(
        DEMO, CARRIE, properties=("company", "employees", "plan", "notes", "city", "typo")
    )
    assert link.questions == {"company": "Acme", "employees": "12", "plan": "gold"}
    both = BookingLink.from_contact(
        DEMO, CARRIE, properties=["plan"], questions={"plan": "silver", "topic": "x"}
    )
    assert both.questions == {"plan": "silver", "topic": "x"}
    assert ClassicLink.from_contact(DANA, CARRIE, properties=["plan"]).fields == {"plan": "gold"}


@pytest.mark.parametrize("name", ["tags", "has_consent", "custom_fields"])
def test_a_property_that_is_no_text_is_refused(name: str) -> None:
    """How a link says it isn't documented, and nothing is left out silently."""
    with pytest.raises(InvalidParameterError, match=f"^properties.{name}: is neither a text"):
        BookingLink.from_contact(DEMO, CARRIE, properties=[name])
    with pytest.raises(InvalidParameterError, match=r"^properties: expected a list of names"):
        BookingLink.from_contact(DEMO, CARRIE, properties=name)


def test_what_a_contact_lacks_is_left_out() -> None:
    """An unknown time zone, too; one that is given goes first."""
    nobody = Contact(id="CTC-1", email="", timezone="Eastern time")
    assert str(BookingLink.from_contact(DEMO, nobody)) == DEMO
    assert str(ClassicLink.from_contact(DANA, Contact(id="CTC-2", last_name="Only"))) == (
        f"{DANA}?name=Only"
    )
    link = BookingLink.from_contact(DEMO, CARRIE, time_zone="Europe/Berlin")
    assert link.time_zone == "Europe/Berlin"


def test_a_form_becomes_a_link_in_one_call() -> None:
    """By the names that the form has; the rest of the form stays out of the link."""
    form = MultiDict(
        [("your-name", "Ann"), ("mail", "ann@example.com"), ("why", "Demo"), ("why", "again"),
         ("csrf", "secret"), ("src", "ad"), ("skip", "1"), ("phone", "")]
    )  # fmt: skip
    names = {
        "your-name": "name", "mail": "email", "why": "meeting_reason", "src": "utm_source",
        "phone": "mobile_phone", "absent": "company",
    }  # fmt: skip
    link = BookingLink.from_form(DEMO, form, fields=names, skip=True)
    assert link.questions == {"meeting_reason": "Demo"}
    assert (link.name, link.email, link.utm) == ("Ann", "ann@example.com", UtmParams(source="ad"))
    assert "secret" not in str(link)
    assert len(link.parameters) == 5


def test_without_names_only_documented_guest_data_is_taken() -> None:
    """A visitor may not decide what the page does."""
    form = {"name": "Ann", "email": "a@example.com", "skip": "1", "co_hosts": "x@y.z", "q": "x"}
    link = BookingLink.from_form(DEMO, form)
    assert [each.name for each in link.parameters] == ["name", "email"]
    classic = ClassicLink.from_form(
        DANA, {"note": "x", "customerGuests": "a@b.c, d@e.f, ", "bookingPageName": "other"}
    )
    assert classic.guests == ("a@b.c", "d@e.f")
    assert classic.booking_page_name is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"fields": {"x": "skip"}}, "fields.x: 'skip' is not the visitor's to set"),
        ({"fields": {"x": "co_hosts"}}, "fields.x: 'co_hosts' is not the visitor's to set"),
        ({"fields": {"file": "name"}}, "file: expected text, got bytes"),
    ],
)
def test_a_form_cannot_set_what_the_page_does(arguments: dict[str, Any], message: str) -> None:
    """Nor can a file become a name."""
    with pytest.raises(InvalidParameterError, match=message):
        BookingLink.from_form(DEMO, {"x": "1", "file": b"data"}, **arguments)

"""A plus that nobody encoded: a space to every reader, and yet no space can be meant."""

from datetime import UTC, datetime

import orjson
import pytest

from oncehub_async import OnceHub
from oncehub_async.web import (
    BookingLink,
    ClassicConfirmation,
    ClassicLink,
    Confirmation,
    confirm,
    guest_url,
    parse_confirmation,
)

from ..loopback import answer, serving

DEMO, DANA = "https://oncehub.com/live-demo", "https://go.oncehub.com/dana"


def test_in_a_link_that_is_taken_apart() -> None:
    """The link itself stays as it is."""
    url = (
        f"{DEMO}?email=carrie+test@example.com&mobile_phone=+49+170&host=a+b@example.com"
        "&co_hosts=a+1@example.com,b+2@example.com&name=Ann+B"
    )
    link = BookingLink(url)
    assert (link.email, link.mobile_phone) == ("carrie+test@example.com", "+49 170")
    assert (link.host, link.co_hosts[1]) == ("a+b@example.com", "b+2@example.com")
    assert link.name == "Ann B"
    assert str(link) == url
    classic = ClassicLink(f"{DANA}?Email=a+b@x.com&phone=+1202&customerGuests=a+b@x.com,+c@x.com")
    assert (classic.email, classic.phone, classic.guests[0]) == ("a+b@x.com", "+1202", "a+b@x.com")


def test_a_space_that_we_wrote_stays_one() -> None:
    """Our links never hold a plus, so that any text comes out as it went in."""
    link = BookingLink(DEMO, email="a b@x.com", mobile_phone=" 49")
    assert BookingLink(str(link)).email == "a b@x.com"
    assert BookingLink(str(link)).mobile_phone == " 49"


QUERY = {
    "id": "BKNG-2R5C3TQBX1PZ",
    "booking_calendar": "BKC-1",
    "email": "carrie test@example.com",
    "phone": " 49 170",
    "name": "Ann B",
}


@pytest.mark.parametrize(
    "query",
    [
        "/thanks?id=BKNG-2R5C3TQBX1PZ&booking_calendar=BKC-1&email=carrie+test@example.com"
        "&phone=+49+170&name=Ann+B",
        "id=BKNG-2R5C3TQBX1PZ&booking_calendar=BKC-1&email=carrie%20test%40example.com"
        "&phone=%2049%20170&name=Ann%20B",
        QUERY,
        {name: [value] for name, value in QUERY.items()},
        list(QUERY.items()),
    ],
)
def test_in_a_redirect(query: object) -> None:
    """As a URL, or as a framework has decoded (and a proxy encoded) it."""
    found = parse_confirmation(query)  # type: ignore[arg-type]  # all the forms that it takes
    assert isinstance(found, Confirmation)
    assert (found.email, found.phone) == ("carrie+test@example.com", "+49 170")
    assert found.name == "Ann B"


def test_in_a_classic_redirect() -> None:
    """Guests included."""
    found = parse_confirmation(
        "/thanks?Name=A&Email=a+b@x.com&bookingPage=d&mobile=+1202&customerGuests=c+d@x.com,e@x.com"
    )
    assert isinstance(found, ClassicConfirmation)
    assert (found.email, found.mobile) == ("a+b@x.com", "+1202")
    assert found.customer_guests == ("c+d@x.com", "e@x.com")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("email", "Carrie Customer <carrie@example.com>"),
        ("email", " carrie@example.com "),
        ("email", "carrie@exam ple.com"),
        ("email", "not an address"),
        ("phone", " 0170 123"),
        ("phone", "170 123"),
        ("phone", " ext. 7"),
        ("name", "ann test@example.com"),
    ],
)
def test_a_space_that_may_be_meant_stays(name: str, value: str) -> None:
    """In a name, around an address, before a national number."""
    found = parse_confirmation({"id": "BKNG-1", "booking_calendar": "BKC-1", name: value})
    assert getattr(found, name) == value


async def test_confirm_and_one_time_links() -> None:
    """A claim that somebody read himself is compared as it was meant, and a guest is sent so."""
    start = datetime(2026, 3, 1, 9, tzinfo=UTC)
    booking = {
        "id": "BKNG-1",
        "object": "booking",
        "starting_time": "2026-03-01T09:00:00Z",
        "form_submission": {"email": "carrie+test@example.com"},
    }
    claim = Confirmation(id="BKNG-1", starting_time=start, email="carrie test@example.com")
    async with serving(answer(body=booking)) as server:
        async with OnceHub("key", base_url=server.url) as oncehub:
            assert (await confirm(oncehub, claim)).id == "BKNG-1"
    link = BookingLink(DEMO, email="carrie test@example.com", mobile_phone=" 49170")
    async with serving(answer(body={"id": "A", "url": "https://oncehub.com/.A"})) as server:
        async with OnceHub("key", base_url=server.url) as oncehub:
            await guest_url(link, oncehub=oncehub, id="BKC-1")
    assert orjson.loads(server.received[0].body)["booking_form"] == {
        "email": "carrie+test@example.com",
        "phone": "+49170",
    }

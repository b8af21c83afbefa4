"""One function for the link that a guest gets: visible, or one-time without visible data."""

from collections.abc import AsyncIterator

import orjson
import pytest

from oncehub_async import InvalidParameterError, NotFoundError, OnceHub, OnceHubError
from oncehub_async.models import UtmParams
from oncehub_async.simulator import Account, Simulator
from oncehub_async.web import BookingLink, ClassicLink, guest_url

from ..loopback import answer, serving

DEMO, DANA = "https://oncehub.com/live-demo", "https://go.oncehub.com/dana"
LINK = BookingLink(
    f"{DEMO}?days=Mon&Days=Tue",
    name="Carrie",
    email="carrie@example.com",
    mobile_phone="+12025550195",
    questions={"topic": "x"},
    skip=True,
    host="kim@example.com",
    co_hosts=["Sam@example.com"],
    duration_minutes=30,
    time_zone="Europe/Berlin",
    utm=UtmParams(source="ad"),
)


@pytest.fixture
async def oncehub() -> AsyncIterator[OnceHub]:
    """A client of a simulated account."""
    async with Simulator(Account(bookings=20), limits=None) as sim:
        async with OnceHub(sim.api_key, base_url=sim.url) as client:
            yield client


async def test_without_a_client_it_is_the_visible_link() -> None:
    """No network, no key."""
    assert await guest_url(LINK) == str(LINK)
    assert await guest_url(ClassicLink(DANA, name="A")) == f"{DANA}?name=A"


async def test_what_the_api_is_asked_for() -> None:
    """The guest's data in the body, hidden; what says nothing about people in the URL."""
    body = {"id": "QUHVEKLPD93M", "url": "https://oncehub.com/.QUHVEKLPD93M"}
    async with serving(answer(body=body)) as server:
        async with OnceHub("key", base_url=server.url) as oncehub:
            url = await guest_url(LINK, oncehub=oncehub, id="BKC-LDJ878496X")
    assert url == "https://oncehub.com/.QUHVEKLPD93M?skip=1&iana_time_zone=Europe%2FBerlin"
    (request,) = server.received
    assert request.target == "/v2/booking-calendars/BKC-LDJ878496X/one-time-links"
    assert orjson.loads(request.body) == {
        "booking_form": {
            "name": "Carrie",
            "email": "carrie@example.com",
            "phone": "+12025550195",
            "days": ["Mon", "Tue"],
            "topic": "x",
        },
        "utm_params": {"source": "ad"},
        "hide_url_params": True,
        "booking_settings": {
            "host": "kim@example.com",
            "co_hosts": "Sam@example.com",
            "duration_minutes": 30,
        },
    }


async def test_a_guest_has_one_name_and_one_phone() -> None:
    """Only questions have several answers."""
    body = {"id": "QUHVEKLPD93M", "url": "https://oncehub.com/.QUHVEKLPD93M"}
    async with serving(answer(body=body)) as server:
        async with OnceHub("key", base_url=server.url) as oncehub:
            await guest_url(BookingLink(f"{DEMO}?name=A&name=B"), oncehub=oncehub, id="BKC-1")
            twice = BookingLink(DEMO, mobile_phone="+12025550195", questions={"phone": "x"})
            with pytest.raises(InvalidParameterError, match=r"^link: has phone and mobile_phone"):
                await guest_url(twice, oncehub=oncehub, id="BKC-1")
    (request,) = server.received
    assert orjson.loads(request.body)["booking_form"] == {"name": "A"}


async def test_one_time_links_of_the_simulated_oncehub(oncehub: OnceHub) -> None:
    """Of both products; a classic one can't hold data and says so."""
    calendars = await oncehub.booking_calendars.list().collect()
    calendar = next(each.id for each in calendars if each.published)
    url = await guest_url(BookingLink(DEMO, name="Ann"), oncehub=oncehub, id=calendar)
    assert url.startswith("https://oncehub.com/.")
    assert "?" not in url
    page = await oncehub.master_pages.list().first()
    assert page is not None
    url = await guest_url(ClassicLink(DANA), oncehub=oncehub, id=page.id)
    assert url.startswith("https://go.oncehub.com/.")
    with pytest.raises(InvalidParameterError, match=r"^link: .*can't hold its parameters"):
        await guest_url(ClassicLink(DANA, name="A"), oncehub=oncehub, id=page.id)
    with pytest.raises(NotFoundError):
        await guest_url(BookingLink(DEMO), oncehub=oncehub, id="BKC-NOSUCHONE1")


async def test_ids_are_of_the_right_kind(oncehub: OnceHub) -> None:
    """Told before a request is spent."""
    with pytest.raises(InvalidParameterError, match=r"^id: is missing: which booking calendar"):
        await guest_url(LINK, oncehub=oncehub)
    with pytest.raises(InvalidParameterError, match=r"^id: is for one-time links; pass a client"):
        await guest_url(LINK, id="BKC-LDJ878496X")
    with pytest.raises(InvalidParameterError, match=r"^id: expected a booking calendar's"):
        await guest_url(LINK, oncehub=oncehub, id="MP-GF8UKSEYGJ")
    with pytest.raises(InvalidParameterError, match=r"^id: expected a master page's"):
        await guest_url(ClassicLink(DANA), oncehub=oncehub, id="BKC-LDJ878496X")


async def test_an_answer_without_a_url_is_an_error() -> None:
    """Not the text "None" in somebody's e-mail."""
    async with serving(answer(body={"id": "QUHVEKLPD93M"})) as server:
        async with OnceHub("key", base_url=server.url) as oncehub:
            with pytest.raises(OnceHubError, match="did not tell its URL"):
                await guest_url(LINK, oncehub=oncehub, id="BKC-LDJ878496X")

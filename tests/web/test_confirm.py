"""Nothing that a page says is trusted before OnceHub was asked."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import attrs
import pytest

from oncehub_async import OnceHub, ServerError, UnconfirmedError
from oncehub_async._http.retry import RetryPolicy
from oncehub_async.models import Booking, Contact, id_of, to_dict
from oncehub_async.simulator import Account, Fault, Simulator
from oncehub_async.web import (
    BookingScheduled,
    ClassicConfirmation,
    Confirmation,
    confirm,
    parse_confirmation,
    parse_event,
)

from ..loopback import serving

ACCOUNT = Account(bookings=60, contacts=20, quirks=False)


@pytest.fixture
async def sim() -> AsyncIterator[Simulator]:
    """A simulated account with bookings of both products."""
    async with Simulator(ACCOUNT, limits=None) as simulator:
        yield simulator


@pytest.fixture
async def oncehub(sim: Simulator) -> AsyncIterator[OnceHub]:
    """A client of it."""
    retry = RetryPolicy(attempts=1)
    async with OnceHub(sim.api_key, base_url=sim.url, retry=retry) as client:
        yield client


async def booking_of(oncehub: OnceHub, *, classic: bool) -> tuple[Booking, str]:
    """A booking of one of the products, and its guest's address."""
    async for booking in oncehub.bookings.list(expand="contact"):
        if (booking.booking_calendar is None) is classic and isinstance(booking.contact, Contact):
            email = (booking.form_submission and booking.form_submission.email) or (
                booking.contact.email
            )
            if email:
                return booking, email
    raise AssertionError("the account has none")


@pytest.fixture
async def claim(oncehub: OnceHub) -> Confirmation:
    """A true one, as the redirect has it."""
    booking, email = await booking_of(oncehub, classic=False)
    data = to_dict(booking)
    query = {
        name: data[name] for name in ("id", "status", "subject", "creation_time", "starting_time")
    } | {"booking_calendar": id_of(booking.booking_calendar), "email": email.upper()}
    confirmation = parse_confirmation(urlencode(query))
    assert isinstance(confirmation, Confirmation)
    return confirmation


async def test_a_true_claim_gives_the_booking(oncehub: OnceHub, claim: Confirmation) -> None:
    """As OnceHub has it; addresses are compared without regard to case."""
    booking = await confirm(oncehub, claim)
    assert booking.id == claim.id
    assert booking.starting_time == claim.starting_time


async def test_what_differs_is_named_and_nobodys_data_shown(
    oncehub: OnceHub, claim: Confirmation
) -> None:
    """All of it at once."""
    assert claim.starting_time is not None
    false = attrs.evolve(
        claim,
        email="mallory@example.com",
        starting_time=claim.starting_time + timedelta(minutes=15),
        booking_calendar="BKC-SOMEOTHER1",
    )
    with pytest.raises(UnconfirmedError) as raised:
        await confirm(oncehub, false)
    assert raised.value.differing == ("starting_time", "booking_calendar", "email")
    assert str(raised.value) == (
        "not what OnceHub says, or missing: starting_time, booking_calendar, email"
    )
    for name in ("email", "starting_time", "booking_calendar"):
        one = attrs.evolve(claim, **{name: getattr(false, name)})
        with pytest.raises(UnconfirmedError) as raised:
            await confirm(oncehub, one)
        assert raised.value.differing == (name,)


async def test_an_id_alone_confirms_nothing(oncehub: OnceHub, claim: Confirmation) -> None:
    """Or guessing ids would show bookings. What OnceHub doesn't say need not be there."""
    bare = {
        "id": attrs.evolve(claim, id=None),
        "starting_time": attrs.evolve(claim, starting_time=None),
    }
    for name, without in bare.items():
        with pytest.raises(UnconfirmedError) as raised:
            await confirm(oncehub, without)
        assert raised.value.differing == (name,)
    less = attrs.evolve(claim, email=None, booking_calendar=None)
    assert (await confirm(oncehub, less)).id == claim.id


@pytest.mark.parametrize("id", ["BKNG-NOSUCHBOOKING", "BKNG-../contacts", "USR-FSD423423"])
async def test_invented_ids(oncehub: OnceHub, claim: Confirmation, id: str) -> None:
    """Are no bookings."""
    with pytest.raises(UnconfirmedError):
        await confirm(oncehub, attrs.evolve(claim, id=id))


@pytest.mark.parametrize("id", [f"BKNG-{'A' * 20_000}", "BKNG-", "BKNG-ann.smith", "BKNG-\ud800"])
async def test_what_is_no_id_costs_no_request(claim: Confirmation, id: str) -> None:
    """And the service's refusal of it is no error of the page's."""
    async with serving() as server, OnceHub("key", base_url=server.url) as oncehub:
        with pytest.raises(UnconfirmedError):
            await confirm(oncehub, attrs.evolve(claim, id=id))
    assert server.received == []


async def test_trouble_is_not_taken_for_a_lie(
    sim: Simulator, oncehub: OnceHub, claim: Confirmation
) -> None:
    """A service that doesn't answer leaves it open."""
    sim.inject(Fault("server_error", "get-*", times=1))
    with pytest.raises(ServerError):
        await confirm(oncehub, claim)


async def test_a_forwarded_event_is_a_claim_too(oncehub: OnceHub, claim: Confirmation) -> None:
    """Its payload is held against the API in the same way."""
    assert claim.starting_time is not None
    payload = {
        "id": claim.id,
        "booking_calendar": claim.booking_calendar,
        "starting_time": claim.starting_time.isoformat(),
        "custom_fields": [{"name": "email", "value": "mallory@example.com"}],
    }
    event = parse_event({"type": "oncehub.booking.scheduled", "payload": payload})
    assert isinstance(event, BookingScheduled)
    with pytest.raises(UnconfirmedError) as raised:
        await confirm(oncehub, event.payload)
    assert raised.value.differing == ("email",)


@pytest.fixture
async def classic_claim(oncehub: OnceHub) -> tuple[ClassicConfirmation, str]:
    """A true one of the classic product, and the booking's id, which it doesn't carry."""
    booking, email = await booking_of(oncehub, classic=True)
    assert booking.starting_time is not None
    eastern = booking.starting_time - timedelta(hours=5)
    query = {
        "Name": "x",
        "Email": email,
        "bookingPage": "Dana",
        "creationTime": to_dict(booking)["creation_time"],
        "meetingTime": eastern.strftime("%Y-%m-%dT%H:%M:00.000Z"),
        "timeZone": "Eastern time",
        "utcOffset": "-5",
    }
    confirmation = parse_confirmation(urlencode(query))
    assert isinstance(confirmation, ClassicConfirmation)
    return confirmation, booking.id


async def test_a_classic_claim_is_found_by_what_it_says(
    oncehub: OnceHub, classic_claim: tuple[ClassicConfirmation, str]
) -> None:
    """An hour beside too, for the vendor's offset forgets summer time."""
    claim, booking_id = classic_claim
    assert claim.meeting_time is not None
    for hours in (0, 1, -1):
        moved = attrs.evolve(claim, meeting_time=claim.meeting_time + timedelta(hours=hours))
        assert (await confirm(oncehub, moved)).id == booking_id


async def test_a_false_classic_claim(
    oncehub: OnceHub, classic_claim: tuple[ClassicConfirmation, str]
) -> None:
    """Another time, another guest, another moment of making, or nothing to go by."""
    claim, _ = classic_claim
    assert claim.meeting_time is not None
    assert claim.creation_time is not None
    later = claim.meeting_time + timedelta(minutes=15)
    with pytest.raises(UnconfirmedError) as raised:
        await confirm(oncehub, attrs.evolve(claim, meeting_time=later))
    assert raised.value.differing == ("meeting_time",)
    earlier = claim.creation_time - timedelta(minutes=5)
    for change in ({"email": "mallory@example.com"}, {"creation_time": earlier}):
        with pytest.raises(UnconfirmedError, match="there is no such booking"):
            await confirm(oncehub, attrs.evolve(claim, **change))
    for time in (datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)):
        for at_the_end_of_time in (
            attrs.evolve(claim, creation_time=time),
            attrs.evolve(claim, meeting_time=time),
        ):
            with pytest.raises(UnconfirmedError, match="there is no such booking"):
                await confirm(oncehub, at_the_end_of_time)
    with pytest.raises(UnconfirmedError) as raised:
        await confirm(oncehub, attrs.evolve(claim, email=None))
    assert raised.value.differing == ("email",)


async def test_a_classic_claim_is_of_a_classic_booking(
    oncehub: OnceHub, claim: Confirmation
) -> None:
    """Whoever knows of another booking can't have it confirmed like this."""
    assert claim.email is not None
    other = ClassicConfirmation(
        email=claim.email, creation_time=claim.creation_time, meeting_time=claim.starting_time
    )
    with pytest.raises(UnconfirmedError, match="there is no such booking"):
        await confirm(oncehub, other)


async def test_a_booking_without_a_form_is_compared_by_its_contact(
    oncehub: OnceHub, monkeypatch: pytest.MonkeyPatch, claim: Confirmation
) -> None:
    """Live bookings came with `form_submission: null`."""
    assert claim.id is not None
    booking = await oncehub.bookings.get(claim.id)
    contact = await oncehub.contacts.get(id_of(booking.contact) or "")
    bare = attrs.evolve(booking, form_submission=None)

    async def get(self: object, id: str) -> Booking:
        return bare

    monkeypatch.setattr(type(oncehub.bookings), "get", get)
    assert await confirm(oncehub, attrs.evolve(claim, email=contact.email)) is bare
    with pytest.raises(UnconfirmedError):
        await confirm(oncehub, attrs.evolve(claim, email="mallory@example.com"))

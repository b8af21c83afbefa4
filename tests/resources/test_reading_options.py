"""What the vendor's pages and error texts show of reading, though its document lists less."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from oncehub_async import BadRequestError, InvalidParameterError, OnceHub, id_of
from oncehub_async.models import (
    BookingCalendar,
    Contact,
    Conversation,
    DateOverride,
    Deleted,
    Model,
    User,
)
from oncehub_async.simulator import Account, Simulator

FIELDS: dict[str, type[Model]] = {
    "owner": User,
    "contact": Contact,
    "conversation": Conversation,
    "booking_calendar": BookingCalendar,
}


@pytest.fixture
async def sim() -> AsyncIterator[Simulator]:
    async with Simulator(Account(bookings=300, product="calendars"), limits=None) as simulator:
        yield simulator


@pytest.fixture
async def oncehub(sim: Simulator) -> AsyncIterator[OnceHub]:
    async with OnceHub(sim.api_key, base_url=sim.url) as client:
        yield client


async def booking_with(oncehub: OnceHub, field: str) -> Any:
    async for booking in oncehub.bookings.list():
        if getattr(booking, field) is not None:
            return booking
    raise LookupError(field)


@pytest.mark.parametrize("field", FIELDS)
async def test_one_booking_with_the_object_in_place_of_an_id(oncehub: OnceHub, field: str) -> None:
    """https://help.oncehub.com/developers/overview/expanding-responses shows it of a calendar."""
    plain = await booking_with(oncehub, field)
    full = await oncehub.bookings.get(plain.id, expand=field)
    assert isinstance(getattr(plain, field), str)
    assert type(getattr(full, field)) is FIELDS[field]
    assert id_of(getattr(full, field)) == getattr(plain, field)


@pytest.mark.parametrize("form", ["booking_calendar,owner", "data.booking_calendar, data.owner"])
async def test_lists_with_calendars(oncehub: OnceHub, form: str) -> None:
    """In both ways of writing it, and with several fields."""
    page = [each async for each in oncehub.bookings.list(expand=form)]
    kinds = {type(each.booking_calendar) for each in page}
    assert kinds == {BookingCalendar}
    assert {type(each.owner) for each in page} <= {User, Deleted, type(None)}


async def test_a_deleted_calendar_is_told_as_such(sim: Simulator, oncehub: OnceHub) -> None:
    """Its id stays."""
    booking = await booking_with(oncehub, "booking_calendar")
    sim.delete(booking.booking_calendar)
    full = await oncehub.bookings.get(booking.id, expand="booking_calendar")
    assert isinstance(full.booking_calendar, Deleted)
    assert full.booking_calendar.id == booking.booking_calendar


async def test_two_levels_of_one_booking(oncehub: OnceHub) -> None:
    """A conversation with its contact."""
    plain = await booking_with(oncehub, "conversation")
    full = await oncehub.bookings.get(plain.id, expand=("conversation.contact", "owner"))
    assert isinstance(full.conversation, Conversation)
    assert isinstance(full.conversation.contact, Contact)
    assert isinstance(full.owner, User)


async def test_what_cannot_be_expanded_is_the_services_to_say(oncehub: OnceHub) -> None:
    """It may have become possible meanwhile; three levels never are."""
    plain = await booking_with(oncehub, "owner")
    with pytest.raises(BadRequestError) as caught:
        await oncehub.bookings.get(plain.id, expand="attendees")
    assert caught.value.param == "expand"
    with pytest.raises(InvalidParameterError, match="two levels"):
        await oncehub.bookings.get(plain.id, expand="conversation.contact.owner")


EAST = timezone(timedelta(hours=14))


@pytest.mark.parametrize(
    ("first", "last", "shown"),
    [
        (None, None, (1, 2, 3)),
        (date(2999, 1, 2), None, (2, 3)),
        (None, date(2999, 1, 2), (1, 2)),
        (date(2999, 1, 2), date(2999, 1, 2), (2,)),
        (date(2999, 1, 4), None, ()),
        (datetime(2999, 1, 2, 23, tzinfo=UTC), None, (2, 3)),
        (None, datetime(2999, 1, 2, 1, tzinfo=EAST), (1, 2)),
    ],
)
async def test_the_overrides_of_some_dates(
    oncehub: OnceHub, first: Any, last: Any, shown: tuple[int, ...]
) -> None:
    """Both ends included; a time stands for the date that it shows."""
    user = await oncehub.users.list().first()
    assert user is not None
    days = [DateOverride(date=date(2999, 1, day), working_hours=()) for day in (1, 2, 3)]
    await oncehub.users.update_scheduling_availability(user.id, overrides=days)
    availability = await oncehub.users.scheduling_availability(
        user.id, overrides_start_time=first, overrides_end_time=last
    )
    found = [each.date for each in availability.overrides or ()]
    assert [each for each in found if each and each.year == 2999] == [
        date(2999, 1, day) for day in shown
    ]


@pytest.mark.parametrize(
    ("first", "last", "says"),
    [
        (date(2026, 2, 1), date(2026, 1, 1), "overrides_start_time: is later than"),
        ("2026-01-01", None, "overrides_start_time: expected a date, got str"),
        (None, 20260101, "overrides_end_time: expected a date, got int"),
        (None, datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None), "no time zone"),
    ],
)
async def test_ranges_that_cannot_be(first: Any, last: Any, says: str) -> None:
    """Refused before a request is spent."""
    with pytest.raises(InvalidParameterError, match=says):
        await OnceHub("key").users.scheduling_availability(
            "USR-1", overrides_start_time=first, overrides_end_time=last
        )

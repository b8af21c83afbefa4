from datetime import datetime, timedelta
from typing import Any

import pytest

from oncehub_async import OnceHub
from oncehub_async.models import AvailabilityLocation, WorkingDay, WorkingHours
from oncehub_async.simulator import Account, Service, Simulator
from oncehub_async.simulator._data.words import ADDRESSES

from .conftest import Api, error

FORM = {"name": "Carrie Customer", "email": "carrie@example.com"}


def calendar(sim: Simulator) -> str:
    """Number 0: published, hosted by the Account Owner alone, who has a seat."""
    return sim.state.world.booking_calendars.id(0)


def wanted(start: str, **changes: Any) -> dict[str, Any]:
    fields = {"start_time": start, "guest_time_zone": "Europe/Berlin", "booking_form": FORM}
    return fields | changes


async def slots(api: Api, **query: str) -> list[dict[str, Any]]:
    answer = await api.get(f"/booking-calendars/{calendar(api.sim)}/time-slots", **query)
    assert answer.status == 200
    found: list[dict[str, Any]] = answer.body
    return found


async def test_slots_lie_in_working_hours_of_the_week_ahead(api: Api) -> None:
    """A bare array, in order, the same when asked again; nothing on weekends or in the past."""
    found = await slots(api)
    assert found == await slots(api)
    starts = [datetime.fromisoformat(slot["start_time"]) for slot in found]
    assert starts == sorted(set(starts))
    now = api.sim.now()
    assert now < starts[0]
    assert starts[-1] < now + timedelta(days=7)
    owner = api.sim.object(api.sim.state.world.users.id(0))
    hours = (await api.get(f"/users/{owner['id']}/scheduling-availability")).body["weekly"]
    assert {f"{start:%A}" for start in starts} <= {day["day"] for day in hours}
    assert all(
        slot["locations"] and set(slot["locations"][0]) == {"type", "value", "id"} for slot in found
    )


async def test_a_range_of_slots(api: Api) -> None:
    """From the start to before the end; a slot at the start is in."""
    found = [slot["start_time"] for slot in await slots(api)]
    assert [
        slot["start_time"] for slot in await slots(api, start_time=found[2], end_time=found[5])
    ] == found[2:5]


async def test_an_empty_time_is_none_at_all(api: Api) -> None:
    """The document's default for both ends."""
    assert await slots(api, start_time="", end_time="") == await slots(api)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:01Z"),
        ("2026-10-01T00:00:00Z", "2026-10-02T00:00:00Z"),
        ("9999-12-31T00:00:00Z", "9999-12-31T23:59:59Z"),
    ],
)
async def test_nothing_is_free_at_the_ends_of_time(api: Api, start: str, end: str) -> None:
    """Nor in a range that is over; an empty list."""
    assert await slots(api, start_time=start, end_time=end) == []


async def test_nothing_is_free_in_the_past(api: Api) -> None:
    """A range that has begun offers what is left of it."""
    found = await slots(api, start_time="2026-10-26T00:00:00Z", end_time="2026-11-04T00:00:00Z")
    assert datetime.fromisoformat(found[0]["start_time"]) > api.sim.now()


@pytest.mark.parametrize(
    ("query", "message", "param"),
    [
        (
            {"start_time": "2026-12-02T00:00:00Z", "end_time": "2026-12-01T00:00:00Z"},
            "End time must be after the start time.",
            "end_time",
        ),
        (
            {"start_time": "2026-12-01T00:00:00Z", "end_time": "2027-01-01T00:00:00Z"},
            "The difference between start_time and end_time must be less than or equal to 30 days.",
            "end_time",
        ),
        ({"start_time": "soon"}, "Invalid date: soon", "start_time"),
        ({"date": "x"}, "Received unknown parameter: date", "date"),
    ],
)
async def test_ranges_that_are_refused(
    api: Api, query: dict[str, str], message: str, param: str
) -> None:
    """400, in the vendor's words where there are any."""
    answer = await api.get(f"/booking-calendars/{calendar(api.sim)}/time-slots", **query)
    assert (answer.status, answer.body) == (400, error(message, param))


async def test_booking_a_slot(api: Api) -> None:
    """It is taken, the booking is listed, the guest is a contact; canceling frees the slot."""
    before = await slots(api)
    start = before[3]["start_time"]
    form = FORM | {
        "budget": "a lot",
        "interests": ["a", "b"],
        "unknown": "x",
        "phone": "+12025550195",
        "guests": ["one@more.example"],
    }
    path = f"/booking-calendars/{calendar(api.sim)}/schedule"
    answer = await api.post(path, wanted(start, booking_form=form))
    assert answer.status == 200
    assert list(answer.body) == ["id"]
    booking = (await api.get("/bookings", limit=1, expand="contact")).body["data"][0]
    assert booking["id"] == answer.body["id"]
    assert booking["status"] == "scheduled"
    assert booking["contact"]["email"] == FORM["email"]
    assert booking["form_submission"]["phone"] == "+12025550195"
    assert booking["form_submission"]["guests"] == ["one@more.example"]
    assert booking["attendees"][1:] == [FORM["email"], "one@more.example"]
    assert booking["form_submission"]["custom_fields"] == [
        {"name": "budget", "value": "a lot"},
        {"name": "interests", "value": ["a", "b"]},
    ]
    assert start not in [slot["start_time"] for slot in await slots(api)]
    taken = await api.post(path, wanted(start))
    assert (taken.status, taken.body) == (
        400,
        error("The selected start time is not available.", "start_time"),
    )
    await api.post(f"/bookings/{booking['id']}/cancel")
    assert await slots(api) == before


async def test_the_same_guest_is_one_contact(api: Api) -> None:
    """Found by address, not made anew."""
    path = f"/booking-calendars/{calendar(api.sim)}/schedule"
    found = await slots(api)
    known = api.sim.object(
        next(one for one in api.sim.ids("contacts") if api.sim.object(one)["email"])
    )
    before = api.sim.counts["contacts"]
    for number, email in enumerate((known["email"], "new@b.example", "NEW@b.example")):
        start = found[4 * number]["start_time"]
        assert (
            await api.post(path, wanted(start, booking_form=FORM | {"email": email}))
        ).status == 200
    assert api.sim.counts["contacts"] == before + 1


@pytest.mark.parametrize(
    ("change", "message", "param"),
    [
        ({"start_time": None}, "Required fields are missing.", "start_time"),
        ({"guest_time_zone": None}, "Required fields are missing.", "guest_time_zone"),
        ({"booking_form": None}, "Required fields are missing.", "booking_form"),
        ({"booking_form": {"name": "x"}}, "Required fields are missing.", "booking_form"),
        (
            {"booking_form": {"email": "a@b.example"}},
            "Required fields are missing.",
            "booking_form",
        ),
        ({"guest_time_zone": "Berlin"}, "Invalid timezone: 'Berlin'", "guest_time_zone"),
        (
            {"start_time": "2026-11-03T03:07:00Z"},
            "The selected start time is not available.",
            "start_time",
        ),
        (
            {"booking_form": FORM | {"budget": 5}},
            "Must be a string or an array of strings.",
            "booking_form.budget",
        ),
        (
            {"booking_form": FORM | {"mobile_phone": "5"}},
            "Invalid phone format: '5'",
            "booking_form.mobile_phone",
        ),
        (
            {"booking_form": FORM | {"guests": ["nobody"]}},
            "Invalid email format: 'nobody'",
            "booking_form.guests",
        ),
        ({"guest_time_zone": ["x"]}, "Must be a string.", "guest_time_zone"),
        (
            {"location": {"type": "virtual", "value": "carrier_pigeon"}},
            "The selected location is not available.",
            "location",
        ),
    ],
)
async def test_what_is_not_scheduled(
    api: Api, change: dict[str, Any], message: str, param: str
) -> None:
    """400, in the vendor's words where there are any; no booking is made."""
    start = (await slots(api))[0]["start_time"]
    fields = wanted(start) | change
    answer = await api.post(f"/booking-calendars/{calendar(api.sim)}/schedule", fields)
    assert (answer.status, answer.body) == (400, error(message, param))
    assert api.sim.counts["bookings"] == 600


async def test_unpublished_calendars_and_hosts_without_a_seat(session: Any) -> None:
    """422 and 402, for asking and for booking; and no one-time link."""
    async with Simulator(Account(booking_calendars=300, bookings=10, teams=0), limits=None) as sim:
        api, state = Api(sim, session), sim.state
        calendars = state.world.booking_calendars
        numbers = range(calendars.count)
        closed = next(one for one in numbers if not calendars.is_published(one))
        seatless = next(
            one
            for one in numbers
            if calendars.is_published(one) and not state.has_seat(calendars.hosts(one)[0])
        )
        for number, status in ((closed, 422), (seatless, 402)):
            path = f"/booking-calendars/{calendars.id(number)}"
            asked = await api.get(f"{path}/time-slots")
            booked = await api.post(f"{path}/schedule", wanted("2026-11-03T10:00:00Z"))
            assert (asked.status, booked.status) == (status, status)
            assert asked.body["message"].startswith("Time slots cannot be retrieved ")
            assert booked.body["message"].startswith("Meeting cannot be scheduled ")
        own = calendars.id(closed)
        link = await api.post(f"/booking-calendars/{own}/one-time-links", {})
        assert (link.status, link.body) == (
            400,
            error(
                f"This booking calendar does not allow creation of one time links: '{own}'", "id"
            ),
        )


async def test_one_time_links(api: Api) -> None:
    """For calendars and master pages, each link another; not for a deleted master page."""
    page = next(api.sim.ids("master_pages"))
    paths = [
        f"/booking-calendars/{calendar(api.sim)}/one-time-links",
        f"/master-pages/{page}/one-time-links",
    ]
    links = [(await api.post(path)).body for path in paths * 2]
    assert len({link["url"] for link in links}) == 4
    assert all(link["url"].endswith("." + link["id"]) for link in links)
    api.sim.delete(page)
    refused = await api.post(paths[1])
    assert (refused.status, refused.body) == (
        400,
        error(f"This master page is deleted: '{page}'", "id"),
    )
    assert (await api.post("/master-pages/123/one-time-links")).status == 404


@pytest.mark.parametrize("text_in_slots", [True, False])
async def test_a_physical_location_is_booked_as_a_slot_shows_it(text_in_slots: bool) -> None:
    """With the address's text as the value, as since August, and without, as in April."""
    service = Service(addresses_in_slots=text_in_slots)
    async with Simulator(service=service) as sim, OnceHub(sim.api_key, base_url=sim.url) as client:
        office = AvailabilityLocation(type="in_person_by_host", id=ADDRESSES[0][0])
        day = WorkingHours(start_time="09:00", end_time="17:00", locations=(office,))
        await client.users.update_scheduling_availability(
            sim.state.world.users.id(0),
            weekly=[WorkingDay(day="Monday", working_hours=(day,))],
        )
        found = await client.booking_calendars.time_slots(calendar(sim))
        slot, place = next(
            (slot, place)
            for slot in found
            for place in slot.locations or ()
            if place.type == "physical"
        )
        assert (place.value is not None) == text_in_slots
        booked = await client.booking_calendars.schedule(
            calendar(sim),
            start_time=slot.start_time,
            guest_time_zone="Europe/Berlin",
            booking_form=FORM,
            location=place,
        )
        assert booked.id

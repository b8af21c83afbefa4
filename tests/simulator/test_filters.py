from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from oncehub_async.simulator._data.instants import parse

from .conftest import Api, error

Test = Callable[[dict[str, Any]], bool]


def _is(field: str, value: object, body: dict[str, Any]) -> bool:
    return bool(body.get(field) == value)


async def check(api: Api, path: str, resource: str, holds: Test, **query: Any) -> list[str]:
    """A filtered walk finds exactly what looking at every object finds."""
    expected = [one for one in api.sim.ids(resource) if holds(api.sim.object(one))]
    assert await api.walk(path, **query) == expected
    return expected


@pytest.mark.parametrize(
    "field",
    ["status", "owner", "contact", "booking_calendar", "booking_page", "master_page", "event_type"],
)
@pytest.mark.parametrize("changed", [False, True])
async def test_bookings_by_value(api: Api, field: str, changed: bool) -> None:
    """Whether bookings were changed since or not."""
    ids = list(api.sim.ids("bookings"))
    if changed:
        for one in ids[::7]:
            api.sim.touch(one)
        for one in ids[::31]:
            api.sim.delete(one)
    values = {str(api.sim.object(one).get(field)) for one in ids} - {"None"}
    for value in sorted(values)[:2]:
        found = await check(
            api, "/bookings", "bookings", partial(_is, field, value), **{field: value}
        )
        assert found or changed
    assert (await api.get("/bookings", **{field: "NOBODY-1"})).ids == []
    assert len((await api.get("/bookings", **{field: ""})).ids) == 10


async def test_bookings_by_host(api: Api) -> None:
    """Hosts and co-hosts, which no field of a booking tells."""
    state = api.sim._state
    more = 0
    for user in list(api.sim.ids("users"))[:6]:
        expected = [
            state.world.bookings.id(index)
            for index in state.bookings.indexes()
            if user in state.hosts(index)
        ]
        assert await api.walk("/bookings", host=user) == expected
        owned = await api.walk("/bookings", owner=user)
        assert set(owned) <= set(expected)
        more += len(expected) - len(owned)
    assert more


@pytest.mark.parametrize("field", ["creation_time", "starting_time", "last_updated_time"])
@pytest.mark.parametrize("path", ["/bookings", "/contacts"])
async def test_by_time_both_ends_are_exclusive(api: Api, path: str, field: str) -> None:
    """Exactly what lies between; an object that was touched since is found by its new time."""
    resource = path[1:]
    if (path, field) == ("/contacts", "starting_time"):
        assert (await api.get(path, starting_time__gt="2026-01-01")).status == 400
        return
    ids = list(api.sim.ids(resource))
    for one in ids[100::20]:
        api.sim.touch(one)
    low, high = sorted(api.sim.object(one)[field] for one in (ids[90], ids[10]))
    low_ms, high_ms = parse(low), parse(high)
    assert low_ms is not None
    assert high_ms is not None

    def between(body: dict[str, Any]) -> bool:
        moment = parse(body[field])
        assert moment is not None
        assert low_ms is not None
        assert high_ms is not None
        return low_ms < moment < high_ms

    found = await check(api, path, resource, between, **{f"{field}__gt": low, f"{field}__lt": high})
    assert 5 < len(found) < len(ids)
    newest = max(api.sim.object(one)[field] for one in ids)
    late: dict[str, Any] = {f"{field}__gt": newest}
    assert await api.walk(path, **late) == []


async def test_what_was_just_updated_is_found_at_once(api: Api) -> None:
    """An old booking that changes turns up in `last_updated_time.gt`, though it is old."""
    oldest = list(api.sim.ids("bookings"))[-1]
    api.sim.touch(oldest)
    moment = api.sim.object(oldest)["last_updated_time"]
    assert await api.walk("/bookings", last_updated_time__gt="2026-11-01T12:00:00Z") == [oldest]
    assert await api.walk("/bookings", last_updated_time__gt=moment) == []


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("2026-09-01", "2026-09-01T00:00:00Z"),
        ("2026-09-01T02:00:00+02:00", "2026-09-01T00:00:00.000Z"),
        ("2026-09-01T00:00", "2026-09-01"),
    ],
)
async def test_times_may_be_written_in_several_ways(api: Api, text: str, same: str) -> None:
    """Dates, offsets and fractions: the same instant lists the same."""
    listed = await api.walk("/bookings", creation_time__gt=text)
    assert listed == await api.walk("/bookings", creation_time__gt=same)
    assert 0 < len(listed) < 600


@pytest.mark.parametrize("text", ["yesterday", "2026-13-01", "", "2026-09-01T00:00:00 02:00", "0"])
async def test_what_is_no_time_is_refused(api: Api, text: str) -> None:
    """Also an offset whose plus sign was not encoded."""
    answer = await api.get("/bookings", creation_time__gt=text)
    assert (answer.status, answer.body) == (
        400,
        error(f"Invalid date: {text}", "creation_time.gt"),
    )


@pytest.mark.parametrize("field", ["creation_time", "starting_time", "last_updated_time"])
async def test_a_reversed_range_is_refused(api: Api, field: str) -> None:
    """In the vendor's words."""
    answer = await api.get(
        "/bookings", **{f"{field}__gt": "2026-09-02", f"{field}__lt": "2026-09-01"}
    )
    assert (answer.status, answer.body) == (
        400,
        error(f"{field}.gt cannot be later than {field}.lt", f"{field}.gt"),
    )


async def test_contacts_and_users_by_email(api: Api) -> None:
    """Whatever the case; also those that are new."""
    contact = api.sim.object(list(api.sim.ids("contacts"))[3])
    assert (await api.get("/contacts", email=contact["email"].upper())).ids == [contact["id"]]
    assert (await api.get("/contacts", email="no@body.example")).ids == []
    user = api.sim.object(list(api.sim.ids("users"))[3])
    assert (await api.get("/users", email=user["email"])).ids == [user["id"]]
    names = {"first_name": "New", "last_name": "One", "email": "New@One.example"}
    made = (await api.post("/contacts", names)).body["id"]
    assert (await api.get("/contacts", email="new@one.example")).ids == [made]
    assert (await api.get("/users", email="nonsense")).status == 400


async def test_a_contact_without_an_address_has_none_to_be_found_by(api: Api) -> None:
    """Not the word none, either, after it was changed."""
    contact = next(
        one for one in api.sim.ids("contacts") if api.sim.object(one).get("email") is None
    )
    assert (await api.patch(f"/contacts/{contact}", {"city": "x"})).status == 200
    assert (await api.get("/contacts", email="none")).ids == []


async def test_text_messages_are_filtered_by_the_time_they_show(api: Api) -> None:
    """What is later than a message's time doesn't list the message itself."""
    ids = list(api.sim.ids("sms_notifications"))[:8]
    for one in ids:
        moment = api.sim.object(one)["creation_time"]
        page = await api.get("/notifications/sms", creation_time__gt=moment, limit=100)
        assert one not in page.ids


async def test_the_smaller_lists(api: Api) -> None:
    """Calendars by host, pages by what belongs to them, teams by member, SMS by recipient."""
    world = api.sim._state.world
    host = api.sim.object(next(api.sim.ids("booking_calendars")))["host"]
    await check(
        api, "/booking-calendars", "booking_calendars", lambda b: b["host"] == host, host=host
    )
    pages = world.booking_pages
    owner = world.users.id(pages.owner(0))
    assert pages.id(0) in await api.walk("/booking-pages", user=owner)
    for field, of, kind in (
        ("master_page", pages.master_page, world.master_pages),
        ("event_type", pages.event_type, world.event_types),
    ):
        number = next(one for one in map(of, range(pages.count)) if one is not None)
        expected = [pages.id(i) for i in reversed(range(pages.count)) if of(i) == number]
        query: dict[str, Any] = {field: kind.id(number)}
        assert await api.walk("/booking-pages", **query) == expected
    user = api.sim.object(next(api.sim.ids("users")))
    assert set(await api.walk("/teams", user=user["id"])) == set(user["teams"])
    text = api.sim.object(next(api.sim.ids("sms_notifications")))
    page = await api.get(
        "/notifications/sms", recipient=text["recipient"], recipient_type="contact"
    )
    assert text["id"] in page.ids
    for wrong in ("customer", ""):
        refused = await api.get("/notifications/sms", recipient_type=wrong)
        assert (refused.status, refused.body) == (
            400,
            error(f"Invalid string: {wrong}", "recipient_type"),
        )

from typing import Any

import attrs
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from oncehub_async.simulator import Account, Simulator
from oncehub_async.simulator._data.instants import MINUTE, parse, with_milliseconds
from oncehub_async.simulator._scheduling.meetings import Busy, overlaps

from .conftest import Api

ENDED = ("canceled", "no_show", "completed")
MEETINGS = st.lists(
    st.tuples(
        st.integers(0, 5),
        st.tuples(st.integers(0, 12), st.integers(1, 9)),
        st.sets(st.sampled_from(["a", "b"])),
        st.booleans(),
    ),
    max_size=25,
)


@example([(1, (0, 9), {"a"}, False), (2, (1, 1), {"a"}, False)], 5, 1)
@given(MEETINGS, st.integers(0, 20), st.integers(1, 9))
def test_it_agrees_with_looking_at_every_meeting(
    changes: list[tuple[int, tuple[int, int], set[str], bool]], start: int, length: int
) -> None:
    """However often meetings are moved and called off."""
    busy = Busy()
    meetings: dict[int, tuple[int, int, set[str]]] = {}
    for number, (since, minutes), people, is_dropped in changes:
        if is_dropped:
            busy.drop(number)
            meetings.pop(number, None)
        else:
            busy.put(number, (since, since + minutes), tuple(people))
            meetings[number] = (since, since + minutes, people)
    for person in ("a", "b", "c"):
        expected = any(
            since < start + length and start < until and person in people
            for since, until, people in meetings.values()
        )
        spans = busy.of(person, start, start + length)
        assert overlaps(spans, (start, start + length)) == expected


def _taken(sim: Simulator, host: str) -> list[tuple[float, float, str]]:
    """When `host` has a meeting, from the bookings' own fields."""
    found = []
    for index in sim._state.bookings.indexes():
        body = sim._state.bookings.body(index)
        start = parse(body["starting_time"])
        assert start is not None
        if body["status"] not in ENDED and host in sim._state.hosts(index):
            found.append((start, start + body["duration_minutes"] * MINUTE, body["id"]))
    return found


def _own_calendars(sim: Simulator) -> list[tuple[str, str, int]]:
    """Id, host and duration of each calendar that one user hosts who has a seat."""
    calendars = sim._state.world.booking_calendars
    return [
        (calendars.id(index), calendars.host_id(index), calendars.duration(index) * MINUTE)
        for index in range(calendars.count)
        if calendars.team(index) is None
        and calendars.is_published(index)
        and sim._state.seated(index)
    ]


@pytest.fixture
def account() -> Account:
    return Account(bookings=2_000, contacts=100, users=6)


async def test_the_accounts_own_bookings_are_in_the_way(api: Api) -> None:
    """No slot is offered in which the only host has a meeting; canceling or deleting frees it."""
    async with Simulator(attrs.evolve(api.sim.account, bookings=0), limits=None) as empty:
        idle = Api(empty, api.session)
        free = {one: await _starts(idle, one) for one, *_ in _own_calendars(empty)}
    for calendar, host, duration in _own_calendars(api.sim)[:2]:
        slots = await _starts(api, calendar)
        taken = _taken(api.sim, host)
        assert slots
        assert taken
        for start in slots:
            assert not any(start < until and since < start + duration for since, until, _ in taken)
        for number, (*_, booking) in enumerate(taken):
            # Some can't be canceled: they are paid or await approval.
            if number % 2 or (await api.post(f"/bookings/{booking}/cancel")).status != 200:
                api.sim.delete(booking)
        assert await _starts(api, calendar) == free[calendar] != slots


async def test_whatever_happens_to_a_booking_its_hosts_time_follows(api: Api) -> None:
    """Taken by the booking, freed by deleting it, taken from whom it is given to."""
    calendar, other, new_host, start = await _two_free_at_once(api)
    body = {
        "start_time": with_milliseconds(int(start)),
        "guest_time_zone": "Europe/Berlin",
        "booking_form": {"name": "Carrie", "email": "carrie@example.com"},
    }
    booking = (await api.post(f"/booking-calendars/{calendar}/schedule", body)).body["id"]
    assert start not in await _starts(api, calendar)
    moved = await api.post(f"/bookings/{booking}/reassign", {"new_host": new_host})
    assert moved.status == 200
    assert start in await _starts(api, calendar)
    assert start not in await _starts(api, other)
    api.sim.delete(booking)
    assert start in await _starts(api, other)


async def test_a_teams_calendar_is_hosted_by_who_is_in_the_team_now(api: Api) -> None:
    """A new member brings their hours; without a member that has a seat there is 402."""
    sim, calendars = api.sim, api.sim._state.world.booking_calendars
    calendar, team = next(
        (index, team)
        for index in range(calendars.count)
        if calendars.is_published(index)
        and (team := calendars.team(index)) is not None
        # The Account Owner's teams can't be changed.
        and 0 not in sim._state.seated(index)
    )
    path = f"/booking-calendars/{calendars.id(calendar)}/time-slots"
    for user in sim._state.seated(calendar):
        await api.patch(f"/users/{sim._state.world.users.id(user)}", {"teams": []})
    assert (await api.get(path)).status == 402
    names = {"first_name": "New", "last_name": "One", "teams": [sim._state.world.teams.id(team)]}
    while not sim._state.seated(calendar):
        email = f"new{sim.counts['users']}@one.example"
        assert (await api.post("/users", names | {"email": email})).status == 200
    assert (await api.get(path)).body


async def _starts(api: Api, calendar: str) -> list[float]:
    query = {"start_time": "2026-11-02T00:00:00Z", "end_time": "2026-11-27T00:00:00Z"}
    answer: Any = await api.get(f"/booking-calendars/{calendar}/time-slots", **query)
    assert answer.status == 200
    return [parse(slot["start_time"]) or 0.0 for slot in answer.body]


async def _two_free_at_once(api: Api) -> tuple[str, str, str, float]:
    """Two calendars of different hosts, the second host, and a time when both are free."""
    for calendar, host, _ in _own_calendars(api.sim):
        for other, new_host, _ in _own_calendars(api.sim):
            if new_host != host and api.sim.object(new_host)["status"] == "active":
                both = set(await _starts(api, calendar)) & set(await _starts(api, other))
                if both:
                    return calendar, other, new_host, min(both)
    raise AssertionError("no two hosts are free at once")

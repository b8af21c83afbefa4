from typing import Any

import pytest

from .conftest import Api, error

ONLINE = {"type": "online_dynamic_link"}


def hours(start: str, end: str, *locations: dict[str, Any]) -> dict[str, Any]:
    return {"start_time": start, "end_time": end, "locations": list(locations)}


def path(api: Api) -> str:
    return f"/users/{api.sim._state.world.users.id(0)}/scheduling-availability"


async def test_days_are_replaced_whole(api: Api) -> None:
    """The day that is given has the new hours alone; all others stay."""
    before = {day["day"]: day for day in (await api.get(path(api))).body["weekly"]}
    change = {
        "weekly": [
            {
                "day": "Monday",
                "working_hours": [hours("13:00", "14:00"), hours("09:00", "10:15", ONLINE)],
            },
            {"day": "Saturday", "working_hours": []},
        ]
    }
    answer = await api.patch(path(api), change)
    assert answer.status == 200
    after = {day["day"]: day for day in answer.body["weekly"]}
    assert [slot["start_time"] for slot in after["Monday"]["working_hours"]] == ["09:00", "13:00"]
    location = after["Monday"]["working_hours"][0]["locations"][0]
    assert location["type"] == "online_dynamic_link"
    assert location["value"]
    assert after["Saturday"]["working_hours"] == []
    assert after["Tuesday"] == before["Tuesday"]
    assert (await api.get(path(api))).body == answer.body


async def test_dates_are_replaced_closed_and_deleted(api: Api) -> None:
    """An empty list closes a date, null deletes its override."""
    for working_hours, shown in (
        ([hours("10:00", "12:00")], 1),
        ([], 0),
        (None, None),
        (None, None),
    ):
        change = {"overrides": [{"date": "2026-11-27", "working_hours": working_hours}]}
        overrides = (await api.patch(path(api), change)).body["overrides"]
        assert [len(one["working_hours"]) for one in overrides] == (
            [] if shown is None else [shown]
        )
        assert all((one["date"], one["day"]) == ("2026-11-27", "Friday") for one in overrides)


async def test_overrides_of_some_dates(api: Api) -> None:
    """From the one date to the other, both included."""
    dates = ["2026-11-20", "2026-11-27", "2026-12-24"]
    await api.patch(path(api), {"overrides": [{"date": one, "working_hours": []} for one in dates]})
    answer = await api.get(path(api), overrides_start_time=dates[1], overrides_end_time=dates[2])
    assert [one["date"] for one in answer.body["overrides"]] == dates[1:]
    refused = await api.get(path(api), overrides_start_time="27.11.2026")
    assert (refused.status, refused.body) == (
        400,
        error(
            "Invalid date format for overrides_start_time. Expected format: YYYY-MM-DD",
            "overrides_start_time",
        ),
    )
    reversed_range = {"overrides_start_time": dates[2], "overrides_end_time": dates[1]}
    assert (await api.get(path(api), **reversed_range)).body == error(
        "overrides_start_time cannot be later than overrides_end_time", "overrides_start_time"
    )
    unknown = await api.get(path(api), start_date="2026-11-27")
    assert unknown.body == error("Received unknown parameter: start_date", "start_date")


async def test_time_slots_follow_the_schedule(api: Api) -> None:
    """A closed week has none, but for the date that is open; in the user's own time zone."""
    slots = f"/booking-calendars/{api.sim._state.world.booking_calendars.id(0)}/time-slots"
    days = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
    closed = {"weekly": [{"day": day, "working_hours": []} for day in days]}
    await api.patch(path(api), closed)
    assert (await api.get(slots)).body == []
    static = {"type": "online_static_link", "value": "https://meet.example/x"}
    opened = [{"date": "2026-11-04", "working_hours": [hours("09:00", "11:00", static)]}]
    await api.patch(path(api), {"overrides": opened})
    found = (await api.get(slots)).body
    assert found
    assert {slot["start_time"][:10] for slot in found} <= {"2026-11-03", "2026-11-04"}
    assert found[0]["locations"] == [{"type": "virtual_static", "value": None, "id": None}]


@pytest.mark.parametrize(
    ("slots", "status", "message", "param"),
    [
        (
            [hours("08:00", "10:00"), hours("09:00", "11:00")],
            400,
            "availability range is overlapping: '09:00-11:00'",
            "weekly.working_hours",
        ),
        (
            [hours("09:05", "10:00")],
            400,
            "start time should be multiple of 15: '09:05'",
            "weekly.working_hours.start_time",
        ),
        (
            [hours("10:00", "09:00")],
            400,
            "end time should be after start time: '10:00-09:00'",
            "weekly.working_hours.end_time",
        ),
        (
            [hours("9:00", "10:00")],
            400,
            "Invalid start time. Expected format: HH:MM",
            "weekly.working_hours.start_time",
        ),
        (
            [hours("09:00", "10:00", ONLINE, {"type": "online_static_link", "value": "https://x"})],
            422,
            "You can set either online_dynamic_link or online_static_link",
            "weekly.working_hours.locations",
        ),
        (
            [hours("09:00", "10:00", ONLINE, ONLINE)],
            400,
            "Duplicate location type: 'online_dynamic_link'",
            "weekly.working_hours.locations",
        ),
        (
            [hours("09:00", "10:00", {"type": "in_person_by_host"})],
            400,
            "Required fields are missing.",
            "weekly.working_hours.locations.id",
        ),
        (
            [hours("09:00", "10:00", {"type": "in_person_by_host", "id": "ADD-NOPE"})],
            400,
            "Invalid address: 'ADD-NOPE'",
            "weekly.working_hours.locations.id",
        ),
        (
            [hours("09:00", "10:00", {"type": ["x"]})],
            400,
            "Must be a string.",
            "weekly.working_hours.locations.type",
        ),
        (None, 400, "Must be an array of working hours.", "weekly.working_hours"),
    ],
)
async def test_hours_that_are_refused(
    api: Api, slots: Any, status: int, message: str, param: str
) -> None:
    """In the vendor's words where there are any; nothing changes, not even the good part."""
    before = (await api.get(path(api))).body
    change = {
        "overrides": [{"date": "2026-11-27", "working_hours": []}],
        "weekly": [{"day": "Monday", "working_hours": slots}],
    }
    answer = await api.patch(path(api), change)
    assert (answer.status, answer.body) == (status, error(message, param))
    assert (await api.get(path(api))).body == before


@pytest.mark.parametrize(
    ("change", "message", "param"),
    [
        (
            {"weekly": [{"day": "Monday", "working_hours": []}] * 2},
            "Duplicate entry for day or date: 'Monday'",
            "weekly",
        ),
        (
            {"overrides": [{"date": "2027-01-01", "working_hours": []}] * 2},
            "Duplicate entry for day or date: '2027-01-01'",
            "overrides",
        ),
        (
            {"overrides": [{"date": "2024-01-01", "working_hours": []}]},
            "Date cannot be in the past: '2024-01-01'",
            "overrides.date",
        ),
        (
            {"weekly": [{"day": "monday", "working_hours": []}]},
            "Invalid day: 'monday'",
            "weekly.day",
        ),
        ({"bogus": 1}, "Unsupported field", "bogus"),
    ],
)
async def test_days_and_dates_that_are_refused(
    api: Api, change: dict[str, Any], message: str, param: str
) -> None:
    """Twice the same, the past, and names that aren't days."""
    answer = await api.patch(path(api), change)
    assert (answer.status, answer.body) == (400, error(message, param))


async def test_nobodys_schedule(api: Api) -> None:
    """404 for a user that isn't there."""
    for method in ("GET", "PATCH"):
        answer = await api.call(method, "/users/USR-1/scheduling-availability")
        assert answer.status == 404

"""Availability that was read is written back whole, with what the service has added to it."""

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oncehub_async import OnceHub
from oncehub_async.models import (
    AvailabilityLocation,
    SchedulingAvailability,
    WorkingDay,
    WorkingHours,
    from_dict,
)
from oncehub_async.resources._availability_rules import overrides_body, weekly_body

from ..loopback import answer, serving

ADDED = st.dictionaries(
    st.text(min_size=1).map("x_{}".format),
    st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.integers()),
    max_size=2,
)
BEFORE = date(2026, 1, 1)


@st.composite
def span(draw: st.DrawFn) -> dict[str, Any]:
    place = {**draw(ADDED), "type": "online_dynamic_link", "value": "zoom"}
    return {**draw(ADDED), "start_time": "09:00", "end_time": "17:15", "locations": [place]}


@given(ADDED, ADDED, span(), span())
@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
def test_what_the_service_added_at_any_level_is_written_back(
    of_day: dict[str, Any], of_date: dict[str, Any], usual: dict[str, Any], special: dict[str, Any]
) -> None:
    """Of days, dates, spans of hours and places: the same JSON goes out that came in."""
    weekly = [{**of_day, "day": "Monday", "working_hours": [usual]}]
    overrides = [
        {**of_date, "date": "2999-12-24", "working_hours": [special]},
        {**of_date, "date": "2999-12-25", "working_hours": []},
    ]
    read = from_dict({"weekly": weekly, "overrides": overrides}, SchedulingAvailability)
    assert read.weekly is not None
    assert read.overrides is not None
    assert weekly_body(read.weekly) == weekly
    assert overrides_body(read.overrides, lambda: BEFORE) == overrides


async def test_what_was_added_to_all_of_it_goes_back_as_extra() -> None:
    """And an update that was read is sent as it came."""
    place = {"type": "in_person_by_host", "id": "ADD-1", "value": "Main St 1", "floor": 3}
    hours = {"start_time": "09:00", "end_time": "17:00", "locations": [place], "buffer": 15}
    weekly = [{"day": "Monday", "working_hours": [hours], "remote": True}]
    body = {"weekly": weekly, "overrides": [], "holidays": {"country": "DE"}}
    async with (
        serving(answer(200, body), answer(200, body)) as server,
        OnceHub("key", base_url=server.url) as oncehub,
    ):
        read = await oncehub.users.scheduling_availability("USR-1")
        await oncehub.users.update_scheduling_availability(
            "USR-1",
            weekly=read.weekly or (),
            overrides=read.overrides or (),
            extra=read.unknown_fields,
        )
    assert json.loads(server.received[-1].body) == body


@pytest.mark.parametrize("name", ["type", "value", "id"])
def test_a_documented_field_counts_before_an_unknown_one(name: str) -> None:
    """Nothing is sent otherwise than it was checked."""
    place = AvailabilityLocation(
        type="online_static_link", value="https://x", id="1", unknown_fields={name: "other"}
    )
    hours = WorkingHours(
        start_time="09:00",
        end_time="10:00",
        locations=(place,),
        unknown_fields={"start_time": "99:99", "locations": 5},
    )
    day = WorkingDay(day="Monday", working_hours=(hours,), unknown_fields={"day": "Noday"})
    sent = {"type": "online_static_link", "value": "https://x", "id": "1"}
    span = {"start_time": "09:00", "end_time": "10:00", "locations": [sent]}
    assert weekly_body([day]) == [{"day": "Monday", "working_hours": [span]}]

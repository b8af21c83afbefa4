"""Where the vendor adds values, they are sent as they are, with a line in the log."""

import json
import logging
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oncehub_async.models import SchedulingAvailability, SlotLocation, from_dict
from oncehub_async.resources._availability_rules import overrides_body, weekly_body
from oncehub_async.resources._booking_calendars import _location
from oncehub_async.resources._users import _checked

KINDS = st.sampled_from(
    ["in_person_by_host", "in_person_by_guest", "online_dynamic_link", "phone_by_guest", "on_mars"]
)


def place(kind: str) -> dict[str, str | None]:
    return {"type": kind, "value": "Main St 1", "id": "ADD-1" if kind.endswith("host") else None}


@st.composite
def hours(draw: st.DrawFn) -> list[dict[str, object]]:
    quarters = sorted(draw(st.lists(st.integers(0, 96), unique=True, max_size=6)))
    times = [f"{each // 4:02}:{each % 4 * 15:02}" for each in quarters]
    return [
        {
            "start_time": start,
            "end_time": end,
            "locations": [place(kind) for kind in draw(st.lists(KINDS, unique=True))],
        }
        for start, end in zip(times[::2], times[1::2], strict=False)
    ]


@given(hours(), hours())
@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
def test_availability_that_was_read_can_be_written_back(
    monday: list[dict[str, object]], special: list[dict[str, object]]
) -> None:
    """Whatever kinds of place the service has by now; what is null is left out."""
    data = {
        "object": "scheduling_availability",
        "weekly": [{"day": "Monday", "working_hours": monday}],
        "overrides": [{"date": "2999-12-24", "day": "Tuesday", "working_hours": special}],
    }
    read = from_dict(data, SchedulingAvailability)
    assert read.weekly is not None
    assert read.overrides is not None
    written = weekly_body(read.weekly)
    assert written == [{"day": "Monday", "working_hours": _without_null(monday)}]
    assert overrides_body(read.overrides, lambda: date(2026, 1, 1)) == [
        {"date": "2999-12-24", "working_hours": _without_null(special)}
    ]


def _without_null(spans: list[dict[str, object]]) -> object:
    def clean(value: dict[str, object]) -> dict[str, object]:
        return {name: each for name, each in value.items() if each is not None}

    return json.loads(json.dumps(spans), object_hook=clean)


@pytest.mark.parametrize(
    ("location", "sent"),
    [
        (SlotLocation(type="physical", value="Main St 1", id="ADD-1"), "ADD-1"),
        (SlotLocation(type="physical", value=None, id="ADD-1"), "ADD-1"),
        (SlotLocation(type="physical", value="ADD-1"), "ADD-1"),
        (SlotLocation(type="in_person_by_guest", value="My St 2"), "My St 2"),
        (SlotLocation(type="virtual", value="zoom"), "zoom"),
        (SlotLocation(type="on_mars", value="crater"), "crater"),
    ],
)
def test_a_slots_location_is_booked_by_its_value_and_an_address_by_its_id(
    location: SlotLocation, sent: str
) -> None:
    """In August's form of slots, in April's, and written by hand."""
    assert _location(location) == {"type": location.type, "value": sent}


def test_an_unknown_value_is_told_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """A misspelt one would otherwise only be seen in the service's answer."""
    with caplog.at_level(logging.WARNING, "oncehub_async"):
        assert _checked({"role_name": "Membre"})["role_name"] == "Membre"
    assert "role_name: not one of the documented values; did you mean 'Member'?" in caplog.text

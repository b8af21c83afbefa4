"""Where the vendor adds values, they are sent as they are, with a line in the log."""

import json
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oncehub_async import OnceHub
from oncehub_async.models import (
    AvailabilityLocation,
    ConferencingService,
    ContactStatus,
    EventName,
    SchedulingAvailability,
    SlotLocation,
    WorkingDay,
    WorkingHours,
    from_dict,
)
from oncehub_async.resources._availability_rules import overrides_body, weekly_body
from oncehub_async.resources._booking_calendars import _location
from oncehub_async.resources._users import _checked

from ..loopback import answer, serving

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


CALLS: dict[str, tuple[Callable[[OnceHub], Awaitable[Any]], str]] = {
    "status of bookings": (lambda o: o.bookings.list(status="schedulet").first(), "status"),
    "recipient type": (
        lambda o: o.sms_notifications.list(recipient_type="usr").first(),
        "recipient_type",
    ),
    "role": (lambda o: o.users.update("USR-1", role_name="Membre"), "role_name"),
    "status of contacts": (
        lambda o: o.contacts.update("CTC-1", status="Salez qualified"),
        "status",
    ),
    "events": (
        lambda o: o.webhooks.create(
            name="n", url="https://x.example", events=["booking", "booking.canceld"]
        ),
        "events",
    ),
    "conferencing": (
        lambda o: o.bookings.reassign("BKNG-1", new_host="USR-1", virtual_location="zooom"),
        "virtual_location",
    ),
    "kind of place": (
        lambda o: _schedule(o, SlotLocation(type="fysical", value="ADD-1")),
        "location.type",
    ),
    "place": (
        lambda o: _schedule(o, SlotLocation(type="virtual", value="zooom")),
        "location.value",
    ),
    "kind of place in working hours": (
        lambda o: o.users.update_scheduling_availability(
            "USR-1",
            weekly=weekly_of(AvailabilityLocation(type="phone_by_gest")),
        ),
        "type",
    ),
}


def weekly_of(location: AvailabilityLocation) -> list[WorkingDay]:
    span = WorkingHours(start_time="09:00", end_time="10:00", locations=(location,))
    return [WorkingDay(day="Monday", working_hours=(span,))]


def _schedule(oncehub: OnceHub, location: SlotLocation) -> Awaitable[Any]:
    return oncehub.booking_calendars.schedule(
        "BKC-1",
        start_time=datetime(2026, 1, 1, tzinfo=UTC),
        guest_time_zone="UTC",
        booking_form={"name": "C", "email": "c@example.com"},
        location=location,
    )


@pytest.mark.parametrize("what", CALLS)
async def test_every_list_of_values_is_open(what: str, caplog: pytest.LogCaptureFixture) -> None:
    """What isn't documented is sent, and the log says so, with the nearest value that is."""
    call, param = CALLS[what]
    page = {"object": "list", "data": [], "has_more": False, "id": "X-1"}
    async with (
        serving(answer(200, page)) as server,
        OnceHub("key", base_url=server.url) as oncehub,
    ):
        with caplog.at_level(logging.WARNING, "oncehub_async"):
            await call(oncehub)
    assert len(server.received) == 1
    assert f"{param}: not one of the documented values; did you mean" in caplog.text


async def test_documented_values_are_not_told_of(caplog: pytest.LogCaptureFixture) -> None:
    """A warning for what is right would be overlooked where it isn't."""
    async with (
        serving(answer(200, {"id": "X-1"})) as server,
        OnceHub("key", base_url=server.url) as oncehub,
    ):
        with caplog.at_level(logging.WARNING, "oncehub_async"):
            await oncehub.contacts.update("CTC-1", status=ContactStatus.QUALIFIED)
            await oncehub.contacts.update("CTC-1", status=None)
            await oncehub.webhooks.create(
                name="n", url="https://x.example", events=["booking", EventName.BOOKING_CANCELED]
            )
            await oncehub.bookings.reassign(
                "BKNG-1", new_host="USR-1", virtual_location=ConferencingService.ZOOM
            )
            await _schedule(oncehub, SlotLocation(type="virtual", value="google_meet"))
    assert caplog.text == ""


def test_an_unknown_value_is_told_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """A misspelt one would otherwise only be seen in the service's answer."""
    with caplog.at_level(logging.WARNING, "oncehub_async"):
        assert _checked({"role_name": "Membre"})["role_name"] == "Membre"
    assert "role_name: not one of the documented values; did you mean 'Member'?" in caplog.text

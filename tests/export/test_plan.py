"""What can be exported, and which filters it takes."""

from datetime import UTC, datetime
from typing import Any

import pytest

from oncehub_async import InvalidParameterError
from oncehub_async.export import plan_export


@pytest.mark.parametrize(
    ("names", "options", "param"),
    [
        (["invoices"], {}, "resource"),
        (["bookings"], {"filters": {"colour": "red"}}, "filter"),
        ([], {"filters": {"status": "scheduled"}}, "filter"),
        (["bookings"], {"filters": {"contacts.email": "x"}}, "filter"),
        (["bookings"], {"filters": {"limit": "5"}}, "filter"),
        (["bookings"], {"filters": {"starting_time.gt": "soon"}}, "starting_time_gt"),
        (["users"], {"expand": ["teams"]}, "expand"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(
    names: list[str], options: dict[str, Any], param: str
) -> None:
    """Before anything is sent, with what there is instead."""
    with pytest.raises(InvalidParameterError) as caught:
        plan_export(names, **options)
    assert caught.value.param == param


def test_filters_can_name_their_resource() -> None:
    """With the vendor's spelling or Python's."""
    plan = plan_export(
        ["bookings", "Booking-Calendars"],
        filters={"bookings.starting_time.gt": "2026-01-31", "booking-calendars.host": "USR-1"},
    )
    by_name = {each.name: each.arguments for each in plan.resources}
    assert by_name["bookings"] == {"starting_time_gt": datetime(2026, 1, 31, tzinfo=UTC)}
    assert by_name["booking_calendars"] == {"host": "USR-1"}

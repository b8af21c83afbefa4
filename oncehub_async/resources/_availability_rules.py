"""The rules for working hours that the vendor documents, checked before a request is spent.

What the service added to what it answered goes back to it: whoever changes one day leaves the rest.

Source: https://help.oncehub.com/developers/api/#tag/users/PATCH/users/{id}/scheduling-availability
"""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any, TypeVar

from .._ground import checks, choice
from ..errors import InvalidParameterError
from ..models import (
    AvailabilityLocation,
    AvailabilityLocationType,
    DateOverride,
    WorkingDay,
    WorkingHours,
)

T = TypeVar("T")

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_TIME_OF_DAY = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|24:00")


def weekly_body(days: Sequence[WorkingDay]) -> list[dict[str, Any]]:
    """The body's `weekly`; each day that is named is replaced as a whole."""
    days = _all_of(WorkingDay, days, "weekly")
    _once("weekly", (day.day for day in days))
    result = []
    for day in days:
        choice(day.day, DAYS, "weekly.day")
        if day.working_hours is None:
            raise InvalidParameterError(
                "weekly.working_hours", "is None; pass () to clear the day's hours"
            )
        hours = _hours_body(day.working_hours, "weekly.working_hours")
        result.append({**day.unknown_fields, "day": day.day, "working_hours": hours})
    return result


def overrides_body(
    overrides: Sequence[DateOverride], today: Callable[[], date] | None = None
) -> list[dict[str, Any]]:
    """The body's `overrides`; each date that is named is replaced as a whole."""
    overrides = _all_of(DateOverride, overrides, "overrides")
    _once("overrides", (override.date for override in overrides))
    # Somewhere on earth it is still yesterday; the user's own time zone isn't known here.
    earliest = (today or _today)() - timedelta(days=1)
    result = []
    for override in overrides:
        if override.date is None or isinstance(override.date, datetime):
            raise InvalidParameterError("overrides.date", "expected a date")
        if override.date < earliest:
            raise InvalidParameterError("overrides.date", "cannot be in the past")
        hours = override.working_hours
        body = None if hours is None else _hours_body(hours, "overrides.working_hours")
        known = {"date": override.date.isoformat(), "working_hours": body}
        result.append({**override.unknown_fields, **known})
    return result


def _today() -> date:
    return datetime.now(UTC).date()


def _hours_body(spans: Sequence[WorkingHours], param: str) -> list[dict[str, Any]]:
    spans = _all_of(WorkingHours, spans, param)
    for span in spans:
        _time_of_day(span.start_time, f"{param}.start_time")
        _time_of_day(span.end_time, f"{param}.end_time")
        if str(span.end_time) <= str(span.start_time):
            raise InvalidParameterError(f"{param}.end_time", "has to be after start_time")
    in_order = sorted(spans, key=lambda span: str(span.start_time))
    for earlier, later in pairwise(in_order):
        if str(later.start_time) < str(earlier.end_time):
            raise InvalidParameterError(
                param, f"'{later.start_time}-{later.end_time}' overlaps another span of that day"
            )
    return [
        {
            **span.unknown_fields,
            "start_time": span.start_time,
            "end_time": span.end_time,
            "locations": _locations_body(span.locations or (), f"{param}.locations"),
        }
        for span in spans
    ]


def _time_of_day(value: object, param: str) -> None:
    if not isinstance(value, str) or not _TIME_OF_DAY.fullmatch(value):
        raise InvalidParameterError(param, "expected a time of day as 'HH:MM'")
    if int(value[3:]) % 15:
        raise InvalidParameterError(param, f"'{value}' is not a multiple of 15 minutes")


def _locations_body(locations: Sequence[AvailabilityLocation], param: str) -> list[dict[str, Any]]:
    locations = _all_of(AvailabilityLocation, locations, param)
    kinds = [
        checks.documented(
            checks.required_text(each.type, f"{param}.type"),
            AvailabilityLocationType,
            f"{param}.type",
        )
        for each in locations
    ]
    _once(f"{param}.type", kinds)
    online = {
        AvailabilityLocationType.ONLINE_DYNAMIC_LINK,
        AvailabilityLocationType.ONLINE_STATIC_LINK,
    }
    if online <= set(kinds):
        raise InvalidParameterError(
            param, "online_dynamic_link and online_static_link exclude each other in one span"
        )
    for each in locations:
        if each.type == AvailabilityLocationType.IN_PERSON_BY_HOST and not each.id:
            raise InvalidParameterError(f"{param}.id", "in_person_by_host needs the address's id")
        if each.type == AvailabilityLocationType.ONLINE_STATIC_LINK and not each.value:
            raise InvalidParameterError(f"{param}.value", "online_static_link needs the URL")
    return [_location_body(each) for each in locations]


def _location_body(location: AvailabilityLocation) -> dict[str, Any]:
    # An answer's locations hold a value for dynamic links too, which may be sent back; a null
    # id, which answers hold as well, is not of the documented type.
    fields = {"type": location.type, "id": location.id, "value": location.value}
    known = {name: value for name, value in fields.items() if value is not None}
    return {**location.unknown_fields, **known}


def _all_of(cls: type[T], values: object, param: str) -> list[T]:
    each_one = checks.several(values, param, cls.__name__)
    for value in each_one:
        if not isinstance(value, cls):
            raise InvalidParameterError(
                param, f"expected {cls.__name__}, got {type(value).__name__}"
            )
    return each_one


def _once(param: str, values: Iterable[object]) -> None:
    seen: set[object] = set()
    for value in values:
        if value in seen:
            raise InvalidParameterError(param, f"'{value}' is there twice")
        seen.add(value)

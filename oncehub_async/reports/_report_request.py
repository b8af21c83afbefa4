"""What is asked of a report, checked: the days, the time zone, the filters."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

import attrs

from .._ground import (
    did_you_mean,
    in_utc,
    is_time_zone,
    likely_word,
    read_as_written,
    read_date,
)
from ..errors import InvalidParameterError

_UNHELD = re.compile("[\x00\ud800-\udfff]")


class ReportName(StrEnum):
    """What there is to be reported."""

    ACTIVITY = "activity"
    CALENDARS = "calendars"
    PAGES = "pages"
    MASTER_PAGES = "master-pages"
    EVENT_TYPES = "event-types"
    USERS = "users"
    CUSTOMERS = "customers"
    SOURCES = "sources"
    LEAD_TIME = "lead-time"
    HOURS = "hours"
    CANCELLATIONS = "cancellations"
    DETAIL = "detail"
    ACCOUNT = "account"


class By(StrEnum):
    """Which time of a booking counts."""

    MEETING = "meeting"
    """When the meeting begins; bookings that are only requested are left out then."""
    CREATION = "creation"
    """When it was booked."""


class Per(StrEnum):
    """How long a row of the activity lasts, in the report's time zone; weeks begin on Mondays."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"


FILTERS: Mapping[str, tuple[str, ...]] = {
    "status": ("status",),
    "owner": ("owner_id", "owner_name"),
    "host": ("host_id", "host_name"),
    "calendar": ("booking_calendar_id", "booking_calendar_name"),
    "page": ("booking_page_id", "booking_page_name"),
    "master_page": ("master_page_id", "master_page_name"),
    "event_type": ("event_type_id", "event_type_name"),
    "customer_email": ("customer_email",),
    "utm_source": ("utm_source",),
    "utm_medium": ("utm_medium",),
    "utm_campaign": ("utm_campaign",),
    "utm_term": ("utm_term",),
    "utm_content": ("utm_content",),
}
"""By what bookings can be chosen, and the columns of `booking_facts` that are compared."""

NONE = "none"
"""The value of a filter that stands for those without one."""


@attrs.frozen
class ReportRequest:
    """A report, of which bookings."""

    name: ReportName
    by: By = By.MEETING
    per: Per = Per.MONTH
    since: datetime | None = None
    """Only bookings at this time or later."""
    until: datetime | None = None
    """Only bookings before this time."""
    tz: str = "UTC"
    """The time zone of the business: its days, weeks and hours."""
    filters: Mapping[str, tuple[str, ...]] = attrs.Factory(dict)
    now: datetime = attrs.Factory(lambda: datetime.now(UTC))
    """What is past."""


def report_request(
    name: str,
    *,
    by: str | None = None,
    per: str = Per.MONTH,
    since: datetime | date | str | None = None,
    until: datetime | date | str | None = None,
    tz: str = "UTC",
    filters: Mapping[str, str] | None = None,
    now: datetime | None = None,
) -> ReportRequest:
    """Check what was asked. Days without a time are the business's own, in `tz`.

    `until` is not included. A filter's value is an id or a name; several stand side by side with
    commas, and "none" is for those without one. Raises `InvalidParameterError`.
    """
    if not is_time_zone(tz):
        raise InvalidParameterError("tz", f"there is no time zone '{tz}'; such as Europe/Berlin")
    begin, end = _moment(since, "since", tz), _moment(until, "until", tz)
    if begin is not None and end is not None and begin >= end:
        raise InvalidParameterError("since", "has to be earlier than until")
    return ReportRequest(
        name=ReportName(_one_of("report", name.replace("_", "-"), ReportName)),
        by=By(_one_of("by", by or By.MEETING, By)),
        per=Per(_one_of("per", per, Per)),
        since=begin,
        until=end,
        tz=tz,
        filters=_filters(filters or {}),
        now=now or datetime.now(UTC),
    )


def _one_of(param: str, value: str, known: type[StrEnum]) -> str:
    names = [each.value for each in known]
    if value not in names:
        hint = did_you_mean(value, names)
        raise InvalidParameterError(param, f"there is none called '{value}'; {hint}")
    return value


def _moment(given: datetime | date | str | None, param: str, tz: str) -> datetime | None:
    if given is None:
        return None
    value: date = given if isinstance(given, date) else _written(given, param)
    zone = ZoneInfo(tz)
    if not isinstance(value, datetime):
        value = datetime.combine(value, time(), zone)
    elif value.tzinfo is None:
        value = value.replace(tzinfo=zone)
    moment = in_utc(value)
    if moment is None:
        raise InvalidParameterError(param, "is too near to the ends of time")
    return moment


def _written(text: str, param: str) -> date:
    found = read_date(text) or read_as_written(text)
    if found is None:
        raise InvalidParameterError(
            param, f"'{text}' is no date; expected 2026-10-31 or 2026-10-31T08:00"
        )
    return found


def _filters(given: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    found = {}
    for key, value in given.items():
        name = key.replace("-", "_")
        if name not in FILTERS:
            likely = likely_word(name, FILTERS)
            hint = f"did you mean {likely}? " if likely else ""
            raise InvalidParameterError(
                "filter", f"there is none called '{key}'; {hint}(there are: {', '.join(FILTERS)})"
            )
        values = tuple(each.strip() for each in value.split(",") if each.strip())
        if not values:
            raise InvalidParameterError("filter", f"{name} needs a value")
        if _UNHELD.search(value):
            raise InvalidParameterError(
                "filter", f"{name} has a character that is in no database's text; leave it out"
            )
        found[name] = values
    return found


def days_of(start: date, per: Per) -> tuple[date, date]:
    """The first day of the span of time that holds a day, and the first one after it."""
    if per is Per.DAY:
        return start, start + timedelta(days=1)
    if per is Per.WEEK:
        monday = start - timedelta(days=start.weekday())
        return monday, monday + timedelta(days=7)
    months = 1 if per is Per.MONTH else 3
    first = start.replace(month=(start.month - 1) // months * months + 1, day=1)
    return first, (first + timedelta(days=31 * months)).replace(day=1)

"""The detail report: a row for each booking, as the vendor's detail list has it."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from zoneinfo import ZoneInfo

from ..sync import Reader, table_of
from ._report_model import ReportColumn, ReportTable, Shows
from ._report_queries import Counted, detail

# The columns of the vendor's detail report that the API's fields can give.
_COLUMNS: tuple[tuple[str, str, Shows], ...] = (
    ("booking_id", "Booking", Shows.TEXT),
    ("tracking_id", "Tracking id", Shows.TEXT),
    ("status", "Status", Shows.TEXT),
    ("in_trash", "In trash", Shows.YES_NO),
    ("subject", "Subject", Shows.TEXT),
    ("starting_time", "Start", Shows.TIME),
    ("ending_time", "End", Shows.TIME),
    ("duration_minutes", "Minutes", Shows.NUMBER),
    ("customer_timezone", "Customer's time zone", Shows.TEXT),
    ("customer_name", "Customer", Shows.TEXT),
    ("customer_email", "Email", Shows.TEXT),
    ("customer_company", "Company", Shows.TEXT),
    ("customer_phone", "Phone", Shows.TEXT),
    ("customer_mobile_phone", "Mobile phone", Shows.TEXT),
    ("customer_note", "Note", Shows.TEXT),
    ("owner_name", "Owner", Shows.TEXT),
    ("host_name", "Host", Shows.TEXT),
    ("booking_calendar_name", "Booking calendar", Shows.TEXT),
    ("booking_page_name", "Booking page", Shows.TEXT),
    ("booking_page_label", "Label", Shows.TEXT),
    ("master_page_name", "Master page", Shows.TEXT),
    ("event_type_name", "Event type", Shows.TEXT),
    ("location_description", "Location", Shows.TEXT),
    ("conference_url", "Conference", Shows.TEXT),
    ("creation_time", "Booked", Shows.TIME),
    ("last_updated_time", "Last updated", Shows.TIME),
    ("canceled_by", "Canceled or rescheduled by", Shows.TEXT),
    ("cancellation_reason", "Why", Shows.TEXT),
    ("rescheduled_booking_id", "In place of", Shows.TEXT),
    ("amount_charged", "Amount", Shows.NUMBER),
    ("currency", "Currency", Shows.TEXT),
    ("utm_source", "utm_source", Shows.TEXT),
    ("utm_medium", "utm_medium", Shows.TEXT),
    ("utm_campaign", "utm_campaign", Shows.TEXT),
    ("utm_term", "utm_term", Shows.TEXT),
    ("utm_content", "utm_content", Shows.TEXT),
)


async def detail_table(reader: Reader, counted: Counted) -> ReportTable:
    """The bookings, with a column for each custom field."""
    custom = await _custom_columns(reader)
    names = [name for name, _, _ in _COLUMNS]
    query = detail(counted, names, custom)
    columns = [ReportColumn(*each) for each in _COLUMNS]
    columns += [ReportColumn(each, each.removeprefix("custom_"), Shows.TEXT) for each in custom]
    rows = await reader.fetch(query.sql, *query.arguments)
    zone = ZoneInfo(counted.request.tz)
    times = [number for number, each in enumerate(columns) if each.shows is Shows.TIME]
    return ReportTable(
        "detail", "Bookings", tuple(columns), [_in(zone, row, times) for row in rows]
    )


def _in(zone: ZoneInfo, row: tuple[Any, ...], times: Sequence[int]) -> tuple[Any, ...]:
    """The row with its times as they are in the report's zone."""
    cells = list(row)
    for number in times:
        # At the ends of time there is no such time in other zones.
        with suppress(OverflowError):
            cells[number] = None if cells[number] is None else cells[number].astimezone(zone)
    return tuple(cells)


async def _custom_columns(reader: Reader) -> list[str]:
    """The columns of `bookings_wide` that are made of custom fields."""
    rows = await reader.fetch(reader.dialect.columns, "bookings_wide")
    known = table_of("bookings").names
    return [name for (name,) in rows if name.startswith("custom_") and name not in known]

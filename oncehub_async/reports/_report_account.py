"""The report on the account itself: people, teams, calendars and pages, and their state."""

from datetime import datetime

from ..sync import Reader, table_of
from ._report_model import ReportColumn, ReportTable, Shows

_ID = ("id", "Id", Shows.TEXT)
_NAME = ("name", "Name", Shows.TEXT)
_MINOR = {"id": 1, "email": 2, "label": 2}
_TABLES: tuple[tuple[str, str, tuple[tuple[str, str, Shows], ...], str], ...] = (
    (
        "users",
        "Users",
        (
            _ID,
            ("first_name", "First name", Shows.TEXT),
            ("last_name", "Last name", Shows.TEXT),
            ("email", "Email", Shows.TEXT),
            ("role_name", "Role", Shows.TEXT),
            ("status", "Status", Shows.TEXT),
        ),
        "owner",
    ),
    ("teams", "Teams", (_ID, _NAME), ""),
    (
        "booking_calendars",
        "Booking calendars",
        (_ID, _NAME, ("published", "Published", Shows.YES_NO)),
        "booking_calendar",
    ),
    (
        "booking_pages",
        "Booking pages",
        (_ID, _NAME, ("label", "Label", Shows.TEXT), ("active", "Active", Shows.YES_NO)),
        "booking_page",
    ),
    (
        "master_pages",
        "Master pages",
        (_ID, _NAME, ("label", "Label", Shows.TEXT), ("active", "Active", Shows.YES_NO)),
        "master_page",
    ),
    ("event_types", "Event types", (_ID, _NAME), "event_type"),
)


def account_columns() -> frozenset[str]:
    """The columns of the database that are shown, such as `users.email`."""
    return frozenset(f"{name}.{column}" for name, _, shown, _ in _TABLES for column, _, _ in shown)


async def account_tables(reader: Reader, now: datetime) -> list[ReportTable]:
    """A table for each kind of object that bookings belong to, the deleted ones last."""
    tables = []
    for name, title, shown, booked in _TABLES:
        known = table_of(name).names
        columns = [each for each in shown if each[0] in known]
        rows = await reader.fetch(_query(reader, name, columns, booked), *([now] if booked else []))
        more = (
            ReportColumn("deleted", "Deleted", Shows.YES_NO),
            ReportColumn("upcoming", "Upcoming bookings"),
            ReportColumn("bookings", "Bookings", bars=True),
        )
        told = (ReportColumn(*each, minor=_MINOR.get(each[0], 0)) for each in columns)
        tables.append(ReportTable(name, title, (*told, *more), rows))
    return tables


def _query(reader: Reader, name: str, columns: list[tuple[str, str, Shows]], booked: str) -> str:
    selected = ", ".join(f't."{each[0]}"' for each in columns)
    table, bookings = reader.dialect.table(name), reader.dialect.table("bookings")
    if not booked:
        return f"SELECT {selected}, t._deleted, 0, 0 FROM {table} AS t ORDER BY t._deleted, t.id"
    return (
        f"SELECT {selected}, t._deleted, COALESCE(b.upcoming, 0), COALESCE(b.total, 0) "
        f'FROM {table} AS t LEFT JOIN (SELECT "{booked}" AS booked, COUNT(*) AS total, '
        "COUNT(*) FILTER (WHERE starting_time >= $1 AND status IN ('scheduled', 'rescheduled')) "
        f"AS upcoming FROM {bookings} WHERE NOT _deleted GROUP BY 1) AS b ON b.booked = t.id "
        "ORDER BY t._deleted, t.id"
    )

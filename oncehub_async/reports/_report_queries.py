"""The SQL of the reports, which both databases understand.

What counts, in every report (docs/reports.md): bookings that aren't deleted for good, those in the
trash among them; of a booking that was rescheduled by a new one, only the new one; by meeting time,
not those that are only requested.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import attrs

from .._ground import date_text, read_date, text_in_minutes
from ..sync import Dialect
from ._report_request import FILTERS, NONE, By, Per, ReportName, ReportRequest, days_of

STATUSES = ("requested", "scheduled", "rescheduled", "completed", "no_show", "canceled")
_TIMES = {By.MEETING: "starting_time", By.CREATION: "creation_time"}
_EARLIEST, _LATEST = "1900-01-01", "2200-01-01"
"""Outside of these years a time is a slip, and no database shows it in every time zone."""
_NO_ABBREVIATIONS = {
    "CET": "Europe/Brussels",
    "EET": "Europe/Athens",
    "MET": "Europe/Brussels",
    "WET": "Europe/Lisbon",
}
"""What the IANA has these for; PostgreSQL takes them for its abbreviations, without summer time."""
_MOST_DAYS = 20 * 366
"""Over more days than that, those without a booking are left out."""


@attrs.frozen
class Query:
    """A query and its arguments."""

    sql: str
    arguments: tuple[Any, ...]


class Arguments:
    """The arguments of a query, each with its place."""

    def __init__(self) -> None:
        self.values: list[Any] = []

    def place(self, value: Any) -> str:
        """Where the value stands in the SQL."""
        self.values.append(value)
        return f"${len(self.values)}"


def quoted_text(text: str) -> str:
    """A text as SQL has it."""
    return "'" + text.replace("'", "''") + "'"


@attrs.frozen
class Counted:
    """The bookings that a report counts, as SQL: `WITH counted AS (...)`."""

    dialect: Dialect
    request: ReportRequest

    def query(self, select: str, *, more: str = "") -> Query:
        """A query over `counted`, which has `local_time`: in the report's zone, without one."""
        arguments = Arguments()
        return Query(
            f"WITH counted AS ({self._bookings(arguments)} {more}) {select}",
            tuple(arguments.values),
        )

    def unreadable(self) -> Query:
        """How many bookings have no time by which they could be counted."""
        arguments = Arguments()
        conditions = [*self._universe(), *self._chosen(arguments), f"NOT {self._readable()}"]
        return Query(
            f"SELECT COUNT(*) FROM {self._facts} AS f WHERE {' AND '.join(conditions)}",
            tuple(arguments.values),
        )

    @property
    def _facts(self) -> str:
        return self.dialect.table("booking_facts")

    @property
    def _time(self) -> str:
        return f"f.{_TIMES[self.request.by]}"

    def _readable(self) -> str:
        return (
            f"COALESCE({self._time} >= TIMESTAMPTZ '{_EARLIEST} 00:00:00+00' "
            f"AND {self._time} < TIMESTAMPTZ '{_LATEST} 00:00:00+00', false)"
        )

    def _universe(self) -> list[str]:
        bookings = self.dialect.table("bookings")
        conditions = [
            "NOT f.deleted",
            f"f.booking_id NOT IN (SELECT n.rescheduled_booking_id FROM {bookings} AS n "
            "WHERE n.rescheduled_booking_id IS NOT NULL AND NOT n._deleted "
            "AND n.rescheduled_booking_id <> n.id)",
        ]
        if self.request.by is By.MEETING:
            conditions.append("f.status IS DISTINCT FROM 'requested'")
        return conditions

    def _chosen(self, arguments: Arguments) -> list[str]:
        conditions = []
        for name, values in self.request.filters.items():
            alternatives = []
            for value in values:
                place = arguments.place(value)
                columns = FILTERS[name]
                if value.casefold() == NONE:
                    alternatives.append(f"(f.{columns[0]} IS NULL AND {place} <> '')")
                alternatives += [f"lower(f.{each}) = lower({place})" for each in columns]
            conditions.append(f"({' OR '.join(alternatives)})")
        return conditions

    def _bookings(self, arguments: Arguments) -> str:
        request = self.request
        now = arguments.place(request.now)
        conditions = [*self._universe(), *self._chosen(arguments), self._readable()]
        if request.since is not None:
            conditions.append(f"{self._time} >= {arguments.place(request.since)}")
        if request.until is not None:
            conditions.append(f"{self._time} < {arguments.place(request.until)}")
        zone = quoted_text(_NO_ABBREVIATIONS.get(request.tz, request.tz))
        return (
            f"SELECT f.*, {self._time} AT TIME ZONE {zone} AS local_time, "
            f"COALESCE(f.starting_time < {now}, false) AS past "
            f"FROM {self._facts} AS f WHERE {' AND '.join(conditions)}"
        )


COUNTS = ", ".join(
    [
        *(f"COUNT(*) FILTER (WHERE status = '{each}') AS {each}" for each in STATUSES),
        "COUNT(*) AS total",
        "COUNT(*) FILTER (WHERE in_trash) AS in_trash",
        "COUNT(*) FILTER (WHERE past AND status = 'completed') AS shown",
        "COUNT(*) FILTER (WHERE past AND status = 'no_show') AS missed",
    ]
)
"""A count for each status, and what the rates are made of."""


def activity(counted: Counted) -> Query:
    """A row for each day, week, month or quarter in which there is a booking."""
    per = counted.request.per.value
    start = f"CAST(CAST(date_trunc('{per}', local_time) AS DATE) AS VARCHAR)"
    return counted.query(f"SELECT {start} AS start, {COUNTS} FROM counted GROUP BY 1 ORDER BY 1")


GROUPS = {
    ReportName.CALENDARS: (("booking_calendar_id",), ("booking_calendar_name",)),
    ReportName.PAGES: (("booking_page_id",), ("booking_page_name", "booking_page_label")),
    ReportName.MASTER_PAGES: (("master_page_id",), ("master_page_name",)),
    ReportName.EVENT_TYPES: (("event_type_id",), ("event_type_name",)),
    ReportName.USERS: (("owner_id",), ("owner_name",)),
    ReportName.CUSTOMERS: (("lower(customer_email)", "customer_name"), ("customer_company",)),
    ReportName.SOURCES: (("utm_source", "utm_medium", "utm_campaign"), ()),
}
"""By what the summaries group, and what else of a group they tell."""


def summary(counted: Counted) -> Query:
    """A row for each group, the greatest first; a group of their own for those without one."""
    keys, told = GROUPS[counted.request.name]
    columns = ", ".join([*keys, *(f"MAX({each})" for each in told)])
    numbers = ", ".join(str(number + 1) for number in range(len(keys)))
    order = f"total DESC, {', '.join(f'{number + 1} NULLS LAST' for number in range(len(keys)))}"
    return counted.query(
        f"SELECT {columns}, {COUNTS} FROM counted GROUP BY {numbers} ORDER BY {order}"
    )


LEAD_TIMES: Sequence[tuple[str, float | None]] = (
    ("after the meeting began", 0.0),
    ("less than 1 hour", 1.0),
    ("1 to 4 hours", 4.0),
    ("4 to 24 hours", 24.0),
    ("1 to 2 days", 48.0),
    ("2 to 7 days", 168.0),
    ("1 to 2 weeks", 336.0),
    ("2 to 4 weeks", 672.0),
    ("4 weeks or more", None),
)
"""How long before the meeting it was booked, and the hours below which that is."""


def lead_time(counted: Counted) -> Query:
    """A row for each span that occurs, by its number."""
    cases = " ".join(
        f"WHEN lead_time_hours < {hours} THEN {number}"
        for number, (_, hours) in enumerate(LEAD_TIMES)
        if hours is not None
    )
    span = f"CASE {cases} ELSE {len(LEAD_TIMES) - 1} END"
    return counted.query(
        f"SELECT {span} AS span, {COUNTS} FROM counted GROUP BY 1 ORDER BY 1",
        more="AND f.lead_time_hours IS NOT NULL",
    )


def lead_time_middle(counted: Counted) -> Query:
    """The median and the quartiles, in hours."""
    parts = ", ".join(
        f"percentile_cont({part}) WITHIN GROUP (ORDER BY lead_time_hours)"
        for part in (0.25, 0.5, 0.75)
    )
    return counted.query(f"SELECT {parts} FROM counted", more="AND f.lead_time_hours IS NOT NULL")


def hours(counted: Counted) -> Query:
    """How many bookings there are in each hour of each weekday (1 is Monday)."""
    return counted.query(
        "SELECT CAST(EXTRACT(ISODOW FROM local_time) AS INTEGER), "
        "CAST(EXTRACT(HOUR FROM local_time) AS INTEGER), COUNT(*) "
        "FROM counted GROUP BY 1, 2"
    )


def hosts(counted: Counted) -> Query:
    """For each host and hour of a weekday, how many meetings took place or are to."""
    return counted.query(
        "SELECT COALESCE(host_id, owner_id), MAX(COALESCE(host_name, owner_name)), "
        "CAST(EXTRACT(ISODOW FROM local_time) AS INTEGER), "
        "CAST(EXTRACT(HOUR FROM local_time) AS INTEGER), COUNT(*), "
        "SUM(CASE WHEN duration_minutes BETWEEN 0 AND 44640 THEN duration_minutes END) "
        "FROM counted WHERE status IN ('scheduled', 'rescheduled', 'completed', 'no_show') "
        "GROUP BY 1, 3, 4"
    )


def span(counted: Counted) -> Query:
    """The first and the last day, as texts."""
    return counted.query(
        "SELECT CAST(CAST(MIN(local_time) AS DATE) AS VARCHAR), "
        "CAST(CAST(MAX(local_time) AS DATE) AS VARCHAR) FROM counted"
    )


def cancellations(counted: Counted) -> Query:
    """By whom and why bookings were canceled or rescheduled."""
    return counted.query(
        "SELECT canceled_by, NULLIF(TRIM(cancellation_reason), ''), "
        "COUNT(*) FILTER (WHERE status = 'canceled'), "
        "COUNT(*) FILTER (WHERE status = 'rescheduled'), COUNT(*) AS total "
        "FROM counted WHERE status IN ('canceled', 'rescheduled') "
        "GROUP BY 1, 2 ORDER BY total DESC, 1 NULLS LAST, 2 NULLS LAST"
    )


def detail(counted: Counted, columns: Sequence[str], custom: Sequence[str]) -> Query:
    """A row for each booking, the latest first, with its custom fields."""
    wide = counted.dialect.table("bookings_wide")
    fields = ", ".join([f"counted.{each}" for each in columns] + [f'w."{each}"' for each in custom])
    join = f"LEFT JOIN {wide} AS w ON w.id = counted.booking_id" if custom else ""
    time = _TIMES[counted.request.by]
    return counted.query(f"SELECT {fields} FROM counted {join} ORDER BY counted.{time} DESC, 1")


def periods(starts: Sequence[str], per: Per) -> list[str]:
    """All first days between the first and the last one, those without a booking as well."""
    if not starts:
        return []
    day, last = read_date(starts[0]), read_date(starts[-1])
    if day is None or last is None:
        return list(starts)
    if (last - day).days > _MOST_DAYS:
        return list(starts)  # one of them is a slip
    found = []
    while day <= last:
        found.append(date_text(day))
        day = days_of(day, per)[1]
    return found


def weeks_between(first: str | None, last: str | None) -> float:
    """How many weeks there are from the first day to the last one, at least one."""
    begin, end = read_date(first), read_date(last)
    if begin is None or end is None:
        return 1.0
    return max(1.0, (end - begin) / timedelta(days=7))


def shown_time(time: datetime | None) -> str:
    """A bound of the report, for people."""
    return "" if time is None else text_in_minutes(time)

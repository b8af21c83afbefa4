"""Makes a report: asks the database, and puts what it answers into tables."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from .._ground import read_date
from ..sync import ObjectState, Reader, blocked_columns, read_states, reading
from . import _report_queries as queries
from ._report_account import account_columns, account_tables
from ._report_blocked import columns_asked, note_of_blocked
from ._report_detail import detail_table
from ._report_model import Report, ReportColumn, ReportTable, Shows
from ._report_queries import Counted, shown_time
from ._report_request import By, Per, ReportName, ReportRequest, report_request

_TITLES = {
    ReportName.ACTIVITY: "Bookings over time",
    ReportName.CALENDARS: "Bookings by booking calendar",
    ReportName.PAGES: "Bookings by booking page",
    ReportName.MASTER_PAGES: "Bookings by master page",
    ReportName.EVENT_TYPES: "Bookings by event type",
    ReportName.USERS: "Bookings by owner",
    ReportName.CUSTOMERS: "Bookings by customer",
    ReportName.SOURCES: "Where bookings come from",
    ReportName.LEAD_TIME: "How long before the meeting it was booked",
    ReportName.HOURS: "Bookings by weekday and hour",
    ReportName.CANCELLATIONS: "Why bookings were canceled or rescheduled",
    ReportName.DETAIL: "Bookings",
    ReportName.ACCOUNT: "What the account consists of",
}
_WITHOUT = {
    ReportName.CALENDARS: "no booking calendar",
    ReportName.PAGES: "no booking page",
    ReportName.MASTER_PAGES: "no master page",
    ReportName.EVENT_TYPES: "no event type",
    ReportName.USERS: "no owner",
}
_GROUP_COLUMNS: Mapping[ReportName, tuple[ReportColumn, ...]] = {
    ReportName.CUSTOMERS: (
        ReportColumn("email", "Email", Shows.TEXT),
        ReportColumn("name", "Name", Shows.TEXT, minor=2),
        ReportColumn("company", "Company", Shows.TEXT, minor=1),
    ),
    ReportName.SOURCES: (
        ReportColumn("utm_source", "Source", Shows.TEXT),
        ReportColumn("utm_medium", "Medium", Shows.TEXT),
        ReportColumn("utm_campaign", "Campaign", Shows.TEXT),
    ),
    ReportName.PAGES: (
        ReportColumn("id", "Id", Shows.TEXT, minor=1),
        ReportColumn("name", "Name", Shows.TEXT),
        ReportColumn("label", "Label", Shows.TEXT, minor=1),
    ),
}
_ID_AND_NAME = (
    ReportColumn("id", "Id", Shows.TEXT, minor=1),
    ReportColumn("name", "Name", Shows.TEXT),
)
# The rates tell much of what the others do.
_MINOR_STATUSES = {"no_show": 2, "canceled": 2, "completed": 3}
_COUNT_COLUMNS = (
    ReportColumn("total", "Bookings", bars=True),
    *(
        ReportColumn(each, each.replace("_", "-").capitalize(), minor=_MINOR_STATUSES.get(each, 1))
        for each in queries.STATUSES
    ),
    ReportColumn("in_trash", "In trash", minor=1),
    ReportColumn("show_rate", "Show rate", Shows.SHARE),
    ReportColumn("cancellation_rate", "Cancellation rate", Shows.SHARE),
)
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


async def report(
    database: str | Path,
    name: str,
    *,
    schema: str | None = None,
    by: str | None = None,
    per: str = Per.MONTH,
    since: datetime | date | str | None = None,
    until: datetime | date | str | None = None,
    tz: str = "UTC",
    filters: Mapping[str, str] | None = None,
    now: datetime | None = None,
) -> Report:
    """A report on a synced database, without a request to OnceHub.

    - `database`, `schema`: what `sync` was given.
    - `name`: activity, calendars, pages, master-pages, event-types, users, customers, sources,
      lead-time, hours, cancellations, detail or account.
    - `by`: "meeting" (the time of the meeting; requested bookings are left out) or "creation".
    - `per`: how long a row of the activity lasts: "day", "week", "month" or "quarter".
    - `since`, `until` (not included): days of the business, or times.
    - `tz`: the business's time zone, by its IANA name; days and hours are those of there.
    - `filters`: such as {"owner": "Jane Doe", "utm_source": "none"}; ids or names, several with
      commas.
    - `now`: what is past, for the show rate; the present time.

    Raises `InvalidParameterError`, and `SyncError` where the database can't be read.
    """
    request = report_request(
        name, by=by, per=per, since=since, until=until, tz=tz, filters=filters, now=now
    )
    async with reading(database, schema=schema) as reader:
        return await _made(reader, request)


async def _made(reader: Reader, request: ReportRequest) -> Report:
    states = await read_states(reader)
    counted = Counted(reader.dialect, request)
    notes: list[str] = []
    if request.name is ReportName.ACCOUNT:
        tables = await account_tables(reader, request.now)
        asked = account_columns()
    else:
        asked = columns_asked(counted)
        tables = await _tables(reader, counted)
        (unreadable,) = (await _rows(reader, counted.unreadable()))[0]
        if unreadable:
            time = "meeting" if request.by is By.MEETING else "creation"
            notes.append(f"{unreadable:,} bookings have no {time} time and are not counted.")
    notes += note_of_blocked(await blocked_columns(reader) & asked)
    if request.by is By.MEETING:
        tables = [_without_requested(each) for each in tables]
    return Report(
        name=request.name.value,
        title=_TITLES[request.name],
        about=_about(request),
        tables=tuple(tables),
        notes=tuple(notes),
        incomplete=missing(states, request),
    )


async def _rows(reader: Reader, query: queries.Query) -> list[tuple[Any, ...]]:
    return await reader.fetch(query.sql, *query.arguments)


async def _tables(reader: Reader, counted: Counted) -> list[ReportTable]:
    name = counted.request.name
    if name is ReportName.ACTIVITY:
        return [_activity(await _rows(reader, queries.activity(counted)), counted.request)]
    if name is ReportName.LEAD_TIME:
        rows = await _rows(reader, queries.lead_time(counted))
        middle = await _rows(reader, queries.lead_time_middle(counted))
        return [_lead_time(rows), _middle(middle)]
    if name is ReportName.HOURS:
        days = await _rows(reader, queries.span(counted))
        weeks = queries.weeks_between(*days[0])
        matrix = _matrix(await _rows(reader, queries.hours(counted)))
        return [matrix, _capacity(await _rows(reader, queries.hosts(counted)), weeks)]
    if name is ReportName.CANCELLATIONS:
        return [_cancellations(await _rows(reader, queries.cancellations(counted)))]
    if name is ReportName.DETAIL:
        return [await detail_table(reader, counted)]
    return [_summary(await _rows(reader, queries.summary(counted)), name)]


def counts_of(row: Sequence[Any]) -> tuple[Any, ...]:
    """The columns of a summary from what `COUNTS` gives: the total first, and the rates."""
    statuses, (total, in_trash, shown, missed) = row[:-4], row[-4:]
    canceled = statuses[queries.STATUSES.index("canceled")]
    return (
        total,
        *statuses,
        in_trash,
        shown / (shown + missed) if shown + missed else None,
        canceled / total if total else None,
    )


def _without_requested(table: ReportTable) -> ReportTable:
    """By meeting none of them counts: a column of zeros would say that there are none."""
    keeps = [column.name != "requested" for column in table.columns]
    return table if all(keeps) else table.with_columns(keeps)


def _activity(rows: Iterable[tuple[Any, ...]], request: ReportRequest) -> ReportTable:
    found = {row[0]: row[1:] for row in rows}
    nothing = (0,) * (len(queries.STATUSES) + 4)
    starts = queries.periods(sorted(found), request.per)
    first = ReportColumn("start", f"{request.per.value.capitalize()} from", Shows.DAY)
    return ReportTable(
        "activity",
        f"Bookings per {request.per.value}",
        (first, *_COUNT_COLUMNS),
        [(read_date(each), *counts_of(found.get(each, nothing))) for each in starts],
    )


def _summary(rows: Iterable[tuple[Any, ...]], name: ReportName) -> ReportTable:
    columns = _GROUP_COLUMNS.get(name, _ID_AND_NAME)
    without = _WITHOUT.get(name)
    made = []
    for row in rows:
        group = list(row[: len(columns)])
        if without is not None and group[0] is None:
            group[1] = without
        made.append((*group, *counts_of(row[len(columns) :])))
    return ReportTable(name.value, _TITLES[name], (*columns, *_COUNT_COLUMNS), made)


def _lead_time(rows: Iterable[tuple[Any, ...]]) -> ReportTable:
    found = {row[0]: row[1:] for row in rows}
    nothing = (0,) * (len(queries.STATUSES) + 4)
    return ReportTable(
        "lead-time",
        _TITLES[ReportName.LEAD_TIME],
        (ReportColumn("booked", "Booked", Shows.TEXT), *_COUNT_COLUMNS),
        [
            (label, *counts_of(found.get(number, nothing)))
            for number, (label, _) in enumerate(queries.LEAD_TIMES)
        ],
    )


def _middle(rows: Sequence[tuple[Any, ...]]) -> ReportTable:
    return ReportTable(
        "lead-time-quartiles",
        "Half of all bookings are made less than the median before the meeting",
        (
            ReportColumn("lower_quartile", "Lower quartile, hours", Shows.HOURS),
            ReportColumn("median", "Median, hours", Shows.HOURS),
            ReportColumn("upper_quartile", "Upper quartile, hours", Shows.HOURS),
        ),
        rows,
    )


def _matrix(rows: Iterable[tuple[Any, ...]]) -> ReportTable:
    found = {(day, hour): count for day, hour, count in rows}
    return ReportTable(
        "hours",
        _TITLES[ReportName.HOURS],
        (
            ReportColumn("weekday", "Weekday", Shows.TEXT),
            *(ReportColumn(f"hour_{hour:02}", f"{hour:02}") for hour in range(24)),
        ),
        [
            (name, *(found.get((day, hour), 0) for hour in range(24)))
            for day, name in enumerate(_WEEKDAYS, start=1)
        ],
        is_matrix=True,
    )


def _capacity(rows: Iterable[tuple[Any, ...]], weeks: float) -> ReportTable:
    hosts: dict[Any, list[tuple[Any, ...]]] = defaultdict(list)
    for row in rows:
        hosts[row[0]].append(row)
    made = []
    for host, cells in hosts.items():
        busiest = max(cells, key=lambda cell: (cell[4], -cell[2], -cell[3]))
        meetings = sum(cell[4] for cell in cells)
        made.append(
            (
                host,
                next((cell[1] for cell in cells if cell[1]), None) or "no host",
                meetings,
                meetings / weeks,
                float(sum(cell[5] or 0 for cell in cells)) / 60 / weeks,
                f"{_WEEKDAYS[busiest[2] - 1]} {busiest[3]:02}:00",
                busiest[4] / weeks,
            )
        )
    made.sort(key=lambda row: (-row[2], str(row[0])))
    return ReportTable(
        "hosts",
        "How much of each host's week is taken",
        (
            *_ID_AND_NAME,
            ReportColumn("meetings", "Meetings", bars=True),
            ReportColumn("meetings_a_week", "A week", Shows.HOURS),
            ReportColumn("hours_a_week", "Hours a week", Shows.HOURS),
            ReportColumn("busiest_hour", "Busiest hour", Shows.TEXT),
            ReportColumn("meetings_then", "Meetings then, a week", Shows.HOURS),
        ),
        made,
    )


def _cancellations(rows: Iterable[tuple[Any, ...]]) -> ReportTable:
    return ReportTable(
        "cancellations",
        _TITLES[ReportName.CANCELLATIONS],
        (
            ReportColumn("by", "By", Shows.TEXT),
            ReportColumn("reason", "Reason", Shows.TEXT),
            ReportColumn("canceled", "Canceled"),
            ReportColumn("rescheduled", "Rescheduled"),
            ReportColumn("total", "Bookings", bars=True),
        ),
        [(by or "not told", reason or "no reason given", *more) for by, reason, *more in rows],
    )


def missing(states: Mapping[str, ObjectState], request: ReportRequest) -> str | None:
    """Why a report can't count all that it is about; nothing where it can."""
    bookings = states.get("bookings")
    if bookings is None or bookings.complete_up_to is None:
        return "no bookings were synced yet"
    if not bookings.available:
        return None
    told = []
    begin = bookings.complete_since if not bookings.complete else bookings.first_wanted
    covers_all = bookings.complete and bookings.first_wanted is None
    is_covered = (
        request.by is By.CREATION
        and begin is not None
        and request.since is not None
        and request.since >= begin
    )
    if not covers_all and not is_covered:
        since = "none of them is sure to be there" if begin is None else f"{shown_time(begin)} on"
        told.append(
            f"bookings are there from their creation at {since}"
            if begin is not None
            else f"bookings: {since}"
        )
    if bookings.error is not None:
        told.append(f"changes since {shown_time(bookings.complete_up_to)} are missing")
    others = sorted(
        name
        for name, state in states.items()
        if name != "bookings" and state.available and not state.complete
    )
    if request.name is ReportName.ACCOUNT and others:
        told.append(f"not all of {', '.join(others)} is there")
    return f"{'; '.join(told)}; run oncehub sync" if told else None


def _about(request: ReportRequest) -> str:
    if request.name is ReportName.ACCOUNT:
        return "All that the account has now."
    zone = ZoneInfo(request.tz)
    bounds = [
        f"{word} {shown_time(bound.astimezone(zone))}"
        for word, bound in (("from", request.since), ("until", request.until))
        if bound is not None
    ]
    chosen = [f"{name} is {' or '.join(values)}" for name, values in request.filters.items()]
    kind = "meeting" if request.by is By.MEETING else "creation"
    return ", ".join([f"By {kind} time in {request.tz}", *bounds, *chosen]) + "."

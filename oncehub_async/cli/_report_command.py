"""`oncehub report`: what a synced database says, for people and programs."""

import re
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo

from .._ground import checks, did_you_mean, is_time_zone, open_anew
from ..errors import InvalidParameterError
from ..models import BookingStatus
from ..reports import (
    Report,
    ReportTable,
    report_csv,
    report_html,
    report_json,
    table_of_report,
    write_report_parquet,
)
from ..reports import report as make_report
from ..sync import DEFAULT_DATABASE
from . import COMPLETE, FAILED
from ._drawn_report import drawn, narrowed
from ._moments import written_moment
from ._output import complain, note, say, say_document
from ._terminal_table import fits, say_table

_ID = re.compile(r"(?:usr|tm|bkc|bp|mp|et)-[a-z0-9]+", re.IGNORECASE)
_NAMES_A_ZONE = re.compile(r"(?i)\dz$|[+-]\d\d:?\d\d$")


class ReportFormat(StrEnum):
    """How a report is written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    HTML = "html"
    PARQUET = "parquet"


async def report(
    name: str,
    database: str = DEFAULT_DATABASE,
    /,
    *,
    by: str | None = None,
    per: str | None = None,
    since: str | None = None,
    until: str | None = None,
    tz: str = "UTC",
    filter: tuple[str, ...] = (),
    format: ReportFormat = ReportFormat.TABLE,
    table: str | None = None,
    out: Path | None = None,
    schema: str | None = None,
    strict: bool = False,
) -> int:
    """Report on a synced database: counts, rates and lists. Needs no key and no network.

    What counts, and how, stands in docs/reports.md. Exit codes: 0 done, 1 failed, or not complete
    with --strict, 2 wrong usage.

    For example: oncehub report activity --per week --tz Europe/Berlin, oncehub report users --since
    30d --filter status=completed,no_show, oncehub report hours postgresql://me@db.internal/crm
    --format html --out hours.html.

    Parameters
    ----------
    name
        activity, calendars, pages, master-pages, event-types, users, customers, sources,
        lead-time, hours, cancellations, detail or account.
    database
        What oncehub sync was given: a file, duckdb:///FILE or postgresql://...
    by
        meeting (bookings that are only requested are left out) or creation.
    per
        How long a row of the activity lasts: day, week, month (unless you say otherwise) or
        quarter.
    since
        Only bookings at this time or later, such as 2026-10-01, 2026-10-01T08:00, 2026-10, 30d or
        yesterday; in --tz where it names no zone.
    until
        Only bookings before this time, in the same notations.
    tz
        The time zone of the business, such as Europe/Berlin; its days and hours are those of there.
    filter
        NAME=VALUE, by id or name; several values with commas, "none" for those without one: status,
        owner, host, calendar, page, master_page, event_type, customer_email, utm_source,
        utm_medium, utm_campaign, utm_term, utm_content. Can be given several times.
    format
        table, csv, json, html or parquet.
    table
        For CSV and Parquet, which table of the report, where it has several.
    out
        The file to write; it is replaced.
    schema
        The schema in PostgreSQL, where it isn't "oncehub".
    strict
        Exit with 1 where not all that the report is about has been synced.
    """
    if per is not None and name != "activity":
        raise InvalidParameterError("per", "is for the report activity alone")
    if name == "account":
        _refuse_what_chooses_bookings(by=by, since=since, until=until, filter=filter)
    if out is None and format is ReportFormat.PARQUET:
        raise InvalidParameterError("out", "Parquet is written to a file: add --out FILE")
    if out is not None and format is ReportFormat.TABLE:
        raise InvalidParameterError("format", "a file is csv, json, html or parquet: add --format")
    out = None if out is None else checks.local_path(out, "out")
    made = await make_report(
        database,
        name,
        schema=schema,
        by=by,
        per=per or "month",
        since=_moment(since, "since", tz),
        until=_moment(until, "until", tz),
        tz=tz,
        filters=_filters(filter),
    )
    if out is not None:
        _write(made, format, table, out)
    elif format is ReportFormat.TABLE:
        _tell(made, table)
    else:
        say_document(_text(made, format, table).rstrip("\n"))
    if made.incomplete is None:
        return COMPLETE
    if format is not ReportFormat.TABLE:
        complain(f"NOT COMPLETE: {made.incomplete}")
    return FAILED if strict else COMPLETE


def _refuse_what_chooses_bookings(**options: object) -> None:
    """The report on the account tells what there is now, of all bookings how many."""
    for name, value in options.items():
        if value:
            raise InvalidParameterError(name, "chooses bookings; the report account has all")


def _moment(text: str | None, option: str, tz: str) -> datetime | None:
    """A time of the report's zone."""
    if text is None or not is_time_zone(tz):
        return None  # the report tells what is wrong with the zone
    zone = ZoneInfo(tz)
    moment = written_moment(text, option, datetime.now(zone))
    is_relative = moment.tzinfo is zone
    if is_relative or _NAMES_A_ZONE.search(text):
        return moment
    return moment.replace(tzinfo=zone)


def _write(made: Report, format: ReportFormat, table: str | None, out: Path) -> None:
    try:
        if format is ReportFormat.PARQUET:
            write_report_parquet(made, out, table)
        else:
            text = _text(made, format, table)
            with open_anew(out) as file:
                file.write(text.encode())
    except OSError as error:
        raise InvalidParameterError(
            "out", f"{out}: {error.strerror or type(error).__name__}"
        ) from None
    note(f"Written to {out}")


def _text(made: Report, format: ReportFormat, table: str | None) -> str:
    if format is ReportFormat.CSV:
        return report_csv(made, table)
    if format is ReportFormat.JSON:
        return report_json(made).decode() + "\n"
    return report_html(made)


def _tell(made: Report, chosen: str | None) -> None:
    # The first line, so that nobody takes a part for the whole.
    if made.incomplete is not None:
        say(f"NOT COMPLETE: {made.incomplete}")
    say(f"{made.title}. {made.about}")
    for each in made.notes:
        say(each)
    tables = made.tables if chosen is None else (table_of_report(made, chosen),)
    for table in tables:
        # Of several, the first may be called as the report is.
        say("", *([table.title] if len(tables) > 1 and table.title != made.title else []))
        _tell_table(table, "" if table is made.tables[0] else f" --table {table.name}")
        if not table.rows:
            say("Nothing.")


def _tell_table(table: ReportTable, option: str) -> None:
    """With what there is room for; the option is what gives it as a whole."""
    whole = drawn(table)
    narrow = None if fits(*whole) else narrowed(table)
    shown, left_out = narrow or (whole, [])
    say_table(*shown)
    if left_out:
        say(f"The terminal has no room for {', '.join(left_out)}; --format csv{option} has all.")


def _filters(given: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for text in given:
        # Several with commas in one option, as in status=completed,owner=Jane.
        for part in _parts(text):
            name, equals, value = part.partition("=")
            if not (name and equals and value):
                raise InvalidParameterError(
                    "filter", "expected NAME=VALUE, such as status=completed"
                )
            if name in found:
                raise InvalidParameterError("filter", f"'{name}' is given twice")
            for each in value.split(","):
                _refuse_slip(name, each.strip())
            found[name] = value
    return found


def _parts(text: str) -> list[str]:
    """The filters in a text: a comma begins a new one only where a name and "=" follow."""
    parts: list[str] = []
    for piece in text.split(","):
        if "=" in piece or not parts:
            parts.append(piece)
        else:
            parts[-1] += f",{piece}"
    return parts


def _refuse_slip(name: str, value: str) -> None:
    """A status that there isn't, or an id in small letters, would be a report on nothing."""
    if name == "status" and value not in (*BookingStatus, "none"):
        hint = did_you_mean(value, tuple(BookingStatus))
        raise InvalidParameterError("filter", f"'{value}' is no status; {hint}")
    if _ID.fullmatch(value) and value != value.upper():
        raise InvalidParameterError(
            "filter", f"{name}: ids are in capitals; did you mean {value.upper()}?"
        )

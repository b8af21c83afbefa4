"""The views that people and reports ask: SQL that is the same in both databases but for JSON."""

import re
from collections.abc import Iterable, Mapping, Sequence

from ._database import Dialect, literal, quoted
from ._tables import table_of

WIDE = "bookings_wide"
FACTS = "booking_facts"
_LONGEST_NAME = 55
"""Bytes; PostgreSQL cuts names at 63, and a number may have to follow."""
_MOST_FIELDS = 300


def column_names(custom_fields: Iterable[str]) -> dict[str, str]:
    """A column for each custom field, such as `custom_crm_id`.

    Whoever comes first keeps its column, whatever comes later; none has that of a booking's field.
    """
    names: dict[str, str] = {}
    taken = table_of("bookings").names
    for field in [*dict.fromkeys(custom_fields)][:_MOST_FIELDS]:
        words = re.sub(r"\W+", "_", field.casefold()).strip("_") or "unnamed"
        name = base = f"custom_{words}".encode()[:_LONGEST_NAME].decode("utf-8", "ignore")
        number = 2
        while name in names or name in taken:
            name, number = f"{base}_{number}", number + 1
        names[name] = field
    return names


def wide_view(
    dialect: Dialect, custom_fields: Iterable[str], there: Sequence[str] = ()
) -> list[str]:
    """All bookings' columns, and one for each custom field that occurs, as a text.

    The statements that make it, or take the place of the one that is `there` with these columns.
    """
    columns = {name: f"b.{quoted(name)}" for name in table_of("bookings").names}
    columns |= {
        name: f"COALESCE({_value(dialect, 'b.form_submission_custom_fields', field)}, "
        f"{_value(dialect, 'b.custom_fields', field)})"
        for name, field in column_names(custom_fields).items()
    }
    return _view(dialect, WIDE, columns, f"{dialect.table('bookings')} AS b", there)


def wide_view_without(
    dialect: Dialect, custom_fields: Sequence[str], others: Sequence[str], there: Sequence[str]
) -> list[str]:
    """The statements after which columns of that view are called after `others`, each in turn.

    The view stays in PostgreSQL, whose users' views hang on it; DuckDB's only ask for it by name.
    """
    if not there or dialect.name != "postgresql":
        return wide_view(dialect, others, there)
    renamed = {
        before: now
        for before, now in zip(column_names(custom_fields), column_names(others), strict=True)
        if before != now and before in there
    }
    view = dialect.table(WIDE)
    return [
        *(
            f"ALTER VIEW {view} RENAME COLUMN {quoted(before)} TO {quoted(now)}"
            for before, now in renamed.items()
        ),
        *wide_view(dialect, others, [renamed.get(each, each) for each in there]),
    ]


def _view(
    dialect: Dialect, name: str, columns: Mapping[str, str], source: str, there: Sequence[str]
) -> list[str]:
    """New columns come last, so that the view stays: others' views and rights hang on it."""
    stays = columns.keys() >= {*there}
    order = dict.fromkeys([*(there if stays else ()), *columns])
    selected = ", ".join(f"{columns[each]} AS {quoted(each)}" for each in order)
    view = dialect.table(name)
    drop = [] if stays else [f"DROP VIEW {view}"]
    return [*drop, f"CREATE OR REPLACE VIEW {view} AS SELECT {selected} FROM {source}"]


def _value(dialect: Dialect, json: str, field: str) -> str:
    return f"({dialect.custom_field.format(json=json, name=literal(field))})"


def _facts_columns() -> dict[str, str]:
    owner, host = _person("u", "b.owner"), _host()
    return {
        "booking_id": "b.id",
        "status": "b.status",
        "creation_time": "b.creation_time",
        "starting_time": "b.starting_time",
        "ending_time": (
            # Ten years at most, and not later than Python's last one: more would overflow.
            "CASE WHEN b.duration_minutes BETWEEN 0 AND 5256000 "
            "AND b.starting_time < TIMESTAMPTZ '9989-01-01 00:00:00+00' "
            "THEN b.starting_time + b.duration_minutes * INTERVAL '1 minute' END"
        ),
        "last_updated_time": "b.last_updated_time",
        "duration_minutes": "b.duration_minutes",
        "in_trash": "COALESCE(b.in_trash, false)",
        "deleted": "b._deleted",
        "subject": "b.subject",
        "owner_id": "b.owner",
        "owner_name": owner,
        "host_id": "bc.host",
        "host_name": host,
        "booking_calendar_id": "b.booking_calendar",
        "booking_calendar_name": _name("bc", "b.booking_calendar"),
        "booking_page_id": "b.booking_page",
        "booking_page_name": _name("bp", "b.booking_page"),
        "booking_page_label": "bp.label",
        "master_page_id": "b.master_page",
        "master_page_name": _name("mp", "b.master_page"),
        "event_type_id": "b.event_type",
        "event_type_name": _name("et", "b.event_type"),
        "contact_id": "b.contact",
        "customer_name": (
            "COALESCE(b.form_submission_name, "
            "NULLIF(TRIM(CONCAT_WS(' ', c.first_name, c.last_name)), ''))"
        ),
        "customer_email": "COALESCE(b.form_submission_email, c.email)",
        "customer_company": "COALESCE(b.form_submission_company, c.company)",
        "customer_phone": "COALESCE(b.form_submission_phone, c.phone)",
        "customer_mobile_phone": "COALESCE(b.form_submission_mobile_phone, c.mobile_phone)",
        "customer_note": "b.form_submission_note",
        "customer_timezone": "b.customer_timezone",
        "source": "b.utm_params_source",
        **{
            f"utm_{each}": f"b.utm_params_{each}"
            for each in ("source", "medium", "campaign", "term", "content")
        },
        "cancellation_reason": "b.cancel_reschedule_information_reason",
        "canceled_by": "b.cancel_reschedule_information_actioned_by",
        "canceled_by_user_id": "b.cancel_reschedule_information_user_id",
        "rescheduled_booking_id": "b.rescheduled_booking_id",
        "lead_time_hours": (
            "CAST(EXTRACT(EPOCH FROM (b.starting_time - b.creation_time)) "
            "AS DOUBLE PRECISION) / 3600"
        ),
        "location_type": (
            "CASE WHEN b.virtual_conferencing_join_url IS NOT NULL THEN 'virtual' "
            "WHEN b.location_description IS NOT NULL THEN 'described' END"
        ),
        "location_description": "b.location_description",
        "conference_url": "b.virtual_conferencing_join_url",
        "tracking_id": "b.tracking_id",
        "amount_charged": "b.payment_information_amount_charged",
        "currency": "b.payment_information_currency",
        "payment_transaction_id": "b.payment_information_transaction_id",
    }


_JOINED = {
    "u": ("users", "b.owner"),
    "bc": ("booking_calendars", "b.booking_calendar"),
    "hu": ("users", "bc.host"),
    "ht": ("teams", "bc.host"),
    "bp": ("booking_pages", "b.booking_page"),
    "mp": ("master_pages", "b.master_page"),
    "et": ("event_types", "b.event_type"),
    "c": ("contacts", "b.contact"),
}
"""By its short name, a table that bookings are joined with, and what names its row."""
_COLUMN_OF = re.compile(r"\b([a-z]{1,2})\.(\w+)")


def facts_made_of() -> dict[str, frozenset[str]]:
    """By the name of a column of `booking_facts`, the columns it is made of: `users.email`."""
    tables = {"b": "bookings", **{alias: table for alias, (table, _) in _JOINED.items()}}
    return {
        name: frozenset(f"{tables[alias]}.{column}" for alias, column in _COLUMN_OF.findall(value))
        for name, value in _facts_columns().items()
    }


def facts_view(dialect: Dialect, there: Sequence[str] = ()) -> list[str]:
    """A row for each booking, with what reports ask for and the names of what it belongs to.

    What was deleted says so in its name; what was deleted before the sync began has only its id.
    The statements are as those of `wide_view`.
    """
    joins = " ".join(
        f"LEFT JOIN {dialect.table(table)} AS {alias} ON {alias}.id = {key}"
        for alias, (table, key) in _JOINED.items()
    )
    source = f"{dialect.table('bookings')} AS b {joins}"
    return _view(dialect, FACTS, _facts_columns(), source, there)


def _named(alias: str, id: str, name: str) -> str:
    """A name, or else the id, and whether it has been deleted."""
    return (
        f"CASE WHEN {id} IS NULL THEN NULL "
        f"WHEN {alias}.id IS NULL THEN {id} "
        f"ELSE COALESCE({name}, {id}) || "
        f"CASE WHEN {alias}._deleted THEN ' (deleted)' ELSE '' END END"
    )


def _name(alias: str, id: str) -> str:
    return _named(alias, id, f"NULLIF(TRIM({alias}.name), '')")


def _person(alias: str, id: str) -> str:
    full = f"NULLIF(TRIM(CONCAT_WS(' ', {alias}.first_name, {alias}.last_name)), '')"
    return _named(alias, id, f"COALESCE({full}, {alias}.email)")


def _host() -> str:
    team = _name("ht", "bc.host")
    return f"CASE WHEN ht.id IS NOT NULL THEN {team} ELSE {_person('hu', 'bc.host')} END"

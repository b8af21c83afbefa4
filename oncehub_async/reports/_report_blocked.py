"""What a report goes by and the database's policy keeps empty: it is told."""

import re
from collections.abc import Collection

from ..sync import facts_made_of
from . import _report_queries as queries
from ._report_queries import Counted
from ._report_request import FILTERS, ReportName

_CUSTOM_FIELDS = frozenset(
    {"bookings.custom_fields", "bookings.form_submission_custom_fields", "bookings.in_trash"}
)
_MOST_NAMED = 8


def columns_asked(counted: Counted) -> frozenset[str]:
    """The columns of the database that a report on bookings goes by."""
    request = counted.request
    sql = [counted.query(queries.COUNTS).sql, *(FILTERS[name][-1] for name in request.filters)]
    if request.name in queries.GROUPS:
        keys, told = queries.GROUPS[request.name]
        sql += [*keys, *told]
    made = {
        ReportName.LEAD_TIME: queries.lead_time,
        ReportName.HOURS: queries.hosts,
        ReportName.CANCELLATIONS: queries.cancellations,
    }.get(request.name)
    if made is not None:
        sql.append(made(counted).sql)
    words = {*re.findall(r"\w+", " ".join(sql))}
    facts = facts_made_of()
    if request.name is ReportName.DETAIL:
        return _CUSTOM_FIELDS.union(*facts.values())
    return frozenset[str]().union(*(columns for name, columns in facts.items() if name in words))


def note_of_blocked(columns: Collection[str]) -> list[str]:
    """A note that names them; none where there is none."""
    if not columns:
        return []
    named = sorted(columns)
    more = len(named) - _MOST_NAMED
    told = ", ".join(named[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
    return [f"The database's policy blocks {told}: what is made of them is empty or not counted."]

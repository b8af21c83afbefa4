"""`oncehub catch-up`: events for what changed while nobody listened."""

from .._client import OnceHub
from .._ground import text_in_seconds
from ..errors import InvalidParameterError
from ..webhooks import BookingRecords, CaughtUp, catch_up, shared_inbox
from . import COMPLETE
from ._inbox_entries import DEFAULT_INBOX, InboxOption
from ._moments import past_moment
from ._output import note, say, say_json, several

_CANT = (
    "Not among them, for the API doesn't tell: what happened to a booking before its last change, "
    "deleted bookings, conversations."
)


async def catch_up_account(
    *,
    file: InboxOption = DEFAULT_INBOX,
    since: str | None = None,
    database: str | None = None,
    schema: str | None = None,
    dry_run: bool = False,
    json: bool = False,
    proxy: str | None = None,
) -> int:
    """Put what changed while nobody listened into a receiver's inbox, as events of its own.

    For each booking whose last change has no event in the inbox, one is put there, which handlers
    get as any other: event.caught_up tells it, and its type is booking.changed where the booking's
    state doesn't tell what happened (the three kinds of cancellation look alike). Given again, or
    when OnceHub's own event comes after all, nothing is handled twice. Conversations can't be
    caught up. docs/catching-up.md tells more.

    For example: oncehub catch-up --dry-run, oncehub catch-up --since 7d.

    Parameters
    ----------
    file
        The inbox's file, or its postgresql://... address, which a receiver may be using meanwhile.
    since
        Changes at this time or later, such as 2026-01-31, 7d, 12h or yesterday; from the beginning
        of the silence in which events may be missing, unless you say otherwise.
    database
        A synced database (oncehub sync): where the inbox got no event before the last sync, what
        changed after that is missing; else it tells what bookings were like before.
    schema
        Its schema in PostgreSQL; oncehub unless you say otherwise.
    dry_run
        Only tell what is missing.
    json
        Print JSON.
    proxy
        The URL of a proxy to go through, such as http://proxy.example.com:3128.
    """
    begin = None if since is None else past_moment(since, "since")
    if schema is not None and database is None:
        raise InvalidParameterError("schema", "is the synced database's: add --database")
    records = None if database is None else _records(database, schema)
    async with shared_inbox(file) as inbox, OnceHub(proxy=proxy) as oncehub:
        report = await catch_up(oncehub, inbox, since=begin, records=records, dry_run=dry_run)
    if json:
        say_json(_as_dict(report))
    else:
        _tell(report)
    return COMPLETE


def _records(database: str, schema: str | None) -> BookingRecords:
    from ..sync import SyncedBookings

    return SyncedBookings(database, schema=schema)


def _tell(report: CaughtUp) -> None:
    missing, changed = sum(report.missing.values()), several(report.changed, "booking")
    put = "to be put, and nothing was (--dry-run)" if report.dry_run else "put into the inbox"
    since = text_in_seconds(report.since)
    say(f"{changed} changed since {since}; {several(missing, 'missing event')} {put}")
    for name, count in sorted(report.missing.items()):
        nobody = "  no handler asks for it" if report.unhandled.get(name) else ""
        say(f"  {name:<28} {count:>7,}{nobody}")
    if report.unreadable:
        say(f"{several(report.unreadable, 'booking')} without an id or a time left out")
    note(_CANT)


def _as_dict(report: CaughtUp) -> dict[str, object]:
    return {
        "since": text_in_seconds(report.since),
        "changed": report.changed,
        "known": report.known,
        "silent": report.silent,
        "unreadable": report.unreadable,
        "missing": dict(report.missing),
        "unhandled": dict(report.unhandled),
        "dry_run": report.dry_run,
    }

"""When rows were written: one time for all of a commit, and later than that of any commit before.

A clock is set back, or another machine's is behind; whoever asks for what came after a row has to
get it all the same. So the latest time is kept in the database, and committed with the rows.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from .._ground import read_zoned_time, shifted
from ._database import LATEST, SETTINGS_TABLE, Dialect, Reader, literal
from ._tables import SYNCED_AT, TABLES

_LEAST = timedelta(microseconds=1)
"""What both databases tell apart."""


def stamp_after(latest: datetime | None, now: datetime) -> datetime:
    """The time of a commit, after the latest one."""
    return now if latest is None or now > latest else shifted(latest, _LEAST)


async def latest_stamp(database: Reader) -> datetime | None:
    """The time of the latest commit; None where there was none. Raises `SyncError`."""
    for query in stamp_queries(database.dialect):
        latest = stamp_in(await database.fetch(query))
        if latest is not None:
            return latest
    return None


def stamp_queries(dialect: Dialect) -> tuple[str, str]:
    """What gives the time of the latest commit; the second one where the first gives none.

    An older version kept none, or whoever repairs a database by hand has removed it.
    """
    kept = f"SELECT value FROM {dialect.table(SETTINGS_TABLE)} WHERE name = {literal(LATEST)}"
    rows = " UNION ALL ".join(
        f"SELECT max({SYNCED_AT}) AS latest FROM {dialect.table(name)}" for name in TABLES
    )
    return kept, f"SELECT max(latest) FROM ({rows}) AS each_table"


def stamp_in(found: Sequence[Sequence[Any]]) -> datetime | None:
    """The time that one of these queries gave."""
    value = found[0][0] if found else None
    return value if isinstance(value, datetime) else read_zoned_time(value)

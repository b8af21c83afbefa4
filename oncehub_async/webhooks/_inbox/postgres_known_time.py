"""What an inbox in PostgreSQL knows of the time of day; see `TimekeepingInbox`.

The table was added later, and older programs pass it over: it changes no version, so that a
deployment can be taken back.
"""

from typing import Any

from .known_time import EVERY
from .postgres_address import PostgresAddress
from .records import KnownTime

READ = """
SELECT (SELECT purged FROM @known_time), (SELECT vouched FROM @known_time),
    (SELECT max(received) FROM @events)
"""

KEEP_PURGE_TIME = "UPDATE @known_time SET purged = $1"

# Not with each commit, and without waiting for another who says the same now.
KEEP_SIGNED = f"""
UPDATE @known_time SET vouched = $1 WHERE ctid IN (
    SELECT ctid FROM @known_time WHERE vouched IS NULL OR vouched <= $1::float8 - {EVERY}
    FOR UPDATE SKIP LOCKED)
"""

_TABLE = (
    "CREATE TABLE @known_time (purged double precision, vouched double precision)",
    "INSERT INTO @known_time VALUES (NULL, NULL)",
)


async def make_table(connection: Any, address: PostgresAddress) -> None:
    """Make the table where there is none; whoever calls holds the lock of migrations."""
    is_there = await connection.fetchval(
        "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE n.nspname = $1 AND c.relname = 'known_time'",
        address.schema,
    )
    if not is_there:
        for statement in _TABLE:
            await connection.execute(address.sql(statement))


def known_time_of(row: Any) -> KnownTime:
    """What is known, from its columns."""
    purged, vouched, received = row
    return KnownTime(purged=purged, vouched=vouched, received=received)

"""What `oncehub sync` takes."""

from typing import Annotated

from cyclopts import Parameter

from .._rate import Limits
from ._sync_command import HASH_KEY_VARIABLE, SyncRequest, sync_account


async def sync(
    database: str | None = None,
    /,
    *,
    watch: bool = False,
    every: float | None = None,
    since: str | None = None,
    schema: str | None = None,
    block: tuple[str, ...] = (),
    hash: tuple[str, ...] = (),
    hash_key_env: str = HASH_KEY_VARIABLE,
    no_personal_data: bool = False,
    resync: tuple[str, ...] = (),
    check: bool = False,
    metrics_port: int | None = None,
    quiet: Annotated[bool, Parameter(alias="-q")] = False,
    json: bool = False,
    per_second: int = Limits().per_second,
    per_five_minutes: int = Limits().per_five_minutes,
    proxy: str | None = None,
) -> int:
    """Bring a database up to the account: a table for each object, and views for reports.

    The newest days come first, history follows, and after that only what changed. Interrupted at
    any point, the same command goes on where it was. docs/sync.md tells what is in the tables.
    Exit codes: 0 complete, 1 failed, 2 wrong usage, 130 interrupted. A watch (--watch) that is
    stopped by Ctrl-C or SIGTERM ends with 0.

    For example: oncehub sync for oncehub.duckdb here, oncehub sync
    postgresql://me@db.internal/crm --watch --every 60, oncehub sync --since 90d
    --no-personal-data.

    Parameters
    ----------
    database
        duckdb:///FILE or postgresql://USER@HOST/DATABASE; oncehub.duckdb in the current folder
        without it.
    watch
        Keep the database current until you stop it, and search for what was deleted.
    every
        Seconds from one look for changes to the next; 300 unless you say otherwise.
    since
        Only bookings, contacts and text messages that were created at this time or later,
        such as 2026-01-31, 2026-10 (from its first day), 7d, 12h or yesterday.
    schema
        The schema in PostgreSQL; oncehub unless you say otherwise.
    block
        Columns that are not to be in the database, such as contacts.email,bookings.subject.
    hash
        Columns of which only a keyed hash (HMAC-SHA256) is to be there, to be joined on.
    hash_key_env
        The environment variable that holds the key of these hashes.
    no_personal_data
        Block every column in which a person can be, but those that are hashed.
    resync
        Tables to read anew, or all, while the old rows stay readable.
    check
        Compare the database with the account: short lists whole, long ones in some places.
    metrics_port
        With --watch: show metrics for Prometheus at this port of 127.0.0.1, under /metrics.
    quiet
        Print nothing but errors.
    json
        Print what was done as JSON; with --watch, a line of JSON for each look.
    per_second
        Requests a second at most; lower it where other programs use the account.
    per_five_minutes
        Requests in 5 minutes at most; lower it where other programs use the address.
    proxy
        The URL of a proxy to go through, such as http://proxy.example.com:3128.
    """
    limits = Limits(per_second, per_five_minutes, reserve=0)  # nobody waits beside it
    return await sync_account(
        SyncRequest(
            database=database,
            schema=schema,
            watch=watch,
            every=every,
            since=since,
            block=block,
            hash=hash,
            hash_key_env=hash_key_env,
            no_personal_data=no_personal_data,
            resync=resync,
            check=check,
            metrics_port=metrics_port,
            quiet=quiet,
            json=json,
            limits=limits,
            proxy=proxy,
        )
    )

"""The database is the user's: views of theirs, rights, other schemas, and what they drop."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from oncehub_async import Clock, OnceHub
from oncehub_async.reports import report
from oncehub_async.simulator import Account, Simulator
from oncehub_async.sync import (
    AccountSync,
    Batch,
    DatabaseFailedError,
    _postgresql,
    column_policy,
    database_of,
    reading,
    sync,
)

from ..servers import new_name, postgres_url
from .synced import client, differences, opened

ACCOUNT = Account(bookings=60, contacts=20, seed=6)
FAST = Clock(speed=100)
NEW_FIELD = SimpleNamespace(
    raw={"data": {"id": "BKNG-NEW", "custom_fields": [{"name": "Shoe size", "value": "44"}]}}
)


@asynccontextmanager
async def synced(url: str) -> AsyncIterator[tuple[Simulator, OnceHub]]:
    """An account that is in the database."""
    async with Simulator(ACCOUNT, clock=FAST, limits=None) as sim, client(sim) as oncehub:
        await sync(oncehub, url)
        yield sim, oncehub


async def run(url: str, *statements: str) -> None:
    """Statements of the user's."""
    async with opened(url) as database:
        await database.commit(Batch(statements=statements, now=datetime.now(UTC)))


async def test_views_of_the_users_stay(database_url: str) -> None:
    """On both of ours; neither a new custom field nor a migration stops at them."""
    table = database_of(database_url).dialect.table
    async with synced(database_url) as (_, oncehub):
        await run(
            database_url,
            f"CREATE VIEW {table('mine')} AS SELECT id FROM {table('bookings_wide')}",
            f"CREATE VIEW {table('facts')} AS SELECT booking_id FROM {table('booking_facts')}",
        )
        async with AccountSync(oncehub, database_url) as account:
            await account.handle(NEW_FIELD)
        older = "UPDATE {} SET value = '3' WHERE name = 'schema_version'"
        await run(database_url, older.format(table("_oncehub_settings")))
        await sync(oncehub, database_url)
        async with reading(database_url) as reader:
            for view in ("mine", "facts"):
                assert await reader.fetch(f"SELECT count(*) FROM {table(view)}") == [(61,)]
            found = await reader.fetch(
                f"SELECT custom_shoe_size FROM {table('bookings_wide')} WHERE id = 'BKNG-NEW'"
            )
            assert found == [("44",)]


async def test_a_column_of_a_later_version_comes_last_in_the_view(database_url: str) -> None:
    """PostgreSQL takes no view in the place of one whose columns stood in another order."""
    table = database_of(database_url).dialect.table
    async with synced(database_url) as (sim, oncehub):
        await run(
            database_url,
            f"DROP VIEW {table('booking_facts')}",
            f"DROP VIEW {table('bookings_wide')}",
            f"ALTER TABLE {table('bookings')} DROP COLUMN subject",
            f"CREATE VIEW {table('bookings_wide')} AS "
            f"SELECT *, '1' AS custom_crm_id FROM {table('bookings')}",
            f"CREATE VIEW {table('mine')} AS SELECT id FROM {table('bookings_wide')}",
        )
        assert (await sync(oncehub, database_url)).complete
        async with opened(database_url) as database:
            columns = await database.fetch(database.dialect.columns, "bookings_wide")
            assert columns.index(("subject",)) > columns.index(("custom_crm_id",))
            assert await database.fetch(f"SELECT count(*) FROM {table('mine')}") == [(60,)]
            assert await differences(sim, database) == []


@pytest.mark.parametrize("name", ["bookings", "contacts", "teams", "_oncehub_sync"])
async def test_a_table_that_was_dropped_is_read_anew(database_url: str, name: str) -> None:
    """It was complete once; now it is empty."""
    table = database_of(database_url).dialect.table(name)
    cascade = "" if database_url.startswith("duckdb") else " CASCADE"
    async with synced(database_url) as (sim, oncehub):
        await run(database_url, f"DROP TABLE {table}{cascade}")
        assert (await sync(oncehub, database_url)).complete
        async with opened(database_url) as database:
            assert await differences(sim, database) == []


async def test_a_column_that_was_missing_is_filled(database_url: str) -> None:
    """As one is that a later version adds: in the rows that are there, too."""
    table = database_of(database_url).dialect.table
    async with synced(database_url) as (sim, oncehub):
        await run(database_url, f"ALTER TABLE {table('contacts')} DROP COLUMN company CASCADE")
        assert (await sync(oncehub, database_url)).complete
        async with opened(database_url) as database:
            assert await differences(sim, database) == []


async def test_other_schemas_in_a_file_are_the_users(tmp_path: Path) -> None:
    """Tables of the same names there are none of ours."""
    import duckdb

    file = tmp_path / "account.duckdb"
    with duckdb.connect(file) as connection:
        connection.execute("CREATE SCHEMA mart")
        connection.execute("CREATE TABLE mart.bookings (id text)")
        connection.execute("CREATE VIEW mart.bookings_wide AS SELECT 1 AS custom_mine")
    async with synced(str(file)):
        made = await report(file, "detail")
        names = [each.name for each in made.tables[0].columns]
        assert "custom_crm_id" in names
        assert "custom_mine" not in names


@pytest.fixture
def server() -> str:
    """A PostgreSQL; looked for outside of a test's loop."""
    return postgres_url()


async def as_admin(url: str, *statements: str) -> None:
    """What only the server's owner may."""
    import asyncpg

    connection = await asyncpg.connect(url)
    try:
        for each in statements:
            await connection.execute(each)
    finally:
        await connection.close()


@asynccontextmanager
async def schema_with_role(url: str, schema: str) -> AsyncIterator[tuple[str, str, str]]:
    """A role that may use a schema of another's: the owner's URL, the role's, and its name."""
    role = f"oncehub_test_{secrets.token_hex(6)}"
    await as_admin(url, f"CREATE ROLE {role} LOGIN")
    try:
        user, _, rest = url.rpartition("@")
        theirs = f"{user.partition('://')[0]}://{role}@{rest}"
        yield f"{url}?schema={schema}", f"{theirs}?schema={schema}", role
    finally:
        await as_admin(
            url,
            f"DROP OWNED BY {role}",
            f"DROP ROLE {role}",
            f"DROP SCHEMA IF EXISTS {schema} CASCADE",
        )


async def test_rights_on_a_view_stay(server: str) -> None:
    """Who may read it can read a new custom field's column, too; who may not is told why."""
    schema = new_name("sync")
    async with schema_with_role(server, schema) as (url, theirs, role), synced(url) as (_, oncehub):
        with pytest.raises(DatabaseFailedError, match="permission denied"):
            await report(theirs, "users")
        await as_admin(
            server,
            f"GRANT USAGE ON SCHEMA {schema} TO {role}",
            f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {role}",
        )
        async with AccountSync(oncehub, url) as account:
            await account.handle(NEW_FIELD)
        made = await report(theirs, "detail")
        assert "custom_shoe_size" in [each.name for each in made.tables[0].columns]


async def test_who_reads_a_view_for_good_holds_no_sync_up(
    server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A session that ends no transaction: the sync tells of it, and goes on when it has ended."""
    import asyncpg

    schema = new_name("sync")
    monkeypatch.setitem(_postgresql._SERVER_SETTINGS["syncs"], "lock_timeout", "500ms")
    async with schema_with_role(server, schema) as (url, _, _), synced(url) as (_, oncehub):
        connection = await asyncpg.connect(server)
        await connection.execute(f"BEGIN; SELECT count(*) FROM {schema}.bookings_wide")
        async with AccountSync(oncehub, url) as account:
            with pytest.raises(DatabaseFailedError, match="lock timeout"):
                await account.handle(NEW_FIELD)
            await connection.close()
            await account.handle(NEW_FIELD)


async def test_who_cannot_write_tables_anew_is_told(server: str) -> None:
    """PostgreSQL only warns that it leaves out others' tables: what was blocked stays in them."""
    schema, policy = new_name("sync"), column_policy(no_personal_data=True)
    async with schema_with_role(server, schema) as (url, theirs, role), synced(url) as (_, oncehub):
        await as_admin(
            server,
            f"GRANT USAGE ON SCHEMA {schema} TO {role}",
            f"GRANT ALL ON ALL TABLES IN SCHEMA {schema} TO {role}",
        )
        with pytest.raises(DatabaseFailedError, match="only an owner can write them anew"):
            await sync(oncehub, theirs, policy=policy, resync=["all"])
        assert (await sync(oncehub, url, policy=policy)).complete


async def test_a_schema_with_a_quote_in_its_name(server: str) -> None:
    """Has its custom fields in the report as well."""
    schema = new_name('q"')
    try:
        async with Simulator(ACCOUNT, clock=FAST, limits=None) as sim, client(sim) as oncehub:
            await sync(oncehub, server, schema=schema)
            made = await report(server, "detail", schema=schema)
            assert "custom_crm_id" in [each.name for each in made.tables[0].columns]
    finally:
        doubled = schema.replace('"', '""')
        await as_admin(server, f'DROP SCHEMA IF EXISTS "{doubled}" CASCADE')

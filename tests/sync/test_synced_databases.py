"""A database is taken by one sync at a time, migrated forward, and named in messages safely."""

import re
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from oncehub_async import Clock, InvalidParameterError
from oncehub_async.simulator import Account, Simulator
from oncehub_async.sync import (
    AccountSync,
    Batch,
    DatabaseBusyError,
    DatabaseFailedError,
    NewerSchemaError,
    PostgreSQL,
    _opened_duckdb,
    database_of,
    sync,
    table_of,
)
from oncehub_async.sync._report_views import column_names

from .data_dictionary import PAGE, dictionary, page_with
from .synced import client, differences, opened

ACCOUNT = Account(bookings=60, contacts=20, seed=6)
FAST = Clock(speed=100)
NOW = datetime(2026, 10, 31, tzinfo=UTC)


async def test_two_syncs_into_one_schema_refuse_each_other(database_url: str) -> None:
    """The second is told so; when the first has ended, it can."""
    async with Simulator(ACCOUNT, clock=FAST, limits=None) as sim, client(sim) as oncehub:
        async with AccountSync(oncehub, database_url):
            with pytest.raises(DatabaseBusyError, match="another sync writes into"):
                await sync(oncehub, database_url)
        assert (await sync(oncehub, database_url)).complete


async def test_an_older_schema_is_brought_forward(database_url: str) -> None:
    """Columns that are missing are added; what was there stays; the views are made again."""
    async with Simulator(ACCOUNT, clock=FAST, limits=None) as sim, client(sim) as oncehub:
        await sync(oncehub, database_url)
        database = database_of(database_url)
        await database.open()
        table = database.dialect.table
        for statement in (
            f"DROP VIEW {table('booking_facts')}",
            f"DROP VIEW {table('bookings_wide')}",
            f"ALTER TABLE {table('bookings')} DROP COLUMN tracking_id",
            f"DROP TABLE {table('webhooks')}",
        ):
            await _execute(database, statement)
        await database.close()
        async with opened(database_url) as database:
            facts = await database.fetch(f"SELECT count(*) FROM {table('booking_facts')}")
            assert facts[0][0] == 60
        await sync(oncehub, database_url, resync=["all"])
        async with opened(database_url) as database:
            assert await differences(sim, database) == []


async def test_a_newer_schema_is_left_alone(database_url: str) -> None:
    """It is another version's."""
    async with opened(database_url) as database:
        settings = database.dialect.table("_oncehub_settings")
        await _execute(
            database, f"UPDATE {settings} SET value = '99' WHERE name = 'schema_version'"
        )
    with pytest.raises(NewerSchemaError, match="upgrade it"):
        await database_of(database_url).open()


async def _execute(database: object, statement: str) -> None:
    from datetime import UTC, datetime

    from oncehub_async.sync import Batch

    await database.commit(Batch(statements=[statement], now=datetime.now(UTC)))  # type: ignore[attr-defined]


async def test_the_tables_say_what_they_hold(database_url: str) -> None:
    """Comments on each table and column, for tools that show them."""
    async with opened(database_url) as database:
        if database.dialect.name == "duckdb":
            found = await database.fetch(
                "SELECT column_name, comment FROM duckdb_columns() WHERE table_name = 'contacts'"
            )
        else:
            found = await database.fetch(
                "SELECT a.attname, col_description(a.attrelid, a.attnum) FROM pg_attribute a "
                f"WHERE a.attrelid = '{database.dialect.table('contacts')}'::regclass "
                "AND a.attnum > 0"
            )
        comments = dict(found)
        assert comments == {each.name: each.comment for each in table_of("contacts").columns}


async def test_the_view_follows_new_custom_fields(database_url: str) -> None:
    """A column for each that occurs, whatever it is called."""
    async with Simulator(ACCOUNT, clock=FAST, limits=None) as sim, client(sim) as oncehub:
        await sync(oncehub, database_url)
        wanted = {
            (key, field["name"]): field["value"]
            for key in sim.ids("bookings")
            for field in (sim.object(key).get("form_submission") or {}).get("custom_fields") or ()
            if isinstance(field["value"], str) and field["value"].isprintable()
        }
        assert wanted
        names = {field: column for column, field in column_names(n for _, n in wanted).items()}
        async with opened(database_url) as database:
            view = database.dialect.table("bookings_wide")
            for (key, field), value in wanted.items():
                rows = await database.fetch(
                    f'SELECT "{names[field]}" FROM {view} WHERE id = $1', key
                )
                assert rows == [(value,)]


def test_custom_fields_have_columns_of_their_own() -> None:
    """Also where their names differ in what a column's name leaves out."""
    names = column_names(["CRM id", "crm_id", "?", "Größe", "x" * 300, "x" * 301, "'; DROP"])
    assert len(names) == 7
    assert {"custom_crm_id", "custom_crm_id_2", "custom_unnamed", "custom_grösse"} <= {*names}
    assert all(len(name.encode()) <= 63 for name in names)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("mysql://x/y", "mysql:// isn't known"),
        ("duckdb://x", "duckdb:///oncehub.duckdb"),
        ("duckdb:///", "duckdb:///oncehub.duckdb"),
    ],
)
def test_a_url_that_names_no_database(url: str, told: str) -> None:
    """In a line that shows one that does."""
    with pytest.raises(InvalidParameterError, match=re.escape(told)):
        database_of(url)


def test_a_schema_is_for_postgresql(tmp_path: Path) -> None:
    """And a folder is no file."""
    with pytest.raises(InvalidParameterError, match="schema: is for PostgreSQL"):
        database_of("a.duckdb", schema="x")
    with pytest.raises(InvalidParameterError, match="is a folder"):
        database_of(tmp_path)


async def test_what_cannot_be_opened_is_told(tmp_path: Path) -> None:
    """No database, no folder, no server: one line, and no password."""
    (tmp_path / "text.duckdb").write_text("not a database, but long enough to be looked at" * 100)
    with pytest.raises(DatabaseFailedError, match="no database of DuckDB's"):
        await database_of(tmp_path / "text.duckdb").open()
    with pytest.raises(DatabaseFailedError, match=r"gone"):
        await database_of(tmp_path / "gone" / "a.duckdb").open()
    with pytest.raises(DatabaseFailedError) as error:
        await PostgreSQL("postgresql://me:pa55word@127.0.0.1:1/x").open()
    assert "pa55word" not in str(error.value)


async def test_nobody_else_can_read_a_new_file(tmp_path: Path) -> None:
    """It holds what people have typed."""
    async with opened(f"duckdb:///{tmp_path}/a.duckdb"):
        pass
    assert (tmp_path / "a.duckdb").stat().st_mode & 0o077 == 0


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file stays open after a commit, so that its log is there to be looked at."""
    monkeypatch.setattr(_opened_duckdb, "_HELD", 60.0)
    monkeypatch.setattr(_opened_duckdb, "_LONGEST_HELD", 60.0)


@pytest.mark.usefixtures("held")
async def test_nobody_else_can_read_what_stands_beside_it(tmp_path: Path) -> None:
    """The log of what was committed, and what DuckDB puts aside; nothing of it stays."""
    async with opened(f"duckdb:///{tmp_path}/a.duckdb") as database:
        for number in range(3):
            await database.commit(Batch(now=NOW, settings={"a": str(number)}))
            modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in tmp_path.iterdir()}
            assert modes["a.duckdb.wal"] == 0o600
            assert modes["a.duckdb.tmp"] == 0o700
            assert {mode & 0o077 for mode in modes.values()} == {0}
    assert {each.name for each in tmp_path.iterdir()} <= {"a.duckdb", "a.duckdb.lock"}


async def test_what_a_kill_left_put_aside_is_deleted(tmp_path: Path) -> None:
    """Rows are in it, also of who was erased; a user's own file there stays."""
    left = tmp_path / "a.duckdb.tmp"
    left.mkdir()
    for name in ("duckdb_temp_storage_DEFAULT-0.tmp", "duckdb_temp_9_0_owner", "mine"):
        (left / name).write_text("ann@mail.example")
    async with opened(f"duckdb:///{tmp_path}/a.duckdb"):
        pass
    assert [each.name for each in left.iterdir()] == ["mine"]


@pytest.mark.usefixtures("held")
async def test_a_file_for_a_group_has_a_log_for_the_group(tmp_path: Path) -> None:
    """Whoever changed its modes knows why."""
    path = tmp_path / "a.duckdb"
    async with opened(f"duckdb:///{path}"):
        pass
    path.chmod(0o660)
    async with opened(f"duckdb:///{path}") as database:
        await database.commit(Batch(now=NOW, settings={"a": "1"}))
        log = tmp_path / "a.duckdb.wal"
        assert stat.S_IMODE(log.stat().st_mode) == 0o660


def test_the_data_dictionary_is_the_codes() -> None:
    """`python -m tests.sync.data_dictionary` writes it anew."""
    assert PAGE.read_text("utf-8") == page_with(dictionary())


@pytest.mark.parametrize(
    ("url", "told"),
    [("a.duckdb", "DuckDB needs more packages"), ("postgresql://x/y", "PostgreSQL needs more")],
)
def test_a_missing_extra_is_named(url: str, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the command that installs it."""

    def missing(name: str) -> None:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    monkeypatch.setattr("importlib.import_module", missing)
    with pytest.raises(InvalidParameterError, match=told) as error:
        database_of(url)
    assert "pip install 'oncehub-async[sync]'" in str(error.value)


async def test_files_of_either_layout_are_gone_on_with(tmp_path: Path) -> None:
    """New ones have the small blocks that take little memory; older ones keep what they have."""
    import duckdb

    older = tmp_path / "older.duckdb"
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{older}' AS older (STORAGE_VERSION 'v1.0.0')")
    for path, size in ((tmp_path / "new.duckdb", 16_384), (older, 262_144)):
        for _ in range(2):
            async with opened(f"duckdb:///{path}") as database:
                assert await database.fetch("SELECT count(*) FROM bookings") == [(0,)]
                sizes = await database.fetch("SELECT block_size FROM pragma_database_size()")
                assert (size,) in sizes
        async with opened(f"duckdb:///{path}") as database:
            await database.scrub(["bookings"])
            sizes = await database.fetch("SELECT block_size FROM pragma_database_size()")
            assert (16_384,) in sizes

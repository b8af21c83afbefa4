"""What changed in a synced database reaches dlt's destinations, at no request."""

import asyncio
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from oncehub_async import Clock
from oncehub_async._ground import load_json
from oncehub_async.errors import InvalidParameterError
from oncehub_async.simulator import Account, Simulator
from oncehub_async.sync import (
    AccountSync,
    Batch,
    ColumnKind,
    Upsert,
    database_of,
    dlt_source,
    table_of,
)
from oncehub_async.sync._object_rows import row_of

from ..servers import new_name, postgres_url
from .conftest import _drop, in_a_loop
from .synced import client, comparable, opened, rows_of
from .test_odd_values import deep

ACCOUNT = Account(bookings=120, contacts=60, sms_notifications=20, seed=7)
FAST = Clock(speed=100)


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """dlt sends nothing home, and keeps its places in a folder of the test's."""
    monkeypatch.setenv("RUNTIME__DLTHUB_TELEMETRY", "false")
    monkeypatch.setenv("RUNTIME__LOG_LEVEL", "CRITICAL")
    monkeypatch.setenv("DLT_PROJECT_DIR", str(tmp_path))


@pytest.fixture
def dataset() -> Iterator[str]:
    """A schema in PostgreSQL for dlt, which is gone afterwards."""
    url, name = postgres_url(), new_name("dlt")
    yield name
    for each in (name, f"{name}_staging"):
        in_a_loop(_drop(url, each))


def pipeline(tmp_path: Path, destination: Any, dataset: str) -> Any:
    import dlt

    return dlt.pipeline(
        pipeline_name=dataset,
        pipelines_dir=str(tmp_path / "places"),
        destination=destination,
        dataset_name=dataset,
    )


def with_password(url: str) -> str:
    """The URL with any password: dlt asks for one also where the server needs none."""
    parts = urlsplit(url)
    if parts.password:
        return url
    user, _, host = parts.netloc.rpartition("@")
    return parts._replace(netloc=f"{user or 'postgres'}:none@{host}").geturl()


async def load(made: Any, url: str, **options: Any) -> None:
    """As a program without a loop does it."""
    await asyncio.to_thread(lambda: made.run(dlt_source(url, **options)).raise_on_failed_jobs())


async def shipped(dataset: str, name: str) -> dict[str, bool]:
    """Ids at the destination, and whether they are said to be deleted."""
    import asyncpg

    connection = await asyncpg.connect(postgres_url())
    try:
        rows = await connection.fetch(f'SELECT id, _deleted FROM "{dataset}"."{name}"')
    finally:
        await connection.close()
    assert len({row["id"] for row in rows}) == len(rows)
    return {row["id"]: row["_deleted"] for row in rows}


@pytest.mark.parametrize("removed", [False, True])
async def test_postgresql_gets_rows_changes_and_deletes(
    database_url: str, tmp_path: Path, dataset: str, removed: bool
) -> None:
    """Nothing twice, each deleted one marked or removed, and no request for it."""
    import dlt

    made = pipeline(tmp_path, dlt.destinations.postgres(with_password(postgres_url())), dataset)
    async with Simulator(ACCOUNT, clock=FAST, limits=None) as sim, client(sim) as oncehub:
        async with AccountSync(oncehub, database_url) as account:
            await account.run()
        before = sim.stats.requests
        await load(made, database_url, remove_deleted=removed)
        assert sim.stats.requests == before
        for name in ("bookings", "contacts", "users"):
            assert (await shipped(dataset, name)).keys() == {*sim.ids(name)}
        gone = [*sim.ids("users")][3]
        async with AccountSync(oncehub, database_url) as account:
            new = sim.create("contacts")
            sim.delete(gone)
            await account.round()
        await load(made, database_url, remove_deleted=removed)
    assert new in await shipped(dataset, "contacts")
    assert (await shipped(dataset, "users")).get(gone) is (None if removed else True)
    async with opened(database_url) as database:
        assert len(await shipped(dataset, "bookings")) == len(await rows_of(database, "bookings"))


async def test_parquet_files_hold_each_row_and_then_what_changed(
    tmp_path: Path, database_url: str
) -> None:
    """Times as times, lists as JSON; a later load brings no row that was written long before."""
    import dlt
    import pyarrow.parquet as pq

    made = pipeline(tmp_path, dlt.destinations.filesystem(f"file://{tmp_path}/lake"), "oncehub")

    def files() -> list[Path]:
        return sorted((tmp_path / "lake" / "oncehub" / "bookings").glob("*.parquet"))

    async def loaded() -> None:
        await asyncio.to_thread(
            lambda: made.run(
                dlt_source(database_url, tables=["bookings"]), loader_file_format="parquet"
            ).raise_on_failed_jobs()
        )

    async with Simulator(ACCOUNT, clock=FAST, limits=None) as sim, client(sim) as oncehub:
        async with AccountSync(oncehub, database_url) as account:
            await account.run()
            await account.close()
        await loaded()
        first = files()
        rows = [row for each in first for row in pq.read_table(each).to_pylist()]
        assert {row["id"] for row in rows} == {*sim.ids("bookings")}
        assert all(row["starting_time"].tzinfo is not None for row in rows)
        await sim.clock.sleep(300)
        changed = [*sim.ids("bookings")][50]
        async with AccountSync(oncehub, database_url) as account:
            sim.touch(changed)
            await account.round()
        await loaded()
        await loaded()
        second = {
            row["id"]: row
            for each in files()
            if each not in first
            for row in pq.read_table(each).to_pylist()
        }
        assert changed in second


async def test_a_clock_that_was_set_back_hides_nothing(tmp_path: Path, database_url: str) -> None:
    """Commit after commit by a clock that stands still or goes back, with a load after each."""
    import dlt
    import pyarrow.parquet as pq

    made = pipeline(tmp_path, dlt.destinations.filesystem(f"file://{tmp_path}/lake"), "oncehub")
    now = datetime.now(UTC)
    there: set[str] = set()
    for number, moment in enumerate((now, now, now - timedelta(days=365), now)):
        ids = {f"BKNG-{number}{each}" for each in range(3)}
        await _put(database_url, [{"id": each} for each in ids], moment)
        await asyncio.to_thread(
            lambda: made.run(
                dlt_source(database_url, tables=["bookings"]), loader_file_format="parquet"
            ).raise_on_failed_jobs()
        )
        there |= ids
        files = (tmp_path / "lake" / "oncehub" / "bookings").glob("*.parquet")
        arrived = [row["id"] for each in files for row in pq.read_table(each).to_pylist()]
        assert {*arrived} == there
        assert len(arrived) <= 2 * len(there)


def _arrived(tmp_path: Path) -> list[str]:
    import pyarrow.parquet as pq

    files = (tmp_path / "lake" / "oncehub" / "bookings").glob("*.parquet")
    return sorted(row["id"] for each in files for row in pq.read_table(each).to_pylist())


async def test_databases_of_two_accounts_in_one_pipeline(tmp_path: Path, database_url: str) -> None:
    """What was synced earlier in one than in the other comes as well, and only once."""
    import dlt

    made = pipeline(tmp_path, dlt.destinations.filesystem(f"file://{tmp_path}/lake"), "oncehub")
    urls = (database_url, f"duckdb:///{tmp_path}/other.duckdb")
    now = datetime.now(UTC)
    for number, url in enumerate(urls):
        await _put(url, [{"id": f"BKNG-{number}"}], now - timedelta(days=number))
    for count in (1, 2):
        for number, url in enumerate(urls):
            later = [{"id": f"BKNG-{number}-{count}"}]
            await _put(url, later, now - timedelta(days=number) + timedelta(hours=count))
            await _load_files(made, url)
    arrived = _arrived(tmp_path)
    assert {*arrived} == {
        f"BKNG-{number}{count}" for number in range(2) for count in ("", "-1", "-2")
    }
    # The last commit's come again.
    assert [each for each in {*arrived} if arrived.count(each) > 1] in (
        ["BKNG-0-1", "BKNG-1-1"],
        ["BKNG-1-1", "BKNG-0-1"],
    )


async def test_a_load_that_fails_in_the_middle_leaves_nothing_out(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next one begins where the last whole one ended."""
    import dlt

    from oncehub_async.sync import _dlt_source

    made = pipeline(tmp_path, dlt.destinations.filesystem(f"file://{tmp_path}/lake"), "oncehub")
    ids = [f"BKNG-{number}" for number in range(9)]
    await _put(database_url, [{"id": each} for each in ids])
    pages, read = _dlt_source._page, 0

    async def failing(*arguments: Any) -> Any:
        nonlocal read
        read += 1
        if read == 3:
            raise OSError("lost")
        return await pages(*arguments)

    monkeypatch.setattr(_dlt_source, "_PAGE", 2)
    monkeypatch.setattr(_dlt_source, "_page", failing)
    with pytest.raises(Exception, match="lost"):
        await _load_files(made, database_url)
    assert _arrived(tmp_path) == []
    await _load_files(made, database_url)
    assert _arrived(tmp_path) == ids


async def _load_files(made: Any, url: str) -> None:
    await asyncio.to_thread(
        lambda: made.run(
            dlt_source(url, tables=["bookings"]), loader_file_format="parquet"
        ).raise_on_failed_jobs()
    )


def test_its_rows_without_a_pipeline(tmp_path: Path) -> None:
    """As somebody looks at them who tries it out."""
    path = f"{tmp_path}/a.duckdb"
    asyncio.run(_put(path, [{"id": "BKNG-1"}]))
    for _ in range(2):
        assert [row["id"] for row in dlt_source(path).bookings] == ["BKNG-1"]


@pytest.mark.parametrize(
    ("one", "another", "same"),
    [
        ("postgresql://ann@DB.example/x", "postgresql://bob:p@db.example:5432/x", True),
        (
            "postgresql://a.example:5432,b.example:5433/x",
            "postgresql://a.example,b.example:5433/x",
            True,
        ),
        ("postgresql://a.example:5432,b.example:5433/x", "postgresql://a.example:5432/x", False),
        ("postgresql:///x?host=/run/one", "postgresql:///x?host=/run/two", False),
        ("postgresql:///x?schema=a", "postgresql:///x?schema=b", False),
        ("postgresql://db.example/x", "postgresql://db.example/y", False),
    ],
)
def test_a_database_is_the_same_whoever_uses_it(one: str, another: str, same: bool) -> None:
    """By its servers, its name and its schema."""
    assert (database_of(one).place == database_of(another).place) is same


def test_a_table_that_there_is_not_is_refused() -> None:
    """With the one that was meant."""
    with pytest.raises(InvalidParameterError, match="did you mean bookings"):
        dlt_source("account.duckdb", tables=["boookings"])


LONG_NUMBER = re.compile(r"\d{20,}")
ODD_BOOKINGS: list[dict[str, Any]] = [
    {"id": "BKNG-ODD1", "subject": "a\u0000b", "custom_fields": [{"name": "n", "value": "\u0000"}]},
    {"id": "BKNG-ODD2", "subject": "half \ud83d", "utm_params": {"source": "\ude00"}},
    {"id": "BKNG-ODD3", "duration_minutes": 2**70, "custom_fields": [{"value": 2**70}]},
    {"id": "BKNG-ODD4", "duration_minutes": 1e300, "brand_new": {"number": 10**40, "none": None}},
    {"id": "BKNG-ODD5", "starting_time": "0001-01-01T00:00:00Z"},
    {"id": "BKNG-ODD6", "starting_time": "9999-12-31T23:59:59.999999Z"},
    {"id": "BKNG-ODD7", "subject": "x" * 1_000_000, "brand_new": ["y" * 1_000_000]},
    {"id": "BKNG-ODD8", "attendees": [None, "ann@example.com", None], "custom_fields": None},
    {"id": "BKNG-ODD9", "custom_fields": {"name": "no list"}, "owner": {"id": "USR-1", "more": 1}},
    {"id": "BKNG-ODD10", "subject": "\\N\t\"'; DROP TABLE bookings; --\r\n\\", "in_trash": True},
    {"id": "BKNG-ODD12", "brand_new": deep(400)},
    {"id": "BKNG-ODD11", "custom_fields": [], "attendees": [], "brand_new": {}},
]


async def _put(
    url: str, bookings: list[dict[str, Any]], now: datetime | None = None
) -> dict[str, dict[str, Any]]:
    """Sync these bookings as they are; their rows."""
    now = datetime.now(UTC) if now is None else now
    rows = [row_of(table_of("bookings"), each) for each in bookings]
    async with opened(url) as database:
        await database.commit(Batch(upserts=[Upsert("bookings", rows)], now=now))
        return await rows_of(database, "bookings")


def _same(arrived: Any, held: Any, kind: ColumnKind) -> bool:
    """JSON as text or as data; numbers beyond 64 bits in it as texts."""
    if kind is ColumnKind.JSON and held is not None:
        arrived, held = load_json(arrived), load_json(LONG_NUMBER.sub(r'"\g<0>"', held))
        if isinstance(arrived, dict) and "json" in arrived:
            arrived = load_json(arrived["json"])  # too deep for dlt
    return bool(comparable(arrived) == comparable(held))


def _check_arrived(arrived: dict[str, dict[str, Any]], held: dict[str, dict[str, Any]]) -> None:
    """Each row as it is in the synced database."""
    assert arrived.keys() == held.keys()
    for key, row in held.items():
        for column in table_of("bookings").columns:
            name = column.name
            assert _same(arrived[key].get(name), row[name], column.kind), (key, name)


async def test_odd_values_reach_postgresql(database_url: str, tmp_path: Path, dataset: str) -> None:
    """And what comes later does: no load stays behind."""
    import asyncpg
    import dlt

    made = pipeline(tmp_path, dlt.destinations.postgres(with_password(postgres_url())), dataset)

    async def arrived() -> dict[str, dict[str, Any]]:
        connection = await asyncpg.connect(postgres_url())
        try:
            rows = await connection.fetch(f'SELECT * FROM "{dataset}".bookings')
        finally:
            await connection.close()
        return {row["id"]: dict(row) for row in rows}

    held = await _put(database_url, ODD_BOOKINGS)
    await load(made, database_url, tables=["bookings"])
    _check_arrived(await arrived(), held)
    changed = {"id": "BKNG-ODD1", "custom_fields": [{"name": "new", "value": 1}], "newer": "y"}
    held = await _put(database_url, [changed, {"id": "BKNG-NEW"}])
    await load(made, database_url, tables=["bookings"])
    _check_arrived(await arrived(), held)


async def test_odd_values_reach_parquet_files(tmp_path: Path, database_url: str) -> None:
    """And what comes later does: no load stays behind."""
    import dlt
    import pyarrow.parquet as pq

    made = pipeline(tmp_path, dlt.destinations.filesystem(f"file://{tmp_path}/lake"), "oncehub")

    async def arrived() -> dict[str, dict[str, Any]]:
        await asyncio.to_thread(
            lambda: made.run(
                dlt_source(database_url, tables=["bookings"]), loader_file_format="parquet"
            ).raise_on_failed_jobs()
        )
        files = (tmp_path / "lake" / "oncehub" / "bookings").glob("*.parquet")
        rows = [row for each in files for row in pq.read_table(each).to_pylist()]
        return {row["id"]: row for row in sorted(rows, key=lambda row: row["_synced_at"])}

    held = await _put(database_url, ODD_BOOKINGS)
    _check_arrived(await arrived(), held)
    changed = {"id": "BKNG-ODD1", "custom_fields": [{"name": "new", "value": 1}], "newer": "y"}
    held = await _put(database_url, [changed, {"id": "BKNG-NEW"}])
    _check_arrived(await arrived(), held)

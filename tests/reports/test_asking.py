"""What is asked of a report, and what it says when it doesn't know all."""

import csv
import io
import json
from datetime import UTC, date, datetime
from pathlib import Path

import attrs
import pytest

from oncehub_async import InvalidParameterError
from oncehub_async.reports import (
    MOST_BYTES,
    Report,
    ReportColumn,
    ReportTable,
    Shows,
    report,
    report_csv,
    report_html,
    report_json,
    write_report_parquet,
)
from oncehub_async.reports._report import missing
from oncehub_async.reports._report_request import Per, days_of, report_request
from oncehub_async.simulator import Account, Simulator
from oncehub_async.sync import ObjectState, sync
from tests.sync.synced import client

NOW = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
async def database(tmp_path: Path) -> str:
    """A synced account."""
    url = f"duckdb:///{tmp_path}/account.duckdb"
    async with Simulator(Account(bookings=120, contacts=10), limits=None) as sim:
        async with client(sim) as oncehub:
            await sync(oncehub, url)
    return url


@pytest.mark.parametrize(
    ("asked", "problem"),
    [
        ({"name": "activty"}, "activity"),
        ({"name": "users", "by": "meetings"}, "meeting"),
        ({"name": "users", "per": "year"}, "per"),
        ({"name": "users", "tz": "Berlin"}, "tz: there is no time zone"),
        ({"name": "users", "since": "2026-13-01"}, "since: '2026-13-01' is no date"),
        ({"name": "users", "since": "0001-01-01", "tz": "Asia/Tokyo"}, "since: is too near"),
        ({"name": "users", "since": "2026-02-01", "until": "2026-02-01"}, "earlier than until"),
        ({"name": "users", "filters": {"ownr": "x"}}, "did you mean owner"),
        ({"name": "users", "filters": {"owner": " , "}}, "owner needs a value"),
    ],
)
def test_slips_are_told(asked: dict[str, str], problem: str) -> None:
    """In a line that names what was wrong."""
    with pytest.raises(InvalidParameterError, match=problem):
        report_request(**asked)  # type: ignore[arg-type] # of whatever kind


@pytest.mark.parametrize(
    ("per", "first", "after"),
    [
        (Per.DAY, "2026-02-28", "2026-03-01"),
        (Per.WEEK, "2026-02-23", "2026-03-02"),
        (Per.MONTH, "2026-02-01", "2026-03-01"),
        (Per.QUARTER, "2026-01-01", "2026-04-01"),
    ],
)
def test_spans_of_time(per: Per, first: str, after: str) -> None:
    """The one that holds 28 February 2026."""
    day = date(2026, 2, 28)
    assert tuple(map(str, days_of(day, per))) == (first, after)


async def test_filters_take_ids_names_several_and_none(database: str) -> None:
    """What is left are the bookings that one would count by hand."""
    whole = await report(database, "users", now=NOW)
    (first, name, count, *_), (second, _, count_of_second, *_), *_ = whole.tables[0].rows

    async def total(filters: dict[str, str], kind: str = "users") -> int:
        made = await report(database, kind, now=NOW, filters=filters)
        return sum(row[2] for row in made.tables[0].rows)

    assert await total({"owner": first}) == count
    assert await total({"owner": name.upper()}) == count
    assert await total({"owner": f"{first},{second}"}) == count + count_of_second
    everything = sum(row[2] for row in whole.tables[0].rows)
    without = await total({"calendar": "none"}, "calendars")
    with_one = (await report(database, "calendars", now=NOW)).tables[0].rows
    assert without == next(row[2] for row in with_one if row[0] is None) < everything
    assert await total({"owner": "x' OR 1=1 --"}) == 0


async def test_files(database: str, tmp_path: Path) -> None:
    """CSV, JSON and Parquet hold what the table shows."""
    made = await report(database, "users", now=NOW)
    rows = list(csv.reader(io.StringIO(report_csv(made))))
    assert rows[0][:3] == ["id", "name", "total"]
    assert [row[0] for row in rows[1:]] == [row[0] for row in made.tables[0].rows]
    data = json.loads(report_json(made))
    assert data["complete"] is True
    assert [each["total"] for each in data["tables"]["users"]] == [
        row[2] for row in made.tables[0].rows
    ]
    import pyarrow.parquet

    for name in ("users", "activity", "detail", "hours", "lead-time", "account"):
        each = await report(database, name, now=NOW)
        write_report_parquet(each, tmp_path / "report.parquet")
        there = pyarrow.parquet.read_table(tmp_path / "report.parquet")
        assert there.num_rows == len(each.tables[0].rows)
    with pytest.raises(InvalidParameterError, match="it has: hours, hosts"):
        report_csv(await report(database, "hours", now=NOW), "host")


async def test_a_zone_is_no_abbreviation(database_url: str) -> None:
    """CET has summer time, whatever a database takes it for."""
    async with Simulator(Account(bookings=120, contacts=10), limits=None) as sim:
        async with client(sim) as oncehub:
            await sync(oncehub, database_url)
    for name, same in (("CET", "Europe/Brussels"), ("WET", "Europe/Lisbon")):
        hours = [await report(database_url, "hours", tz=each, now=NOW) for each in (name, same)]
        assert hours[0].tables == hours[1].tables


async def test_a_great_number_in_parquet(database: str, tmp_path: Path) -> None:
    """As near as a fraction comes to it."""
    made = await report(database, "detail", now=NOW)
    (table,) = made.tables
    place = [each.name for each in table.columns].index("amount_charged")
    row = list(table.rows[0])
    row[place] = 2**62 + 1
    made = attrs.evolve(made, tables=(attrs.evolve(table, rows=[tuple(row)]),))
    write_report_parquet(made, tmp_path / "report.parquet")
    import pyarrow.parquet

    there = pyarrow.parquet.read_table(tmp_path / "report.parquet")
    assert there["amount_charged"].to_pylist() == [float(2**62)]


def test_the_page_is_small_and_safe() -> None:
    """Whatever guests write; a long table is cut, and says so."""
    evil = "<script>alert(1)</script>\u202e\x1b]0;x\x07\" onload='x'"
    table = ReportTable(
        "users",
        evil,
        (ReportColumn("name", evil, Shows.TEXT), ReportColumn("n", "Number", bars=True)),
        [(f"{evil}{number}" * 3, number) for number in range(5000)],
    )
    page = report_html(Report("users", evil, evil, (table,), (evil,), evil))
    assert len(page.encode()) <= MOST_BYTES
    assert "<script>alert" not in page
    assert "\x1b" not in page
    assert "\u202e" not in page
    assert "of 5,000 rows; CSV and JSON have all of them" in page
    assert "NOT COMPLETE" in page
    assert "http://" not in page
    assert "https://" not in page


@pytest.mark.parametrize(
    ("state", "asked", "told"),
    [
        (None, {}, "no bookings were synced yet"),
        (ObjectState("bookings", complete=True, complete_up_to=NOW), {}, None),
        (
            ObjectState("bookings", complete_since=NOW, complete_up_to=NOW),
            {},
            "from their creation at 2026-11-01",
        ),
        (
            ObjectState("bookings", complete_since=NOW, complete_up_to=NOW),
            {"by": "creation", "since": "2026-11-01"},
            None,
        ),
        (
            ObjectState("bookings", complete=True, complete_up_to=NOW, first_wanted=NOW),
            {"by": "creation", "since": "2026-10-01"},
            "from their creation at 2026-11-01",
        ),
        (
            ObjectState("bookings", complete=True, complete_up_to=NOW, error="RequestError"),
            {},
            "changes since 2026-11-01",
        ),
        (ObjectState("bookings", complete_up_to=NOW), {}, "none of them is sure"),
        (ObjectState("bookings", available=False, complete_up_to=NOW), {}, None),
    ],
)
def test_what_is_not_complete_is_told(
    state: ObjectState | None, asked: dict[str, str], told: str | None
) -> None:
    """On which days one can count."""
    states = {} if state is None else {"bookings": state}
    found = missing(states, report_request("users", **asked))  # type: ignore[arg-type] # as above
    assert found is None if told is None else told in (found or "")


async def test_a_database_without_anything(tmp_path: Path) -> None:
    """Says what to do."""
    with pytest.raises(InvalidParameterError, match="oncehub sync"):
        await report(tmp_path / "none.duckdb", "users")
    assert not (tmp_path / "none.duckdb").exists()

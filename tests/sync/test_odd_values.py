"""Nothing that a guest types, or a service sends, stops a sync, and nothing of it is lost."""

import asyncio
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oncehub_async._ground import load_json
from oncehub_async.sync import TABLES, Batch, DatabaseFailedError, Upsert, table_of
from oncehub_async.sync._object_rows import row_of

from .synced import comparable, object_of, opened, rows_of

NOW = datetime(2026, 11, 26, tzinfo=UTC)
ODD_TEXTS = [
    "",
    "a\u0000b",
    "\u0000",
    "half \ud83d",
    "\ude00 half",
    "\ude00\ud83d the wrong way round",
    "whole \U0001f600",
    "\\u0000 as six characters",
    '\\\\u0000"\\',
    "line\nline\u2028\t\x7f\x1b[31m",
    "'; DROP TABLE bookings; --",
    "1e400000",
    "null",
    "NaN",
    "x" * 10_000_000,
]
ODD_NUMBERS: list[Any] = [
    0,
    -1,
    2**63 - 1,
    -(2**63),
    2**63,
    2**70,
    -(2**70),
    10**4000,
    0.5,
    30.0,
    1e308,
    -1e308,
    5e-324,
    Decimal("1e400"),
    Decimal("1e-400"),
    Decimal("1.0000000000000000000000000001"),
    Decimal("1e200000"),
    Decimal("9" * 5000),
]
ODD_TIMES = [
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999999Z",
    "9999-12-31T23:59:59.999Z",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-12:00",
    "2026-02-30T08:00:00Z",
    "2026-06-30T23:59:60Z",
    "2026-01-01T08:00:00.123456789Z",
    "2026-01-01T24:00:00Z",
    "2026-01-01",
    "tomorrow",
    "0000-00-00T00:00:00Z",
    "-infinity",
    "infinity",
]
ODD_OTHERS: list[Any] = [
    True,
    [],
    {},
    [[None]],
    {"id": 7},
    {"": {"\u0000": "\ud800"}},
    [1, "a", None],
]
ODD = [*ODD_TEXTS, *ODD_NUMBERS, *ODD_TIMES, *ODD_OTHERS]


def deep(levels: int) -> Any:
    value: Any = "bottom"
    for _ in range(levels):
        value = [value]
    return value


def odd_bookings() -> list[dict[str, Any]]:
    """A booking for each odd value, which is everywhere in it."""
    bookings = []
    for number, value in enumerate([*ODD, deep(400)]):
        # Ten million characters in one place are enough of them.
        many = not (isinstance(value, str) and len(value) > 1_000_000)
        booking: dict[str, Any] = {"id": f"BKNG-ODD{number}", "subject": value}
        if many:
            booking |= {
                "status": value,
                "in_trash": value,
                "creation_time": value,
                "starting_time": value,
                "last_updated_time": value,
                "duration_minutes": value,
                "owner": value,
                "attendees": value,
                "external_calendar": value,
                "form_submission": {"name": value, "guests": [value], "new": value},
                "payment_information": {"amount_charged": value},
                "custom_fields": [{"name": "odd", "value": value}, {"name": str(value)[:90]}],
                "brand_new": value,
            }
        bookings.append(booking)
    return bookings


async def test_both_databases_take_it_all(database_url: str) -> None:
    """And give it back, value by value; the views work over it."""
    bookings, table = odd_bookings(), table_of("bookings")
    rows = [row_of(table, each) for each in bookings]
    async with opened(database_url) as database:
        await database.commit(Batch(upserts=[Upsert("bookings", rows)], now=NOW))
        there = await rows_of(database, "bookings")
        for booking in bookings:
            held, wanted = object_of(table, there[booking["id"]]), comparable(booking)
            wrong = [name for name in wanted if held.get(name) != wanted[name]]
            assert not wrong, (str(booking["subject"])[:50], wrong)
            assert held.keys() == wanted.keys()
        for view in ("booking_facts", "bookings_wide"):
            found = await database.fetch(f"SELECT * FROM {database.dialect.table(view)}")
            assert len(found) == len(bookings)


@pytest.mark.parametrize(
    ("start", "minutes"), [("9999-12-31T23:00:00Z", 5_000_000), ("0001-01-01T00:00:00Z", -1e300)]
)
async def test_meetings_at_the_ends_of_time_can_be_read(
    database_url: str, start: str, minutes: float
) -> None:
    """An end after the last year that Python and others have is none."""
    booking = {"id": "BKNG-1", "starting_time": start, "duration_minutes": minutes}
    row = row_of(table_of("bookings"), booking)
    async with opened(database_url) as database:
        await database.commit(Batch(upserts=[Upsert("bookings", [row])], now=NOW))
        view = database.dialect.table("booking_facts")
        assert await database.fetch(f"SELECT ending_time FROM {view}") == [(None,)]


async def test_several_long_notes_are_one_commit(tmp_path: Path) -> None:
    """Though DuckDB may ordinarily take less memory than they need; others after them, too."""
    table, long = table_of("bookings"), "x" * 10_000_000
    async with opened(f"duckdb:///{tmp_path}/account.duckdb") as database:
        for text in (long, f"{long}y", "short"):
            bookings = [{"id": f"BKNG-{n}", "subject": f"{n}{text}"} for n in range(6)]
            rows = [row_of(table, each) for each in bookings]
            await database.commit(Batch(upserts=[Upsert("bookings", rows)], now=NOW))
            there = await database.fetch("SELECT id, subject FROM bookings ORDER BY id")
            assert there == [(each["id"], each["subject"]) for each in bookings]


@pytest.mark.parametrize("name", TABLES)
@given(data=st.data())
@settings(max_examples=40)
def test_any_json_becomes_a_row(name: str, data: st.DataObject) -> None:
    """Whatever stands in a field of whatever table; the object can be made from the row again."""
    table = table_of(name)
    odd = st.sampled_from([each for each in ODD if not isinstance(each, str) or len(each) < 99])
    anything = st.recursive(
        st.none() | st.text() | odd,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=6,
    )
    tops = sorted({column.path[0] for column in table.columns if column.path} - {"id"})
    given_fields = data.draw(st.dictionaries(st.sampled_from([*tops, "brand_new"]), anything))
    written = {"id": "X-1", **given_fields}
    row = dict(zip(table.names, row_of(table, written), strict=True))
    assert object_of(table, row) == comparable(_ids_only(table, written))


def _ids_only(table: Any, written: dict[str, Any]) -> dict[str, Any]:
    """What is left of an object that stands where an id should: its id."""
    kept = {**written}
    for column in table.columns:
        if column.kind.value == "id" and column.path and len(column.path) == 1:
            value = written.get(column.path[0])
            if isinstance(value, dict) and isinstance(value.get("id"), str):
                kept[column.path[0]] = value["id"]
    return kept


def test_what_does_not_fit_is_kept_as_it_was_sent() -> None:
    """Beside the nearest that the column can hold."""
    table = table_of("bookings")
    booking = {
        "id": "BKNG-1",
        "subject": "a\u0000b",
        "duration_minutes": 2**70,
        "creation_time": "tomorrow",
    }
    row = dict(zip(table.names, row_of(table, booking), strict=True))
    assert (row["subject"], row["duration_minutes"], row["creation_time"]) == (
        "a\ufffdb",
        None,
        None,
    )
    assert load_json(row["_unfit"]) == {
        "subject": "a\u0000b",
        "duration_minutes": 2**70,
        "creation_time": "tomorrow",
    }


def test_no_key_of_a_webhook_is_in_a_row() -> None:
    """Under neither of the two names that the vendor has for it."""
    webhook = {"id": "WHK-1", "signing_secret": "s3cret-1", "secret": "s3cret-2", "name": "crm"}
    row = row_of(table_of("webhooks"), webhook)
    assert "s3cret" not in repr(row)
    assert "crm" in row


async def test_an_older_state_never_takes_the_place_of_a_newer(database_url: str) -> None:
    """Whatever order they come in, also within one commit; but a time from the future is none."""
    table = table_of("bookings")

    def booking(subject: str, updated: str) -> list[Any]:
        fields = {"id": "BKNG-1", "subject": subject, "last_updated_time": updated}
        return [row_of(table, fields)]

    async with opened(database_url) as database:

        async def after(rows: list[Any]) -> str:
            await database.commit(Batch(upserts=[Upsert("bookings", rows)], now=NOW))
            return str((await rows_of(database, "bookings"))["BKNG-1"]["subject"])

        assert await after(booking("second", "2026-01-02T00:00:00Z")) == "second"
        assert await after(booking("first", "2026-01-01T00:00:00Z")) == "second"
        both = booking("third", "2026-01-03T00:00:00Z") + booking("fourth", "2026-01-04T00:00:00Z")
        assert await after(both) == "fourth"
        assert await after(booking("from 2099", "2099-01-01T00:00:00Z")) == "from 2099"
        assert await after(booking("fifth", "2026-01-05T00:00:00Z")) == "fifth"


async def test_a_commit_is_whole_or_not_at_all(database_url: str) -> None:
    """Rows and the place from which the sync goes on stand or fall together."""
    table = table_of("teams")
    row = row_of(table, {"id": "TM-1"})
    async with opened(database_url) as database:
        with pytest.raises(DatabaseFailedError, match=r"failed with|UndefinedTable"):
            await database.commit(
                Batch(
                    upserts=[Upsert("teams", [row])],
                    settings={"a": "b"},
                    statements=["SELECT * FROM no_such_table"],
                    now=NOW,
                )
            )
        await asyncio.sleep(0)
        assert await rows_of(database, "teams") == {}

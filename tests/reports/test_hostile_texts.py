"""What guests type into forms breaks no report, whatever it is written as."""

import csv
import io
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from oncehub_async import InvalidParameterError
from oncehub_async.reports import (
    MOST_BYTES,
    Report,
    ReportName,
    report,
    report_csv,
    report_html,
    report_json,
    table_of_report,
    write_report_parquet,
)
from oncehub_async.sync import TABLES, Batch, ObjectState, Upsert, table_of
from oncehub_async.sync._object_rows import row_of
from tests.sync.synced import opened

NOW = datetime(2026, 11, 1, tzinfo=UTC)
MARKUP = '"><script>alert(1)</script><img src=http://evil.example/x onerror=alert(1)>'
HOSTILE = [
    MARKUP,
    "'); DROP TABLE bookings; --",
    '=HYPERLINK("http://evil.example")',
    "+cmd|' /C calc'!A0",
    "\x1b[31mred\x1b]8;;http://evil.example\x07",
    "\u202elive\u202c\u0000\ud83d",
    "'" * 40,
]


def booking(number: int, text: str) -> dict[str, Any]:
    return {
        "id": f"BKNG-{number}",
        "status": "canceled" if number % 2 else "completed",
        "creation_time": "2026-10-01T10:00:00Z",
        "starting_time": "2026-10-25T01:30:00Z",
        "duration_minutes": 12.5,
        "subject": text,
        "owner": f"USR-{number}",
        "booking_calendar": f"BKC-{number}",
        "booking_page": f"BP-{number}",
        "form_submission": {
            "name": text,
            "email": text,
            "company": text,
            "note": text,
            "custom_fields": [{"name": text[:150], "value": text}],
        },
        "utm_params": {"source": text, "medium": text, "campaign": text},
        "cancel_reschedule_information": {"reason": text, "actioned_by": text},
        "payment_information": {"amount_charged": 99.5, "currency": text},
    }


async def put(url: str, texts: list[str]) -> None:
    """An account in which these texts stand everywhere."""
    numbered = list(enumerate(texts))
    objects = {
        "bookings": [booking(number, text) for number, text in numbered],
        "users": [
            {"id": f"USR-{number}", "first_name": text, "last_name": text, "email": text}
            for number, text in numbered
        ],
        "booking_calendars": [
            {"id": f"BKC-{number}", "name": text, "host": f"USR-{number}"}
            for number, text in numbered
        ],
        "booking_pages": [
            {"id": f"BP-{number}", "name": text, "label": text} for number, text in numbered
        ],
    }
    upserts = [
        Upsert(name, [row_of(table_of(name), each) for each in found])
        for name, found in objects.items()
    ]
    states = [ObjectState(name, complete=True, complete_up_to=NOW) for name in TABLES]
    async with opened(url) as database:
        await database.commit(Batch(upserts=upserts, states=states, now=NOW))


def check_page(made: Report) -> None:
    """Small, and nothing in it but what is ours."""
    page = report_html(made)
    assert len(page.encode()) <= MOST_BYTES
    assert page.count("<script") == 1
    assert "<img" not in page
    assert "\x1b" not in page


@pytest.mark.parametrize("name", ReportName)
async def test_all_reports_in_all_formats(database_url: str, tmp_path: Path, name: str) -> None:
    """Markup is text, and no cell of CSV begins a formula; fractions are written to Parquet."""
    await put(database_url, HOSTILE)
    made = await report(database_url, name, now=NOW, tz="Europe/Berlin")
    check_page(made)
    assert report_json(made)
    for table in made.tables:
        for row in csv.reader(io.StringIO(report_csv(made, table.name))):
            assert not [each for each in row if each.lstrip().startswith(("=", "+", "@"))]
        write_report_parquet(made, tmp_path / "report.parquet", table.name)


async def test_long_texts_take_no_room_in_a_page(tmp_path: Path) -> None:
    """Each is cut: the rows of the others are still there, and it takes about as long to make."""
    took = {}
    for kind, long in (("short", 300), ("long", 1_000_000)):
        url = f"duckdb:///{tmp_path}/{kind}.duckdb"
        await put(url, ["<" * long, *(f"guest {number}" for number in range(40))])
        took[kind] = 0.0
        for name in ("customers", "account", "sources", "cancellations"):
            made = await report(url, name, now=NOW)
            begun = time.perf_counter()
            check_page(made)
            took[kind] += time.perf_counter() - begun
            table = table_of_report(made)
            assert f"{table.rows[-1][1]}</td>" in report_html(made)
    assert took["long"] < took["short"] * 5


@pytest.mark.parametrize("text", ["a\u0000b", "half \ud83d", "\udcff"])
async def test_a_filter_that_no_text_can_match_is_told(tmp_path: Path, text: str) -> None:
    """By its name, and not as a failure of the database."""
    with pytest.raises(InvalidParameterError, match="filter: owner has a character"):
        await report(tmp_path / "any.duckdb", "users", filters={"owner": text})

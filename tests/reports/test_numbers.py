"""Each number of each report is what one counts by hand in the account."""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from oncehub_async.reports import Report, report
from oncehub_async.simulator import Account, Simulator
from oncehub_async.sync import sync
from tests.sync.synced import client

from .counted_by_hand import Asked, counted, first_day, grouped, lead_hours

ZONES = ("UTC", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia")
NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
LABELS = (
    ("after the meeting began", 0),
    ("less than 1 hour", 1),
    ("1 to 4 hours", 4),
    ("4 to 24 hours", 24),
    ("1 to 2 days", 48),
    ("2 to 7 days", 168),
    ("1 to 2 weeks", 336),
    ("2 to 4 weeks", 672),
    ("4 weeks or more", float("inf")),
)


@asynccontextmanager
async def synced(seed: int, database: str) -> AsyncIterator[list[dict[str, Any]]]:
    """An account that was synced; gives its bookings as the service sends them."""
    async with Simulator(Account(bookings=250, contacts=40, seed=seed), limits=None) as sim:
        async with client(sim) as oncehub:
            await sync(oncehub, database)
            yield await oncehub.bookings.list().raw().collect()


def by_group(made: Report, keys: int, skip: int = 0) -> dict[Any, tuple[Any, ...]]:
    """The rows of a summary: the group's key, and the counts after what else it tells."""
    return {
        row[0] if keys == 1 else row[:keys]: tuple(row[keys + skip :])
        for row in made.tables[0].rows
    }


def same(got: dict[Any, tuple[Any, ...]], expected: dict[Any, tuple[Any, ...]]) -> None:
    assert {key: row for key, row in got.items() if row[0]} == {
        key: pytest.approx(row) for key, row in expected.items()
    }


@pytest.mark.parametrize("seed", range(1, 21))
async def test_all_reports(seed: int, tmp_path: Path) -> None:
    """For 20 accounts, in five time zones, by meeting and by creation."""
    database = f"duckdb:///{tmp_path}/account.duckdb"
    async with synced(seed, database) as bookings:
        for number, zone in enumerate(ZONES):
            by = ("meeting", "creation")[(seed + number) % 2]
            per = ("day", "week", "month", "quarter")[(seed + number) % 4]
            await _all_numbers(database, bookings, Asked(by, zone, NOW), per)


@pytest.mark.parametrize("seed", [3, 8])
async def test_all_reports_in_both_databases(seed: int, database_url: str) -> None:
    """The same SQL in PostgreSQL."""
    async with synced(seed, database_url) as bookings:
        for number, zone in enumerate(ZONES):
            asked = Asked(("meeting", "creation")[number % 2], zone, NOW)
            await _all_numbers(database_url, bookings, asked, "week")


async def _all_numbers(
    database: str, bookings: list[dict[str, Any]], asked: Asked, per: str
) -> None:
    async def made(name: str) -> Report:
        return await report(database, name, by=asked.by, per=per, tz=asked.zone, now=asked.now)

    same(
        by_group(await made("activity"), 1),
        grouped(bookings, asked, lambda each: first_day(asked.time(each), per)),  # type: ignore[arg-type] # those that count have one
    )
    if asked.zone == "UTC":
        await _groups(made, bookings, asked)
    same(
        by_group(await made("lead-time"), 1),
        grouped(
            [each for each in bookings if lead_hours(each) is not None],
            asked,
            lambda each: next(label for label, hours in LABELS if (lead_hours(each) or 0) < hours),
        ),
    )
    expected = Counter(
        (at.isoweekday(), at.hour)
        for each in counted(bookings, asked)
        if (at := asked.time(each)) is not None
    )
    hours = (await made("hours")).tables[0]
    assert {
        (day, hour): count
        for day, row in enumerate(hours.rows, start=1)
        for hour, count in enumerate(row[1:])
        if count
    } == dict(expected)
    reasons = Counter(
        (
            information.get("actioned_by") or "not told",
            (information.get("reason") or "").strip() or "no reason given",
        )
        for each in counted(bookings, asked)
        if each.get("status") in ("canceled", "rescheduled")
        for information in [each.get("cancel_reschedule_information") or {}]
    )
    cancellations = (await made("cancellations")).tables[0]
    assert {row[:2]: row[4] for row in cancellations.rows} == dict(reasons)
    detail = (await made("detail")).tables[0]
    assert {row[0] for row in detail.rows} == {each["id"] for each in counted(bookings, asked)}


async def _groups(
    made: Callable[[str], Awaitable[Report]], bookings: list[dict[str, Any]], asked: Asked
) -> None:
    """What no time zone changes."""
    for name, key, skip in (
        ("calendars", "booking_calendar", 1),
        ("pages", "booking_page", 2),
        ("master-pages", "master_page", 1),
        ("event-types", "event_type", 1),
        ("users", "owner", 1),
    ):
        same(
            by_group(await made(name), 1, skip),
            grouped(bookings, asked, lambda each, key=key: each.get(key)),  # type: ignore[misc] # bound here
        )
    same(
        by_group(await made("sources"), 3),
        grouped(
            bookings,
            asked,
            lambda each: tuple(
                (each.get("utm_params") or {}).get(part)
                for part in ("source", "medium", "campaign")
            ),
        ),
    )


async def test_the_quartiles_of_lead_time(tmp_path: Path) -> None:
    """Of all bookings that count."""
    database = f"duckdb:///{tmp_path}/account.duckdb"
    asked = Asked("meeting", "UTC", NOW)
    async with synced(5, database) as bookings:
        made = await report(database, "lead-time", now=NOW)
    hours = [h for each in counted(bookings, asked) if (h := lead_hours(each)) is not None]
    assert made.tables[1].rows[0] == pytest.approx(
        (
            quantiles(hours, n=4, method="inclusive")[0],
            median(hours),
            quantiles(hours, n=4, method="inclusive")[2],
        )
    )


async def test_days_of_23_and_25_hours(tmp_path: Path) -> None:
    """A day of the business begins and ends at its midnight, however long it is."""
    database = f"duckdb:///{tmp_path}/account.duckdb"
    zone = ZoneInfo("America/New_York")
    async with synced(2, database) as bookings:
        for day in (date(2026, 3, 8), date(2025, 11, 2), date(2026, 7, 1)):
            since = datetime(day.year, day.month, day.day, tzinfo=zone)
            after = day + timedelta(days=1)
            until = datetime(after.year, after.month, after.day, tzinfo=zone)
            asked = Asked("creation", str(zone), NOW, since, until)
            for _ in range(1):
                made = await report(
                    database,
                    "activity",
                    by="creation",
                    per="day",
                    since=day,
                    until=after,
                    tz=str(zone),
                    now=NOW,
                )
                rows = {row[0]: row[1] for row in made.tables[0].rows if row[1]}
                expected = len(counted(bookings, asked))
                assert rows == ({day: expected} if expected else {})
                hours = (until.astimezone(UTC) - since.astimezone(UTC)) / timedelta(hours=1)
                assert hours in (23, 24, 25)

"""One reader and writer of times: every odd time is read, or is None, and never ends in a traceback."""

import re
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import oncehub_async
from oncehub_async._ground import (
    EARLIEST,
    LATEST,
    checks,
    from_unix,
    has_finer_digits,
    read_clock_face,
    read_date,
    read_time,
    read_zoned_time,
    shifted,
    time_text,
)
from oncehub_async.errors import InvalidParameterError

offsets = st.integers(-24 * 60 + 1, 24 * 60 - 1).map(lambda each: timezone(timedelta(minutes=each)))
times = st.datetimes(timezones=st.just(UTC) | offsets)
UNREADABLE: tuple[Any, ...] = (
    None,
    "",
    " ",
    "soon",
    1_700_000_000,
    1.7e12,
    True,
    b"2026-01-31T08:00:00Z",
    ["2026-01-31"],
    "1700000000000000000000",
    "2026-02-30",
    "2026-06-30T23:59:60Z",
    "2026-01-31T25:00:00Z",
    "2026-01-31T24:00:01Z",
    "2026-01-31T08:00:00+24:00",
    "0001-01-01T00:00:00+14:00",
    "0001-01-01T00:00:00+00:01",
    "9999-12-31T23:59:59-12:00",
    "9999-12-31T24:00:00Z",
    "10000-01-01T00:00:00Z",
    "0000-01-01T00:00:00Z",
    "2026-01-31T08:00:00\ud83d",
)


@pytest.mark.parametrize("value", UNREADABLE)
def test_what_cannot_be_read_is_none(value: Any) -> None:
    """Of any type, and at the ends of time."""
    assert read_time(value) is None
    assert read_zoned_time(value) is None
    with pytest.raises(InvalidParameterError, match="since: "):
        checks.written_time(value, "since")


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("2026-01-31", "2026-01-31T00:00:00Z"),
        ("2026-01-31T08:00", "2026-01-31T08:00:00Z"),
        ("2026-01-31 08:00:00", "2026-01-31T08:00:00Z"),
        ("2026-01-31T08:00:00.270Z", "2026-01-31T08:00:00.270Z"),
        ("2026-01-31T08:00:00.27+02:00", "2026-01-31T06:00:00.270Z"),
        ("2026-01-31t08:00:00.123456z", "2026-01-31T08:00:00.123456Z"),
        ("2026-01-31T08:00:00.1234567Z", "2026-01-31T08:00:00.123456Z"),
        ("2026-01-31T24:00:00Z", "2026-02-01T00:00:00Z"),
        ("2026-12-31T24:00+01:00", "2026-12-31T23:00:00Z"),
        ("20260131T240000.000Z", "2026-02-01T00:00:00Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
        ("0001-01-01T00:00:00-12:00", "0001-01-01T12:00:00Z"),
        ("9999-12-31T23:59:59.999999+14:00", "9999-12-31T09:59:59.999999Z"),
    ],
)
def test_times_are_read_as_utc(text: str, written: str) -> None:
    """Also without a zone, as the API means them; on every Python the same."""
    time = read_time(text)
    assert time is not None
    assert time.tzinfo is UTC
    assert time_text(time) == written
    assert checks.written_time(text, "since") == time


@pytest.mark.parametrize("text", ["2026-01-31", "2026-01-31T08:00:00", "2026-01-31T24:00"])
def test_a_strict_reader_wants_a_zone(text: str) -> None:
    """A time in a file of ours has one."""
    assert read_zoned_time(text) is None
    assert read_zoned_time(f"{text[:10]}T08:00:00+02:00") == datetime(2026, 1, 31, 6, tzinfo=UTC)


@given(times)
def test_what_is_written_is_read_as_the_same(time: datetime) -> None:
    """Whatever its offset; what is beyond the ends in UTC keeps it, and can't be read again."""
    text = time_text(time)
    read = read_time(text)
    assert read == time if read else datetime.fromisoformat(text) == time
    assert (read is None) == (not EARLIEST <= time <= LATEST)


@given(st.text() | st.integers() | st.floats() | st.none() | st.binary())
def test_nothing_makes_a_reader_fail(value: Any) -> None:
    """It comes from anywhere."""
    for read in (read_time, read_zoned_time, read_clock_face, read_date):
        read(value)


@given(times, st.timedeltas())
def test_no_sum_overflows(time: datetime, by: timedelta) -> None:
    """It stops at the first and the last moment."""
    assert by <= timedelta(0) or shifted(time, by) >= min(time, LATEST)
    assert by >= timedelta(0) or shifted(time, by) <= max(time, EARLIEST)


@pytest.mark.parametrize("seconds", [1e300, -1e300, 253402300800, float("inf"), float("nan")])
def test_unix_times_beyond_the_ends_are_none(seconds: float) -> None:
    """As a handler that asks to be tried again may choose any."""
    assert from_unix(seconds) is None
    assert from_unix(0.5) == datetime(1970, 1, 1, 0, 0, 0, 500_000, tzinfo=UTC)


@pytest.mark.parametrize("digits", ["1234567", "0000001", "999999999"])
def test_digits_below_microseconds_are_seen(digits: str) -> None:
    """Unless they are zeros, which say nothing."""
    assert has_finer_digits(f"2026-01-31T08:00:00.{digits}Z")
    assert not has_finer_digits(f"2026-01-31T08:00:00.{digits[:6]}000Z")


@pytest.mark.parametrize("time", [EARLIEST, LATEST])
def test_a_time_beyond_the_ends_is_refused_where_a_caller_passes_it(time: datetime) -> None:
    """It couldn't be sent."""
    hours = -12 if time == LATEST else 14
    with pytest.raises(InvalidParameterError, match="since: is beyond the years 1 to 9999"):
        checks.aware(time.replace(tzinfo=timezone(timedelta(hours=hours))), "since")


PACKAGE = Path(oncehub_async.__file__).parent
# A day's hours and a date have no zone; the walk is on its way.
ELSEWHERE = re.compile(r"_scheduling/|_availability_rules|_lists/")


def test_times_are_read_and_written_in_one_place() -> None:
    """Whoever reads one elsewhere forgets one of the cases above."""
    reader = re.compile(r"fromisoformat|isoformat\(|strptime|fromtimestamp|\.astimezone\(UTC")
    found = [
        str(file.relative_to(PACKAGE))
        for file in PACKAGE.rglob("*.py")
        if reader.search(file.read_text("utf-8")) and not ELSEWHERE.search(str(file))
    ]
    assert [each for each in found if each != "_ground/times.py"] == []

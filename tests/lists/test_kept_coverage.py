"""What of a list has been read is kept as JSON, and read again whoever wrote it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from oncehub_async._lists import (
    Coverage,
    Following,
    Placement,
    Position,
    Side,
    coverage_data,
    coverage_from,
)

NEWEST = datetime(2026, 11, 1, 0, 0, 0, 250_000, tzinfo=UTC)


def end(id: str, time: str, **more: Any) -> dict[str, Any]:
    """As version 0.2.0 wrote it at first, with the pace of the latest pages."""
    ends = {"id": id, "time": time, "ids": [id], "page": ["B-0", "B-1"], "cursor": id}
    return {**ends, "announced": False, "recent": [[2, 60.0]], **more}


def earlier() -> dict[str, Any]:
    """A top of two objects, below which there is more."""
    return {
        "segments": [
            {
                "number": 3,
                "newer": end("B-0", "2026-11-01T00:00:00.250Z"),
                "older": end("B-1", "2026-10-31T23:59:00.250Z", cursor="X", announced=True),
                "at_top": True,
                "at_end": False,
                "nothing_until": None,
                "newer_is_closed": True,
                "count": 2,
            }
        ],
        "empty_before": "2024-01-01T00:00:00Z",
        "is_empty": False,
        "next_number": 7,
    }


def test_what_was_kept_earlier_is_still_read() -> None:
    """It means what it meant; what nobody needs any more is passed over."""
    coverage = coverage_from(earlier())
    (top,) = coverage.segments
    assert (top.number, top.at_top, top.at_end, top.count) == (3, True, False, 2)
    assert top.newer.position == Position("B-0", NEWEST)
    assert (top.older.cursor, top.older.announced, top.older.page) == ("X", True, ("B-0", "B-1"))
    assert top.holds(Position("B-1", NEWEST - timedelta(minutes=1)))
    assert coverage.empty_before == datetime(2024, 1, 1, tzinfo=UTC)
    assert (coverage.next_number, coverage.complete) == (7, False)


def test_reading_goes_on_from_what_was_kept() -> None:
    """As if it had never been away, by way of JSON text."""
    coverage = Coverage()
    new = [Position(f"B-{i}", NEWEST - timedelta(minutes=i // 2)) for i in range(7)]
    more = Following("B-6", announced=True)
    coverage.add(Placement(0, Side.OLDER, 0, 7), new, following=more)
    again = coverage_from(orjson.loads(orjson.dumps(coverage_data(coverage))))
    older = [Position(f"C-{i}", NEWEST - timedelta(days=i + 1)) for i in range(3)]
    for each in (coverage, again):
        each.add(Placement(1, Side.OLDER, 0, 3, ends=True), older, older_than=NEWEST)
        each.add(Placement(0, Side.OLDER, 7, 7, joins=1), [])
        assert each.complete
    assert coverage_data(again) == coverage_data(coverage)


def test_what_was_kept_earlier_of_a_long_part_is_not_taken_for_all_of_it() -> None:
    """Of each end, a page's ids were kept: what comes on the other side isn't next to them."""
    data = earlier()
    data["segments"][0]["count"] = 20
    coverage = coverage_from(data)
    new = [Position(f"C-{i}", NEWEST - timedelta(days=i + 1)) for i in range(3)]
    coverage.add(Placement(3, Side.OLDER, 0, 3), new)
    (top,) = coverage.segments
    assert top.newer.page == ("B-0", "B-1")
    assert top.older.page == ("B-0", "B-1", "C-0", "C-1", "C-2")
    newer = [Position(f"A-{i}", NEWEST + timedelta(days=3 - i)) for i in range(3)]
    coverage.add(Placement(3, Side.NEWER, 0, 3), newer)
    (top,) = coverage.segments
    assert top.newer.page == ("A-0", "A-1", "A-2", "B-0", "B-1")
    assert top.older.page == ("B-0", "B-1", "C-0", "C-1", "C-2")


@pytest.mark.parametrize("name", ["segments", "empty_before", "is_empty", "next_number"])
def test_what_is_no_coverage_is_refused(name: str) -> None:
    """Half of one would pass for one of which less has been read."""
    data = earlier()
    del data[name]
    with pytest.raises(KeyError, match=name):
        coverage_from(data)


@pytest.mark.parametrize("time", [None, "yesterday", "2026-11-01T00:00:00"])
def test_a_time_that_is_none_is_refused(time: str | None) -> None:
    """Nothing can be compared with it."""
    data = earlier()
    data["segments"][0]["older"]["time"] = time
    with pytest.raises(ValueError, match="a time that is none"):
        coverage_from(data)

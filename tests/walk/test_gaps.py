"""What hasn't been read of a list, and how many pages may be in it."""

from datetime import UTC, datetime, timedelta

import pytest

from oncehub_async.pagination import Following
from oncehub_async.walk import Bounds, Ends, Position, Coverage, pages_left
from oncehub_async.walk.walk_plan import Gap, gaps, later
from oncehub_async.walk.placement import Look, place

NOW = datetime(2026, 11, 1, tzinfo=UTC)
LIMIT = 10
MORE, END = Following("x", announced=True), Following(None, announced=False)


def ago(hours: float) -> datetime:
    return NOW - timedelta(hours=hours)


def read(
    coverage: Coverage, newest: float, every: float, older_than: float | None = None
) -> None:
    """Read a page of ten objects, the newest so many hours ago, one every so many hours."""
    page = [Position(f"{newest}-{number}", ago(newest + every * number)) for number in range(LIMIT)]
    bound = None if older_than is None else ago(older_than)
    placement = place(coverage, page, Look(bound), MORE)
    coverage.add(placement, page, older_than=bound, following=MORE)


def found(coverage: Coverage, began: float | None = None) -> list[Gap]:
    ends = Ends(None, None if began is None else ago(began))
    return gaps(coverage, Bounds(NOW, ends), LIMIT)


def pages(gap: Gap) -> tuple[float, float, float]:
    return gap.low, gap.likely, gap.high


def test_below_the_last_page_it_goes_on_at_its_pace() -> None:
    """Ten in nine hours, until ninety hours before; the pace may change."""
    coverage = Coverage()
    read(coverage, newest=0, every=1)
    assert pages(found(coverage, began=99)[0]) == pytest.approx((6, 10, 16))


def test_three_days_without_anything_new_count_as_a_lull() -> None:
    """The rest of ten days is the end of a service that nobody uses any more."""
    coverage = Coverage()
    read(coverage, newest=240, every=1)
    assert found(coverage, began=249 + 81)[0].likely == pytest.approx(1)


def test_a_lull_may_last_as_long_as_a_page() -> None:
    """Where a page goes back for days."""
    coverage = Coverage()
    read(coverage, newest=1000, every=20)
    assert found(coverage, began=1180 + 360)[0].likely == pytest.approx(1)


def test_between_two_pages_both_tell_what_may_be_there() -> None:
    """Ten in nine hours above, ten in eighteen below: 90 hours hold 50 or 75, or twice as many."""
    coverage = Coverage()
    read(coverage, newest=0, every=1)
    read(coverage, newest=99, every=2, older_than=99)
    gap, below = found(coverage)
    assert pages(gap) == pytest.approx((5, 7.5, 16))
    assert (gap.reach.read, gap.chains) == (9 * 3600, 2)
    assert below.lower is None


def test_what_a_look_found_empty_is_no_gap() -> None:
    """It was for what is older than 54 hours, and the newest of that is older than 99."""
    coverage = Coverage()
    read(coverage, newest=0, every=1)
    read(coverage, newest=99, every=2, older_than=54)
    assert found(coverage)[0].likely == pytest.approx(3.75)


def test_a_page_in_a_rush_or_a_lull_is_held_against_all_that_was_read() -> None:
    """The one below has ten in a hundred hours, both together twenty in 109."""
    coverage = Coverage()
    read(coverage, newest=0, every=1)
    read(coverage, newest=110, every=2, older_than=28)
    below = found(coverage, began=128 + 1000)[1]
    assert below.likely == pytest.approx((10 / 100 + 20 / 109) / 2 * 1000 / 10)


def test_in_a_narrow_gap_there_is_work_for_one() -> None:
    """Both sides would bring the same page. So it is where one side leads nowhere."""
    coverage = Coverage()
    read(coverage, newest=0, every=1)
    read(coverage, newest=20, every=1, older_than=20)
    assert found(coverage)[0].chains == 1
    wide = Coverage()
    read(wide, newest=0, every=1)
    read(wide, newest=99, every=1, older_than=99)
    assert found(wide)[0].chains == 2
    wide.segments[1].newer_is_closed = True
    assert found(wide)[0].chains == 1


def test_objects_of_one_instant_have_a_pace_too() -> None:
    """Counted as if they had taken a second."""
    coverage = Coverage()
    read(coverage, newest=0, every=0)
    assert found(coverage, began=1)[0].likely == pytest.approx(3600)


def test_a_complete_list_has_no_gaps() -> None:
    """And no pages left."""
    coverage = Coverage()
    page = [Position("a", NOW)]
    coverage.add(place(coverage, page, Look(), END), page, following=END)
    assert found(coverage) == []
    assert pages_left(coverage, Bounds(NOW, Ends()), LIMIT) == 0


def test_how_many_pages_are_left_is_told_where_the_end_is_known() -> None:
    """Not by a guess at an account's age."""
    coverage = Coverage()
    assert pages_left(coverage, Bounds(NOW, Ends(began=ago(99))), LIMIT) is None
    read(coverage, newest=0, every=1)
    assert pages_left(coverage, Bounds(NOW, Ends()), LIMIT) is None
    assert pages_left(coverage, Bounds(NOW, Ends(began=ago(98))), LIMIT) == 10
    assert pages_left(coverage, Bounds(NOW, Ends(filtered=ago(98))), LIMIT) == 10


def test_times_end_with_the_years() -> None:
    """At both ends."""
    assert later(NOW, timedelta.max) == datetime.max.replace(tzinfo=UTC)
    assert later(NOW, timedelta.min) == datetime.min.replace(tzinfo=UTC)

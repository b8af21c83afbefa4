"""How much of a list hasn't been read, how many chains that needs, and where they begin."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import inf

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oncehub_async import Limits
from oncehub_async._ground import shifted
from oncehub_async._lists import Bounds, Coverage, Position, pages_left
from oncehub_async._lists.pagination import Following
from oncehub_async._lists.placement import Look, place
from oncehub_async._lists.walk_plan import (
    Depths,
    Gap,
    Plan,
    age_of,
    demand,
    gaps,
    look_times,
    plan,
)
from oncehub_async._rate import UNKNOWN, Demand, Room

NOW = datetime(2026, 11, 1, tzinfo=UTC)
LIMIT = 10
MORE, END = Following("x", announced=True), Following(None, announced=False)


def ago(hours: float) -> datetime:
    return NOW - timedelta(hours=hours)


def read(coverage: Coverage, newest: float, every: float, older_than: float | None = None) -> None:
    """Read a page of ten objects, the newest so many hours ago, one every so many hours."""
    page = [Position(f"{newest}-{number}", ago(newest + every * number)) for number in range(LIMIT)]
    bound = None if older_than is None else ago(older_than)
    placement = place(coverage, page, Look(bound), MORE)
    coverage.add(placement, page, older_than=bound, following=MORE)


def found(coverage: Coverage, oldest: float | None = None) -> list[Gap]:
    told = None if oldest is None else ago(oldest)
    return gaps(coverage, Bounds(NOW, oldest=told), LIMIT)


def pages(gap: Gap) -> tuple[float, float, float]:
    return gap.low, gap.likely, gap.high


def test_below_the_last_page_it_goes_on_at_two_thirds_of_its_pace() -> None:
    """Ten in nine hours, until ninety hours before: accounts grow, and the pace may change."""
    coverage = Coverage()
    read(coverage, newest=0, every=1)
    assert pages(found(coverage, oldest=99)[0]) == pytest.approx((5.1, 6.8, 9.18))


def test_three_days_without_anything_new_count_as_a_lull() -> None:
    """The rest of ten days is the end of a service that nobody uses any more."""
    coverage = Coverage()
    read(coverage, newest=240, every=1)
    assert found(coverage, oldest=249 + 81)[0].likely == pytest.approx(0.68)


def test_a_lull_may_last_as_long_as_a_page() -> None:
    """Where a page goes back for days."""
    coverage = Coverage()
    read(coverage, newest=1000, every=20)
    assert found(coverage, oldest=1180 + 360)[0].likely == pytest.approx(0.68)


def test_between_two_pages_it_goes_on_as_in_what_was_read() -> None:
    """Twenty in nine and eighteen hours: 90 hours hold 67, more or less."""
    coverage = Coverage()
    read(coverage, newest=0, every=1)
    read(coverage, newest=99, every=2, older_than=99)
    gap, below = found(coverage)
    assert pages(gap) == pytest.approx((5, 20 / 3, 10))
    assert (gap.read, gap.chains) == (9 * 3600, 2)
    assert below.lower is None


def test_what_a_look_found_empty_is_no_gap() -> None:
    """It was for what is older than 54 hours, and the newest of that is older than 99."""
    coverage = Coverage()
    read(coverage, newest=0, every=1)
    read(coverage, newest=99, every=2, older_than=54)
    assert found(coverage)[0].likely == pytest.approx(1.25)


def test_a_page_in_a_rush_or_a_lull_is_held_against_all_that_was_read() -> None:
    """The one below has ten in a hundred hours, both together twenty in 109."""
    coverage = Coverage()
    read(coverage, newest=0, every=1)
    read(coverage, newest=110, every=2, older_than=28)
    below = found(coverage, oldest=128 + 1000)[1]
    assert below.likely == pytest.approx(0.68 * (10 / 100 + 20 / 109) / 2 * 1000 / 10)


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
    wide.segments[1].newer.ways = 1
    assert found(wide)[0].chains == 1


def test_objects_of_one_instant_have_a_pace_too() -> None:
    """Counted as if they had taken a second."""
    coverage = Coverage()
    read(coverage, newest=0, every=0)
    assert found(coverage, oldest=1)[0].likely == pytest.approx(0.68 * 3600)


def test_a_complete_list_has_no_gaps() -> None:
    """And no pages left."""
    coverage = Coverage()
    page = [Position("a", NOW)]
    coverage.add(place(coverage, page, Look(), END), page, following=END)
    assert found(coverage) == []
    assert pages_left(coverage, Bounds(NOW), LIMIT) == 0


def test_how_many_pages_are_left_is_told_where_the_end_is_known() -> None:
    """Not by a guess at an account's age."""
    coverage = Coverage()
    assert pages_left(coverage, Bounds(NOW, oldest=ago(99)), LIMIT) is None
    read(coverage, newest=0, every=1)
    assert pages_left(coverage, Bounds(NOW), LIMIT) is None
    assert pages_left(coverage, Bounds(NOW, oldest=ago(98)), LIMIT) == 7
    assert pages_left(coverage, Bounds(NOW, filtered=ago(98)), LIMIT) == 7


def test_times_end_with_the_years() -> None:
    """At both ends."""
    assert shifted(NOW, timedelta.max) == datetime.max.replace(tzinfo=UTC)
    assert shifted(NOW, timedelta.min) == datetime.min.replace(tzinfo=UTC)


YEAR = 365 * 86_400.0


def years(age: Depths) -> list[float]:
    return [round(each / YEAR, 2) for each in age]


def is_known(age: Depths) -> bool:
    return age[0] == age[2]


def test_where_nothing_tells_three_years_are_likely() -> None:
    """And any age between three months and twelve years is possible."""
    age = age_of(0, inf, inf, inf)
    assert (years(age), is_known(age)) == ([0.54, 2.76, 6.71], False)


def test_what_was_read_without_an_end_makes_a_list_older() -> None:
    """Whatever it was taken for."""
    assert years(age_of(6 * YEAR, inf, inf, inf)) == [6.89, 9.22, 10.82]
    assert years(age_of(20 * YEAR, inf, inf, inf)) == [22.97, 30.74, 36.05]


def test_a_look_that_found_nothing_makes_it_younger() -> None:
    """Then it ends before that time; nor is its end known if that is a month ago."""
    assert years(age_of(0, YEAR, inf, inf)) == [0.19, 0.45, 0.73]
    assert not is_known(age_of(0, YEAR / 12, inf, inf))


def test_what_its_reader_tells_is_believed() -> None:
    """Also when it is nearly reached, or a little passed."""
    assert years(age_of(YEAR, inf, inf, 5 * YEAR)) == [5, 5, 5]
    assert years(age_of(5 * YEAR, inf, inf, 5 * YEAR)) == [5.1, 5.1, 5.1]
    assert is_known(age_of(5.5 * YEAR, inf, inf, 5 * YEAR))


@pytest.mark.parametrize(
    ("read", "told", "empty"),
    [(6, 5, inf), (1, 5, 4), (0, 0, inf), (0, 61, inf)],
    ids=["passed by far", "found empty", "in the future", "of no account"],
)
def test_what_its_reader_tells_is_not_believed_against_evidence(
    read: float, told: float, empty: float
) -> None:
    """The list went on beyond it, ended before, or can't be that old."""
    found = age_of(read * YEAR, empty * YEAR, inf, told * YEAR)
    assert found == age_of(read * YEAR, empty * YEAR, inf, inf)


def test_a_filter_ends_a_list_where_it_most_likely_goes_on() -> None:
    """One from ages ago most likely lets everything pass."""
    assert years(age_of(0, inf, YEAR, inf)) == [1, 1, 1]
    assert years(age_of(0, inf, YEAR, 5 * YEAR)) == [1, 1, 1]
    assert not is_known(age_of(0, inf, 11 * YEAR, inf))


depths = st.floats(0, 60 * YEAR)


@given(read=depths, empty=depths | st.just(inf), filtered=depths | st.just(inf), told=depths)
def test_ages_are_finite_and_in_their_order(
    read: float, empty: float, filtered: float, told: float
) -> None:
    """Whatever is known, and however it fits together."""
    few, likely, many = age_of(read, empty, filtered, told)
    assert few <= likely * 1.0001
    assert likely <= many * 1.0001
    assert many < inf


SMALL = Demand(low=20, likely=40, high=60, chains=1, longest=40)
"""A list that is surely read within five minutes."""
MIDDLING = Demand(low=80, likely=150, high=400, chains=1, longest=150)
"""One that may be."""
LARGE = Demand(low=300, likely=600, high=900, chains=1, longest=600)
"""One that can't be."""


def room(left: int = 199, within: float = 0.0) -> Room:
    return Room(Limits(), left, within)


@pytest.mark.parametrize(
    ("latency", "chains", "looks"), [(0.05, 1, 0), (0.15, 1, 0), (0.4, 3, 1), (1.0, 6, 3)]
)
def test_as_many_chains_as_round_trips_take(latency: float, chains: int, looks: int) -> None:
    """A request every fifth of a second; each look gives two chains more."""
    assert plan(SMALL, [], room(), latency) == Plan(chains, looks, careful=False)


def test_under_the_edge_there_is_one_look() -> None:
    """Which gives three chains; no more are worth the 201st request."""
    assert plan(MIDDLING, [], room(), 1.0) == Plan(6, 1, careful=True)
    assert plan(attrs.evolve(MIDDLING, chains=3), [], room(), 1.0).looks == 0


def test_near_the_edge_a_look_has_to_save_twice_what_it_costs() -> None:
    """Five minutes, with the likelihood that it is the request that has to wait for them."""
    near = Demand(low=30, likely=38, high=50, chains=1, longest=38)
    assert plan(near, [], room(40), 1.0) == Plan(6, 0, careful=True)
    assert plan(attrs.evolve(near, low=10, high=60), [], room(40), 1.0).looks == 1


def test_beyond_the_edge_there_are_chains_for_the_five_minutes() -> None:
    """Those that use up their requests in a third of the time; at 400 ms, one does."""
    assert plan(LARGE, [], room(), 0.4).looks == 0
    assert plan(LARGE, [], room(), 1.0).looks == 1


def test_late_in_the_five_minutes_there_is_no_look_into_what_goes_on_beyond_them() -> None:
    """With less than a quarter of their requests left, it would save nothing before the wait."""
    assert plan(LARGE, [], room(50), 1.0).looks == 1
    assert plan(LARGE, [], room(49), 1.0).looks == 0


def test_what_leaves_slowly_is_not_worth_a_look() -> None:
    """Where the requests of five minutes ago took a minute, theirs take one again."""
    late = Demand(low=110, likely=150, high=230, chains=1, longest=150)
    assert plan(late, [], room(200, within=10.0), 0.4).looks == 1
    assert plan(late, [], room(200, within=80.0), 0.4).looks == 0


def test_with_nothing_left_there_is_no_look() -> None:
    """It would only wait."""
    assert plan(SMALL, [], room(0), 1.0).looks == 0


def test_the_chains_of_others_count() -> None:
    """Three lists side by side are three chains."""
    other = attrs.evolve(SMALL, longest=30)
    assert plan(SMALL, [other, other], room(), 0.4).looks == 0
    assert plan(SMALL, [other, other], room(), 1.0).looks == 2


def test_the_longest_list_is_read_in_several_places() -> None:
    """It is what all wait for; equal ones don't wait for each other."""
    longer = attrs.evolve(SMALL, longest=41)
    assert plan(SMALL, [longer], room(), 1.0).looks == 0
    assert plan(longer, [SMALL], room(), 1.0).looks == 2
    assert plan(SMALL, [SMALL], room(), 1.0).looks == 2


def test_nobody_looks_before_all_have_begun() -> None:
    """The list that has just begun may be the longest."""
    assert plan(SMALL, [UNKNOWN], room(), 1.0) == Plan(6, 0, careful=True)


def test_what_a_walk_tells_of_itself() -> None:
    """A look that is under way will have two chains, and may cost a request."""
    told = demand([gap(10), gap(4)], 0)
    assert told == Demand(low=7, likely=14, high=28, chains=2, longest=10)
    assert demand([gap(10), gap(4)], 1) == attrs.evolve(told, high=29, chains=4)


HOUR = 3600.0
AT = datetime(2026, 11, 1, 12, 0, 0, 750_000, tzinfo=UTC)


def gap(likely: float, seconds: float = 24 * HOUR, read: float = 0.0) -> Gap:
    """Below all that was read."""
    coverage = Coverage()
    coverage.add(place(coverage, [Position("a", AT)], Look(), MORE), [Position("a", AT)])
    upper = coverage.segments[0]
    return Gap(upper, None, read, read + seconds, True, likely / 2, likely, likely * 2)


def times(open_gaps: list[Gap], looks: int = 3, left: int = 199) -> list[datetime]:
    return look_times(open_gaps, Plan(6, looks, careful=False), Bounds(AT), left)


def test_the_gap_with_the_longest_way_to_go_is_looked_into() -> None:
    """On a whole second, whatever the service's clock resolves; the last part is read by one."""
    found = times([gap(5), gap(9, read=48 * HOUR), gap(4)], 1)
    assert found == [(AT - timedelta(hours=48 + 24 * 0.6)).replace(microsecond=0)]


def test_no_look_goes_further_than_what_can_be_read_before_the_long_wait() -> None:
    """It would most likely find nothing, and be of no use until then."""
    found = times([gap(400)], 1, left=100)
    assert found == [(AT - timedelta(hours=6 * 0.6)).replace(microsecond=0)]


def test_a_look_is_worth_three_pages() -> None:
    """Fewer are read as soon by the chain that is there."""
    assert times([gap(2.9)]) == times([]) == times([gap(9.0)], 0) == []
    assert len(times([gap(3.0)])) == 1
    assert len(times([gap(9.0)])) == 3


def test_what_lies_within_seconds_is_not_looked_into() -> None:
    """Filters have no finer resolution that one could rely on."""
    assert times([gap(50, seconds=3.0)], 1) == []
    assert len(times([gap(50, seconds=4.0)], 1)) == 1


def test_between_two_segments_looks_divide_evenly() -> None:
    """Each part is read from both sides."""
    coverage = Coverage()
    read(coverage, newest=0, every=1)
    read(coverage, newest=99, every=1, older_than=99)
    found = look_times(gaps(coverage, Bounds(NOW), LIMIT)[:1], Plan(6, 2, False), Bounds(NOW), 199)
    assert [later - earlier for earlier, later in pairwise([*found, ago(99)][::-1])] == [
        timedelta(hours=30)
    ] * 2

"""How many chains of pages walks have, alone and beside others, and where they begin."""

from datetime import UTC, datetime, timedelta

import attrs
import pytest

from oncehub_async import Limits
from oncehub_async.budget import UNKNOWN, Demand, Room
from oncehub_async.pagination import NOTHING_FOLLOWS
from oncehub_async.walk import Bounds, Ends, Position
from oncehub_async.walk.walk_plan import Gap
from oncehub_async.walk.walk_plan import Plan, cut_times, demand, plan
from oncehub_async.walk.reach import KnownReach
from oncehub_async.walk.segments import Segment

SMALL = Demand(low=20, high=60, chains=1, longest=40, has_cut=False)
"""A list that is surely read within five minutes."""
MIDDLING = Demand(low=150, high=400, chains=1, longest=200, has_cut=False)
"""One that may be."""
LARGE = Demand(low=300, high=900, chains=1, longest=600, has_cut=False)
"""One that can't be."""


def room(left: int = 199) -> Room:
    return Room(Limits(), left)


@pytest.position.parametrize(
    ("latency", "chains", "cuts"), [(0.05, 1, 0), (0.15, 1, 0), (0.4, 3, 1), (1.0, 6, 3)]
)
def test_as_many_chains_as_round_trips_take(latency: float, chains: int, cuts: int) -> None:
    """A request every fifth of a second; each cut gives two chains more."""
    assert plan(SMALL, [], room(), latency) == Plan(chains, cuts, careful=False)


def test_under_the_edge_there_is_one_cut() -> None:
    """As long as nobody has made one, and enough of the five minutes' requests is left."""
    assert plan(MIDDLING, [], room(), 1.0) == Plan(6, 1, careful=True)
    assert plan(attrs.evolve(MIDDLING, has_cut=True), [], room(), 1.0).cuts == 0
    assert plan(attrs.evolve(MIDDLING, low=5), [], room(30), 1.0).cuts == 0


def test_what_five_minutes_hold_back_is_not_cut() -> None:
    """Only where a single chain doesn't even use those requests up."""
    assert plan(LARGE, [], room(), 1.0) == Plan(6, 0, careful=True)
    assert plan(LARGE, [], room(), 2.9) == Plan(16, 1, careful=True)


def test_the_chains_of_others_count() -> None:
    """Three lists side by side are three chains."""
    other = attrs.evolve(SMALL, longest=30)
    assert plan(SMALL, [other, other], room(), 0.4).cuts == 0
    assert plan(SMALL, [other, other], room(), 1.0).cuts == 2


def test_the_longest_list_is_cut() -> None:
    """It is what all wait for."""
    longer = attrs.evolve(SMALL, longest=41)
    assert plan(SMALL, [longer], room(), 1.0).cuts == 0
    assert plan(longer, [SMALL], room(), 1.0).cuts == 2


def test_nobody_cuts_before_all_have_begun() -> None:
    """The list that has just begun may be the longest."""
    assert plan(SMALL, [UNKNOWN], room(), 1.0) == Plan(6, 0, careful=True)


def test_what_others_need_is_not_left() -> None:
    """Together they reach the edge, or are beyond it."""
    near = attrs.evolve(SMALL, low=100, high=150, longest=30)
    assert plan(SMALL, [near], room(), 1.0) == Plan(6, 1, careful=True)
    assert plan(SMALL, [attrs.evolve(near, has_cut=True)], room(), 1.0).cuts == 0
    beyond = attrs.evolve(near, low=190)
    assert plan(SMALL, [beyond], room(), 1.0) == Plan(6, 0, careful=True)


def test_equal_lists_don_t_wait_for_each_other() -> None:
    """Else neither would ever be cut."""
    assert plan(SMALL, [SMALL], room(), 1.0).cuts == 2


def test_near_the_edge_nothing_is_risked_for_a_few_pages() -> None:
    """Ten requests before it, and as many more as there are cuts, it is near."""
    assert not plan(attrs.evolve(SMALL, high=186), [], room(199), 1.0).careful
    assert plan(attrs.evolve(SMALL, high=187), [], room(199), 1.0).careful


def test_the_first_cut_may_be_made_late() -> None:
    """While a fifth of the five minutes' requests is left."""
    uncertain = attrs.evolve(MIDDLING, low=5)
    assert plan(uncertain, [], room(40), 1.0).cuts == 1
    assert plan(uncertain, [], room(39), 1.0).cuts == 0


NOW = datetime(2026, 11, 1, 12, 0, 0, 750_000, tzinfo=UTC)
BOUNDS = Bounds(NOW, Ends())
HOUR = 3600.0
STRETCH = Segment.of(0, [Position("a", NOW)], NOTHING_FOLLOWS)


def gap(likely: float, seconds: float = 24 * HOUR, read: float = 0.0) -> Gap:
    """Below all that was read."""
    return Gap(STRETCH, None, KnownReach(read, read + seconds), likely / 2, likely, likely * 2)


def test_what_a_walk_tells_of_itself() -> None:
    """A cut that is under way will have two chains, and may cost a request."""
    told = demand([gap(10), gap(4)], 0, has_cut=False)
    assert told == Demand(low=7, high=28, chains=2, longest=10, has_cut=False)
    cutting = demand([gap(10), gap(4)], 1, has_cut=True)
    assert cutting == Demand(low=7, high=29, chains=4, longest=10, has_cut=True)


def test_the_gap_with_the_longest_way_to_go_is_cut() -> None:
    """On a whole second, whatever the service's clock resolves."""
    times = cut_times([gap(5), gap(9, read=48 * HOUR), gap(4)], 1, BOUNDS)
    assert times == [(NOW - timedelta(hours=48 + 24 * 0.6)).replace(microsecond=0)]


def test_a_cut_is_worth_three_pages() -> None:
    """Fewer are read as soon by the chain that is there."""
    assert cut_times([gap(2.9)], 1, BOUNDS) == []
    assert len(cut_times([gap(3.0)], 3, BOUNDS)) == 1
    assert len(cut_times([gap(9.0)], 3, BOUNDS)) == 3
    assert cut_times([gap(9.0)], 0, BOUNDS) == []
    assert cut_times([], 1, BOUNDS) == []


def test_what_lies_within_seconds_is_not_cut() -> None:
    """Filters have no finer resolution that one could rely on."""
    assert cut_times([gap(50, seconds=3.0)], 1, BOUNDS) == []
    assert len(cut_times([gap(50, seconds=4.0)], 1, BOUNDS)) == 1

"""How many chains of pages walks have, alone and beside others."""

import attrs
import pytest

from oncehub_async import Limits
from oncehub_async.budget import UNKNOWN, Demand, Room
from oncehub_async.walk.plan import Plan, plan

SMALL = Demand(low=20, high=60, chains=1, longest=40, has_cut=False)
"""A list that is surely read within five minutes."""
MIDDLING = Demand(low=150, high=400, chains=1, longest=200, has_cut=False)
"""One that may be."""
LARGE = Demand(low=300, high=900, chains=1, longest=600, has_cut=False)
"""One that can't be."""


def room(left: int = 199) -> Room:
    return Room(Limits(), left)


@pytest.mark.parametrize(
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

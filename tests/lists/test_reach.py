"""How far back a list reaches, as far as one can tell."""

from itertools import pairwise
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oncehub_async._lists.reach import KnownReach, UnknownReach, reach

DAY = 86_400.0
YEAR = 365 * DAY

depths = st.floats(0, 30 * YEAR)


def years(seconds: tuple[float, ...] | list[float]) -> list[float]:
    return [round(each / YEAR, 2) for each in seconds]


def test_where_nothing_tells_any_age_is_reckoned_with() -> None:
    """Of 100, 20 are younger than a year and a half, 50 than three, 85 than seven."""
    assert years(reach(0).ahead) == [1.5, 3.0, 7.14]


def test_what_was_read_without_an_end_makes_a_list_older() -> None:
    """A list of twelve years most likely has five more, though most lists end at three."""
    assert years(reach(12 * YEAR).ahead) == [1.5, 5.23, 19.8]


def test_a_look_that_found_nothing_makes_it_younger() -> None:
    """Then it ends before that time, most likely in the middle."""
    few, likely, many = reach(0, empty=YEAR).ahead
    assert years((few, likely, many)) == [0.43, 0.69, 0.91]


def test_what_its_reader_tells_is_believed() -> None:
    """Only how much there is up to then isn't known."""
    found = reach(YEAR, told=5 * YEAR)
    assert found == KnownReach(YEAR, 5 * YEAR)
    assert found.ahead == pytest.approx((2.4 * YEAR, 4 * YEAR, 6.4 * YEAR))


@pytest.mark.parametrize(
    ("read", "told", "empty"),
    [(5, 5, inf), (4.9, 5, inf), (6, 5, inf), (1, 5, 4), (0, 0, inf), (0, 14, inf)],
    ids=["reached", "nearly reached", "passed", "found empty", "in the future", "of no account"],
)
def test_what_its_reader_tells_is_not_believed_against_evidence(
    read: float, told: float, empty: float
) -> None:
    """The list went on beyond it, ended before, or can't be that old."""
    found = reach(read * YEAR, told=told * YEAR, empty=empty * YEAR)
    assert found == UnknownReach(read * YEAR, empty * YEAR)


def test_a_filter_ends_a_list_where_most_lists_go_on() -> None:
    """One from ages ago most likely lets everything pass."""
    assert reach(0, filtered=YEAR) == KnownReach(0, YEAR)
    assert reach(0, filtered=26 * YEAR) == UnknownReach(0, 26 * YEAR)
    assert reach(0, filtered=YEAR, empty=0.1 * YEAR) == UnknownReach(0, 0.1 * YEAR)
    assert reach(0, filtered=YEAR, told=5 * YEAR) == KnownReach(0, YEAR)


def test_cuts_through_a_known_list_leave_less_to_the_single_chain_below() -> None:
    """All other parts are read from both sides."""
    assert years(KnownReach(YEAR, 6 * YEAR).cuts(1)) == [4.0]
    assert years(KnownReach(0, 8 * YEAR).cuts(2)) == [3.0, 6.0]


def test_cuts_through_an_unknown_list_suit_young_ones_and_old_ones() -> None:
    """One suits the likeliest age; several are denser where more lists have something."""
    assert years(UnknownReach(0).cuts(1)) == [1.8]
    assert years(UnknownReach(0).cuts(3)) == [0.54, 1.29, 2.66]


@given(read=depths, ahead=st.floats(30 * DAY, 30 * YEAR), bounded=st.booleans())
def test_cuts_lie_in_order_in_what_was_not_read(read: float, ahead: float, bounded: bool) -> None:
    """Whatever is known."""
    end = read + ahead if bounded else inf
    for number in (1, 2, 5, 8):
        places = UnknownReach(read, end).cuts(number)
        assert len(places) == number
        assert all(earlier < later for earlier, later in pairwise([read, *places, end]))


@given(read=depths, ahead=st.floats(60.0, 30 * YEAR), bounded=st.booleans())
def test_estimates_lie_in_what_was_not_read(read: float, ahead: float, bounded: bool) -> None:
    """Few, likely and many, in this order."""
    end = read + ahead if bounded else inf
    few, likely, many = UnknownReach(read, end).ahead
    assert 0 <= few <= likely <= many
    assert read + many <= end * (1 + 1e-9)


@pytest.mark.parametrize(("read", "end"), [(0.0, 5.0), (1.0, 4.0), (0.5, 60.0)])
def test_cuts_divide_what_lists_of_all_ages_have_into_equal_parts(read: float, end: float) -> None:
    """By adding up, over all ages, which part of a list of that age lies in each part."""
    places = [read, *(each / YEAR for each in UnknownReach(read * YEAR, end * YEAR).cuts(3)), end]
    parts = [0.0] * 4
    step = 0.001
    for number in range(int((end - read) / step)):
        age = read + (number + 0.5) * step
        # Of lists whose median age is three years: how many end here.
        weight = 2 * age / 9 / (1 + age**2 / 9) ** 2 * step
        for part, (newer, older) in enumerate(pairwise(places)):
            parts[part] += weight * max(0.0, min(older, age) - newer) / age
    assert parts == pytest.approx([sum(parts) / 4] * 4, rel=0.01)

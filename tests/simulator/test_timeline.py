from collections import Counter
from datetime import UTC, datetime
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from oncehub_async.simulator._data.instants import DAY, from_datetime
from oncehub_async.simulator._data.timeline import Timeline

END = from_datetime(datetime(2026, 11, 1, 12, tzinfo=UTC))


@given(st.integers(0, 5_000), st.integers(0, 20))
@settings(max_examples=25)
def test_creation_times_never_go_back(count: int, seed: int) -> None:
    """Object i is never created before object i-1, and none after the end."""
    times = [line.at(index) for line in [Timeline(count, END, seed, "x")] for index in range(count)]
    assert times == sorted(times)
    assert all(time <= END for time in times)


@given(st.integers(0, 3_000), st.integers(-200 * DAY, 1_200 * DAY), st.integers(0, 5))
@settings(max_examples=40)
def test_searches_agree_with_counting(count: int, back: int, seed: int) -> None:
    """The binary searches find what counting every single object finds."""
    line = Timeline(count, END, seed, "x")
    moments = [END - back] + ([line.at(back % count)] if count else [])
    times = [line.at(index) for index in range(count)]
    for moment in moments:
        assert line.first_after(moment) == sum(time <= moment for time in times)
        assert line.first_from(moment) == sum(time < moment for time in times)


def test_imports_and_quiet_weeks() -> None:
    """Some instants have more than 100 and more than 250 objects; some weeks have none."""
    line = Timeline(20_000, END, 1, "bookings")
    times = [line.at(index) for index in range(20_000)]
    sizes = Counter(times).values()
    assert sum(size > 100 for size in sizes) >= 3
    assert max(sizes) > 250
    assert max(b - a for a, b in pairwise(times)) > 10 * DAY


def test_even_a_small_account_has_an_import() -> None:
    """From a thousand objects on, one instant has more of them than two full pages."""
    line = Timeline(1_000, END, 3, "bookings")
    assert max(Counter(line.at(index) for index in range(1_000)).values()) > 250


def test_a_million_objects_need_a_few_hundred_blocks() -> None:
    """Memory doesn't grow with the number of objects."""
    assert len(Timeline(1_000_000, END, 1, "bookings")._starts) < 1_200

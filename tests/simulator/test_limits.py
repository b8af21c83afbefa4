from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oncehub_async.simulator._rate_limits import RateLimiter, ServiceLimits, Window

# Eighths of a second are exact in binary: boundaries are met, not nearly met.
ARRIVALS = st.lists(
    st.tuples(st.integers(0, 24), st.sampled_from(["a", None]), st.sampled_from(["x", "y"])),
    max_size=60,
)


class Naive:
    """Keeps everything that counts, and counts it anew each time."""

    def __init__(self, limits: ServiceLimits) -> None:
        self.limits = limits
        self.counted: list[tuple[float, str | None, str]] = []

    def _in_window(self, then: float, now: float, length: float) -> bool:
        if self.limits.window == "fixed":
            return floor(then / length) == floor(now / length)
        return now - then < length

    def admits(self, now: float, account: str | None, address: str) -> bool:
        second = sum(
            self._in_window(then, now, 1) for then, who, _ in self.counted if who == account
        )
        minutes = sum(
            self._in_window(then, now, 300) for then, _, where in self.counted if where == address
        )
        fits = minutes < self.limits.per_five_minutes and (
            account is None or second < self.limits.per_second
        )
        if fits or self.limits.count_refused:
            self.counted.append((now, account, address))
        return fits


@given(
    st.builds(
        ServiceLimits,
        st.integers(1, 3),
        st.integers(1, 12),
        st.sampled_from(["sliding", "fixed"]),
        st.booleans(),
    ),
    ARRIVALS,
    st.sampled_from([1 / 8, 8.0]),
)
def test_it_agrees_with_counting_everything(
    limits: ServiceLimits, arrivals: list[tuple[int, str | None, str]], unit: float
) -> None:
    """Any window, counting refused requests or not, for several accounts and addresses."""
    limiter, naive = RateLimiter(limits), Naive(limits)
    now = 290.0
    for step, account, address in arrivals:
        now += step * unit
        expected = naive.admits(now, account, address)
        assert (limiter.arrive(now, account, address) == 0) == expected


@given(st.sampled_from(["sliding", "fixed"]), ARRIVALS)
def test_waiting_as_told_is_enough_and_not_too_long(
    window: Window, arrivals: list[tuple[int, str | None, str]]
) -> None:
    """After the wait that is told the request fits; an eighth of a second earlier it doesn't."""
    limits = ServiceLimits(2, 9, window)
    told = 0.0
    now = 0.0
    history: list[tuple[float, str | None, str]] = []
    for step, account, address in arrivals:
        now += step / 8
        limiter = _replayed(limits, history)
        told = limiter.arrive(now, account, address)
        if told:
            assert _replayed(limits, history).arrive(now + told, account, address) == 0
            assert _replayed(limits, history).arrive(now + told - 1 / 8, account, address) > 0
        else:
            history.append((now, account, address))


def _replayed(limits: ServiceLimits, history: list[tuple[float, str | None, str]]) -> RateLimiter:
    limiter = RateLimiter(limits)
    for now, account, address in history:
        assert limiter.arrive(now, account, address) == 0
    return limiter


def test_what_came_exactly_a_second_ago_counts_no_more() -> None:
    """The window is open at its far end."""
    limiter = RateLimiter(ServiceLimits(per_second=1))
    assert limiter.arrive(10.0, "a", "x") == 0
    assert limiter.arrive(10.999, "a", "x") == pytest.approx(0.001)
    assert limiter.arrive(11.0, "a", "x") == 0


def test_one_that_its_address_has_no_room_for_counts_for_the_account_now() -> None:
    """In the second in which it comes, though the one before was the last that was looked at."""
    limiter = RateLimiter(ServiceLimits(1, 1, "fixed", count_refused=True))
    assert limiter.arrive(290.0, "a", "y") == 0
    assert limiter.arrive(291.0, "a", "y") > 0
    assert limiter.arrive(291.0, "a", "x") > 0


def test_an_unknown_key_counts_for_its_address_alone() -> None:
    """Nobody can use up an account's second without its key."""
    limiter = RateLimiter(ServiceLimits(per_second=1, per_five_minutes=3))
    assert limiter.arrive(0.0, None, "x") == 0
    assert limiter.arrive(0.0, None, "x") == 0
    assert limiter.arrive(0.0, "a", "x") == 0
    assert limiter.arrive(2.0, "a", "x") == 298.0


@given(st.sampled_from(["sliding", "fixed"]), ARRIVALS)
def test_waiting_as_told_is_enough_where_refused_requests_count(
    window: Window, arrivals: list[tuple[int, str | None, str]]
) -> None:
    """The refused request itself counts by then: who waits as told gets through at once."""
    limits = ServiceLimits(2, 9, window, True)
    limiter, now = RateLimiter(limits), 0.0
    for step, account, address in arrivals:
        now += step / 8
        told = limiter.arrive(now, account, address)
        if told:
            now += told
            assert limiter.arrive(now, account, address) == 0

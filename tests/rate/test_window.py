"""The pure rules of a sliding window and of the pace after a 429."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oncehub_async._rate.round_trips import LONGEST_DELAY
from oncehub_async._rate.throttle import LONGEST_PAUSE, Throttle
from oncehub_async._rate.window import GUARD, Window


def settled(window: Window, sent_at: float, delay: float = 0.0) -> None:
    window.enter(sent_at)
    window.settle(sent_at, delay)


def test_the_sixth_request_waits_until_the_first_is_a_second_old() -> None:
    """Five a second, and the window slides."""
    window = Window(5, 1.0)
    for sent_at in (0.0, 0.1, 0.2, 0.3, 0.4):
        assert window.ready_at(sent_at) <= sent_at
        settled(window, sent_at)
    assert window.ready_at(0.5) == pytest.approx(1.0 + GUARD)
    assert window.ready_at(1.03) <= 1.03


def test_an_unanswered_request_may_have_arrived_late() -> None:
    """As long as nobody knows when a request arrived, it holds its place longer."""
    window = Window(1, 1.0)
    window.enter(0.0)
    assert window.ready_at(0.5) == pytest.approx(1.0 + LONGEST_DELAY + GUARD)
    window.settle(0.0, 0.25)
    assert window.ready_at(0.5) == pytest.approx(1.25 + GUARD)


def test_settling_what_is_forgotten_is_no_error() -> None:
    """An answer can come after its request has left the window."""
    window = Window(1, 1.0)
    window.enter(0.0)
    assert window.ready_at(10.0) <= 10.0
    window.settle(0.0, 0.0)
    assert window.used() == 0


def test_a_lower_limit_than_the_windows_own_holds() -> None:
    """A throttled pace is a lower limit on the same window."""
    window = Window(5, 1.0)
    settled(window, 0.0)
    assert window.ready_at(0.1) <= 0.1
    assert window.ready_at(0.1, limit=1) == pytest.approx(1.0 + GUARD)


@given(st.lists(st.floats(0, 3), max_size=60), st.integers(1, 6))
def test_never_more_than_the_limit_in_any_window(gaps: list[float], limit: int) -> None:
    """Whoever obeys `ready_at` never has more than the limit in a window, however they ask."""
    window, now, sent = Window(limit, 1.0), 0.0, []
    for gap in gaps:
        now = max(now + gap, window.ready_at(now + gap))
        sent.append(now)
        settled(window, now)
    for i, first in enumerate(sent[:-limit]):
        assert sent[i + limit] - first >= 1.0


def test_refusals_in_a_row_double_the_pause() -> None:
    """A refused request may count against the windows, so nobody hammers."""
    throttle, now, pauses = Throttle(), 0.0, []
    for _ in range(9):
        throttle.refused(now, now, None)
        pauses.append(throttle.paused_until - now)
        now = throttle.paused_until
    assert pauses == [1, 2, 4, 8, 16, 32, LONGEST_PAUSE, LONGEST_PAUSE, LONGEST_PAUSE]


def test_a_burst_of_refusals_counts_once() -> None:
    """Requests that left before the pause tell nothing new."""
    throttle = Throttle()
    for _ in range(5):
        throttle.refused(now=1.0, sent_at=0.5, retry_after=None)
    assert (throttle.paused_until, throttle.share) == (2.0, 1.0)


def test_a_refusal_that_stays_alone_costs_a_pause_and_no_pace() -> None:
    """The network can have bunched requests up; the next refusal within a minute is no accident."""
    throttle = Throttle()
    throttle.refused(now=1.0, sent_at=1.0, retry_after=None)
    assert (throttle.limit(5), throttle.probing) == (5, True)
    throttle.answered(sent_at=2.0)
    throttle.refused(now=100.0, sent_at=99.9, retry_after=None)
    assert throttle.limit(5) == 5
    throttle.answered(sent_at=102.0)
    throttle.refused(now=159.0, sent_at=158.9, retry_after=None)
    assert throttle.limit(5) == 2


def test_retry_after_is_waited_for_by_everyone() -> None:
    """What the service asks for is the least."""
    throttle = Throttle()
    throttle.refused(now=1.0, sent_at=1.0, retry_after=30.0)
    throttle.refused(now=1.5, sent_at=0.9, retry_after=60.0)
    assert throttle.paused_until == 61.5
    throttle.refused(now=2.0, sent_at=0.9, retry_after=1e9)
    assert throttle.paused_until == 302.0, "but nobody is frozen for years"


def test_the_pace_comes_back_by_itself() -> None:
    """Halved by the second refusal, whole again after some answers."""
    throttle = Throttle()
    throttle.refused(now=0.0, sent_at=0.0, retry_after=None)
    throttle.refused(now=1.0, sent_at=1.0, retry_after=None)
    assert (throttle.limit(5), throttle.probing) == (2, True)
    throttle.answered(sent_at=0.5)
    assert throttle.probing, "an answer to an older request tells nothing about the lower pace"
    throttle.answered(sent_at=2.0)
    assert not throttle.probing
    for _ in range(30):
        throttle.answered(sent_at=3.0)
    assert throttle.limit(5) == 5

"""Settings that can't work are refused when they are made, in a line that names them."""

import math
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from oncehub_async import Clock, Limits, OnceHub, RetryPolicy
from oncehub_async._ground import checks, did_you_mean
from oncehub_async.errors import ConfigurationError
from oncehub_async.simulator import Account, Activity, Delivery, DeliveryFault, Fault, ServiceLimits
from oncehub_async.webhooks import Backoff, MemoryInbox, WallClock


def anything(value: object) -> Any:
    """A value that a type checker doesn't look at."""
    return value


NO_SECONDS: tuple[Any, ...] = (0, -1, math.nan, math.inf, -(10**400), 10**5_000, "5", None, True)
NO_COUNTS: tuple[Any, ...] = (0, -1, -(10**5_000), 1.5, 2.0, "5", None, True, math.inf)


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda value: RetryPolicy(deadline=value), "deadline"),
        (lambda value: RetryPolicy(first_delay=value), "first_delay"),
        (lambda value: Backoff(longest=value), "longest"),
        (lambda value: MemoryInbox(keep=value), "keep"),
        (lambda value: Delivery(timeout=value), "timeout"),
    ],
)
@pytest.mark.parametrize("value", NO_SECONDS, ids=range(len(NO_SECONDS)))
def test_a_length_of_time_is_a_positive_number(
    make: Callable[[Any], object], name: str, value: Any
) -> None:
    """Neither 0 nor infinity switches a limit off."""
    with pytest.raises(ConfigurationError, match=f"^{name}: ") as caught:
        make(value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda value: RetryPolicy(attempts=value), "attempts"),
        (lambda value: Backoff(attempts=value), "attempts"),
        (lambda value: Limits(per_second=value), "per_second"),
        (lambda value: ServiceLimits(per_five_minutes=value), "per_five_minutes"),
        (lambda value: Account(users=value), "users"),
        (lambda value: Fault("hang", every=value), "every"),
        (lambda value: DeliveryFault("slow_body", every=value), "every"),
    ],
)
@pytest.mark.parametrize("value", NO_COUNTS, ids=range(len(NO_COUNTS)))
def test_a_count_is_a_whole_number_from_one_on(
    make: Callable[[Any], object], name: str, value: Any
) -> None:
    """True is none, and neither is 2.0."""
    with pytest.raises(ConfigurationError, match=f"^{name}: expected a whole number from 1 on"):
        make(value)


@pytest.mark.parametrize("value", [-1, 65_536, 80.0, "80", True])
def test_a_count_can_have_a_highest(value: Any) -> None:
    """Of ports."""
    with pytest.raises(ConfigurationError, match=r"^port: expected a whole number from 0 to 65535"):
        checks.count(value, "port", least=0, most=65_535)
    assert checks.count(65_535, "port", least=0, most=65_535) == 65_535


@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan"), "1", None, True])
def test_a_share_is_a_number_from_nothing_to_all(value: Any) -> None:
    """Of faults."""
    with pytest.raises(ConfigurationError, match=r"^rate: expected a number from 0 to 1"):
        Fault("hang", rate=value)
    assert Fault("hang", rate=0).rate == 0


def test_where_nothing_is_a_setting_zero_is_fine() -> None:
    """An account without bookings, in which nothing happens."""
    assert (Account(bookings=0).bookings, Activity(per_hour=0).per_hour) == (0, 0)
    for make in (lambda: Account(bookings=-1), lambda: Activity(per_hour=float("inf"))):
        with pytest.raises(ConfigurationError):
            make()


def test_a_timedelta_is_a_length_where_it_is_turned_into_seconds() -> None:
    """And refused where it would stay what it is."""
    assert checks.seconds(timedelta(minutes=1), "timeout") == 60.0
    with pytest.raises(ConfigurationError, match="deadline: expected seconds, got timedelta"):
        RetryPolicy(deadline=anything(timedelta(minutes=1)))


@pytest.mark.parametrize("value", [Clock(), Clock, "utc", 5])
def test_a_wall_clock_is_one_that_tells_the_time_of_day(value: object) -> None:
    """By a clock that counts from an arbitrary zero, every genuine signature is years old."""
    with pytest.raises(ConfigurationError, match=r"clock: expected a WallClock, .* got "):
        checks.wall_clock(value)
    clock = WallClock()
    assert checks.wall_clock(clock) is clock


@pytest.mark.parametrize("value", [WallClock(), Clock, "utc", 5])
def test_a_clock_for_waiting_is_never_set_back(value: Any) -> None:
    """A wait by the time of day lasts an hour longer when summer ends on the machine."""
    with pytest.raises(ConfigurationError, match="clock: expected a Clock"):
        OnceHub("key", clock=value)
    clock = Clock()
    assert checks.clock(clock) is clock


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("schedule", "did you mean 'booking.scheduled'?"),
        ("booking.CANCELLED", "did you mean 'booking.canceled'?"),
        ("canceled", "did you mean 'booking.canceled'?"),
        ("zebra", "they are booking.scheduled, booking.canceled"),
        ("", "they are booking.scheduled, booking.canceled"),
        (None, "they are booking.scheduled, booking.canceled"),
    ],
)
def test_who_misspells_a_word_is_told_the_likely_one(word: object, said: str) -> None:
    """Or what there is."""
    assert did_you_mean(word, ("booking.scheduled", "booking.canceled")) == said

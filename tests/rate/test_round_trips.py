"""How late requests can have arrived, and what a refusal teaches. Times are in seconds."""

import random

import pytest

from oncehub_async._rate.round_trips import LONGEST_DELAY, RoundTrips


def learned(*, seed: int = 1, count: int = 200) -> RoundTrips:
    """After so many round trips of 0.4 s, give or take a fifth, half of it on the way there."""
    trips, way = RoundTrips(), random.Random(seed)
    for _ in range(count):
        trips.delay(way.uniform(0.16, 0.24) + way.uniform(0.16, 0.24), departed=True)
    return trips


def test_the_first_round_trips_count_in_full_where_departures_are_not_known() -> None:
    """They may include making the connection, during which nothing has arrived."""
    trips = RoundTrips()
    assert [trips.delay(0.4, departed=False) for _ in range(5)] == [0.4] * 5
    assert trips.delay(0.4, departed=False) < 0.1


def test_a_known_departure_counts_from_the_start() -> None:
    """Then only how much round trips vary is unknown."""
    assert 0 < RoundTrips().delay(0.4, departed=True) < 0.1


def test_the_way_there_varies_by_half_of_the_round_trip() -> None:
    """The slowest round trip was late by no more than half of what they vary by altogether."""
    assert learned().delay(0.48, departed=True) == pytest.approx(0.08, abs=0.01)


def test_an_accident_counts_in_full() -> None:
    """Nobody knows on which way a single long delay happened."""
    assert learned().delay(0.9, departed=True) == pytest.approx(0.58, abs=0.03)


def test_the_fastest_was_hardly_late() -> None:
    """By what faster ones may come that haven't been seen yet."""
    assert learned().delay(0.32, departed=True) < 0.015


@pytest.mark.parametrize("seed", range(20))
def test_hardly_any_pair_arrives_closer_than_it_was_let(seed: int) -> None:
    """The delay of the first covers that the second was faster, save once in a thousand pairs."""
    trips, way = learned(seed=seed, count=0), random.Random(seed)
    short = 0
    for _ in range(500):
        there, back, next_there = (way.uniform(0.16, 0.24) for _ in range(3))
        short += there - trips.delay(there + back, departed=True) > next_there + 0.01
    assert short <= 2


def test_a_refusal_teaches_that_the_way_there_varies_more() -> None:
    """Up to as much as the whole; what was learned is forgotten little by little."""
    trips = learned()
    usual = trips.delay(0.48, departed=True)
    for _ in range(4):
        trips.refused()
    cautious = trips.delay(0.48, departed=True)
    assert cautious > 1.8 * usual
    for _ in range(300):
        trips.delay(0.4, departed=True)
    assert trips.delay(0.48, departed=True) < usual + 0.01


def test_a_slow_service_is_not_a_slow_network() -> None:
    """A request that was answered after a minute was not under way for a minute."""
    assert RoundTrips().delay(60.0, departed=False) == LONGEST_DELAY
    trips = learned()
    assert trips.delay(60.0, departed=True) <= LONGEST_DELAY

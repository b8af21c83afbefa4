"""What happens by itself."""

import asyncio
from collections import Counter
from typing import Any

import attrs
import pytest

from harness.virtual_time import VirtualClock, run_virtual
from oncehub_async import Clock
from oncehub_async.simulator import Account, Activity, Simulator
from oncehub_async.simulator._data.instants import MINUTE, parse
from oncehub_async.simulator._data.webhooks_data import AccountEvent

HOUR = 3_600
ACCOUNT = Account(bookings=1_500, contacts=100)


def what_happens(hours: float, activity: Activity | None, **settings: Any) -> list[AccountEvent]:
    """In so many hours of an account that nobody touches."""

    async def main() -> list[AccountEvent]:
        seen: list[AccountEvent] = []
        async with Simulator(ACCOUNT, clock=VirtualClock(), activity=activity, **settings) as sim:
            sim._state.observers.append(seen.append)
            await asyncio.sleep(hours * HOUR)
        return seen

    return run_virtual(main())


def test_nothing_happens_unless_asked_for() -> None:
    """Not even the end of a meeting."""
    assert what_happens(100, None) == []


def test_things_happen_at_random_but_repeatable_moments() -> None:
    """Of every kind, about as often as is wished; the same for the same account."""
    seen = what_happens(20, Activity(per_hour=30))
    assert seen == what_happens(20, Activity(per_hour=30))
    kinds = Counter(one.type for one in seen if one.type != "booking.completed")
    assert 480 < kinds.total() < 720
    assert len(kinds) == 11
    moments = [one.now for one in seen]
    assert moments == sorted(moments)
    assert len(set(moments)) > 400


def test_meetings_end() -> None:
    """Each booking that takes place is completed when its time is over, and only then."""

    async def main() -> None:
        seen: list[AccountEvent] = []
        activity = Activity(per_hour=0)
        async with Simulator(ACCOUNT, clock=VirtualClock(), activity=activity) as sim:
            before = {one: sim.object(one) for one in sim.ids("bookings")}
            sim._state.observers.append(seen.append)
            await asyncio.sleep(30 * 24 * HOUR)
            takes_place = {
                one: int((parse(body["starting_time"]) or 0) + body["duration_minutes"] * MINUTE)
                for one, body in before.items()
                if body["status"] in ("scheduled", "rescheduled")
            }
            assert {one.type for one in seen} == {"booking.completed"}
            assert sorted(one.id for one in seen) == sorted(takes_place)
            # A clock is read a little after it woke somebody.
            assert all(0 <= one.now - takes_place[one.id] <= 1 for one in seen)
            for one, body in before.items():
                after = sim.object(one)["status"]
                assert after == ("completed" if one in takes_place else body["status"])

    run_virtual(main())


@attrs.frozen(kw_only=True)
class FarClock(VirtualClock):
    """Has run so far that its fractions of a second are coarse, and become coarser."""

    zero: float = 0.0

    def now(self) -> float:
        return super().now() + self.zero


def test_meetings_end_on_a_clock_that_runs_fast() -> None:
    """Rounding loses none of them, and none comes early."""

    async def main(clock: Clock) -> tuple[int, int]:
        async with Simulator(ACCOUNT, clock=clock, activity=Activity(per_hour=0)) as sim:
            await asyncio.sleep(5 * 24 * HOUR)
            early = sim._state.announced
            await asyncio.sleep(25 * 24 * HOUR)
            return early, sim._state.announced

    expected = run_virtual(main(VirtualClock()))
    assert 1 < expected[0] < expected[1]
    for odd in (1, 3):
        # From 2**35 on, a float is a multiple of 2**-17.
        far = FarClock(zero=2**35 - 1_000 - odd * 2**-18)
        assert run_virtual(main(far)) == expected


def test_a_meeting_that_was_put_off_ends_later() -> None:
    """One that was called off or deleted doesn't end at all, a new one does."""

    async def main() -> None:
        seen: list[AccountEvent] = []
        async with Simulator(
            Account(bookings=0), clock=VirtualClock(), activity=Activity(per_hour=0)
        ) as sim:
            put_off, called_off, deleted, kept = (sim.happen("booking.scheduled") for _ in range(4))
            first = sim.object(put_off)["starting_time"]
            sim.happen("booking.rescheduled", put_off)
            sim.happen("booking.canceled", called_off)
            sim.delete(deleted)
            assert sim.object(put_off)["starting_time"] > first
            sim._state.observers.append(seen.append)
            await asyncio.sleep(60 * 24 * HOUR)
            assert {one.id for one in seen} == {put_off, kept}
            assert len(seen) == 2
            for one in seen:
                assert one.now >= (parse(sim.object(one.id)["starting_time"]) or 0)

    run_virtual(main())


@pytest.mark.parametrize("wrong", [-1, float("inf"), float("nan")])
def test_a_rate_has_to_be_one(wrong: float) -> None:
    """Not less than nothing, and not all at once."""
    with pytest.raises(ValueError, match="per_hour"):
        Activity(per_hour=wrong)


async def test_it_ends_with_the_simulator() -> None:
    """No task is left, and what fails inside is not hidden."""
    before = asyncio.all_tasks()
    async with Simulator(ACCOUNT, activity=Activity()):
        assert len(asyncio.all_tasks()) > len(before)
    assert asyncio.all_tasks() == before

    def failing(_happening: AccountEvent) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        async with Simulator(ACCOUNT, activity=Activity(per_hour=3_600_000)) as sim:
            sim._state.observers.append(failing)
            await asyncio.sleep(0.05)
    assert asyncio.all_tasks() == before

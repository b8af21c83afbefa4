"""Budgets of keys that are gone are forgotten; what the service still counts isn't."""

import asyncio
import gc
import weakref

import pytest

from harness.virtual_time import VirtualClock, run_virtual
from oncehub_async import Budget, Clock, OnceHub, Priority, RequestOutcome, RetryPolicy
from oncehub_async._rate.budgets_of_keys import BudgetsOfKeys
from oncehub_async._rate.request_queue import RequestQueue

from ..loopback import answer, error, serving

ANSWERED = RequestOutcome(answered=True)
REFUSED = RequestOutcome(answered=True, refused=True, retry_after=200)
HERE, DIRECT = "https://a.example", ""


async def once(budget: Budget, outcome: RequestOutcome = ANSWERED) -> None:
    await budget.settle(await budget.acquire(Priority.BULK), outcome)


def test_keys_and_places_that_are_gone_leave_nothing_behind() -> None:
    """However many have come and gone, there is about as much as at the beginning."""

    async def main() -> None:
        budgets, clock = BudgetsOfKeys(), VirtualClock()
        sizes = []
        for number in range(2_000):
            old, new = f"key-{number}", f"key-{number}-rotated"
            budget = budgets.of(f"https://{number}.example", DIRECT, old, clock)
            await once(budget)
            budgets.belong_together(old, new)
            await asyncio.sleep(10)
            sizes.append(len(budgets))
        del budget
        assert max(sizes[1_000:]) <= max(sizes[:500])

    run_virtual(main())


def test_a_gate_forgets_accounts_that_wait_for_nothing() -> None:
    """A single address may serve any number of them, one after the other."""

    async def main() -> None:
        clock = VirtualClock()
        gate = RequestQueue(clock=clock)
        for number in range(2_000):
            await once(Budget(gate=gate, account=f"{number}"))
            await asyncio.sleep(2)
        assert len(gate._windows) < 50

    run_virtual(main())


def test_budgets_themselves_are_not_kept() -> None:
    """What the garbage collector may take, it can take."""
    budgets, clock = BudgetsOfKeys(), Clock()
    budget = budgets.of(HERE, DIRECT, "key", clock)
    gone = weakref.ref(budget)
    del budget
    gc.collect()
    assert gone() is None


def test_clients_leave_no_budget_behind() -> None:
    """Thousands of keys in one process, none of which is used any more."""

    def living() -> int:
        gc.collect()
        return sum(isinstance(each, Budget | RequestQueue) for each in gc.get_objects())

    async def main() -> None:
        async with serving(answer(200, {"id": "BKNG-1"})) as server:
            for number in range(50):
                # As many accounts, one request each: within the limits of an address.
                async with OnceHub(f"key-{number}", base_url=server.url) as oncehub:
                    await oncehub.bookings.get("BKNG-1")

    before = living()
    asyncio.run(main())
    assert living() - before <= 20


async def _used_by_two(first: Budget | None, budgets: BudgetsOfKeys, clock: Clock) -> int:
    for number in range(200):
        budgets.of(f"https://{number}.example", DIRECT, f"other-{number}", clock)
    del first
    return budgets.of(HERE, DIRECT, "key", clock).used_this_second()


def test_what_the_service_still_counts_is_kept() -> None:
    """Clients that come and go send no more than one that stays."""

    async def main() -> None:
        budgets, clock = BudgetsOfKeys(), VirtualClock()
        await once(budgets.of(HERE, DIRECT, "key", clock))
        gc.collect()
        assert await _used_by_two(None, budgets, clock) == 1

    run_virtual(main())


def test_the_address_is_kept_for_five_minutes() -> None:
    """200 requests of clients that are gone leave no room for another."""

    async def main() -> None:
        budgets, clock = BudgetsOfKeys(), VirtualClock()
        for _ in range(200):
            await once(budgets.of(HERE, DIRECT, "key", clock))
        await asyncio.sleep(200)
        await _used_by_two(None, budgets, clock)
        assert budgets.of(HERE, DIRECT, "key", clock).room().left < 190

    run_virtual(main())


def test_a_pause_that_the_service_asked_for_is_kept() -> None:
    """A new client waits for the rest of it."""

    async def main() -> None:
        budgets, clock = BudgetsOfKeys(), VirtualClock()
        await once(budgets.of(HERE, DIRECT, "key", clock), REFUSED)
        await asyncio.sleep(100)
        await _used_by_two(None, budgets, clock)
        asked = clock.now()
        await once(budgets.of(HERE, DIRECT, "key", clock))
        assert clock.now() - asked == pytest.approx(100, abs=5)

    run_virtual(main())


def test_a_key_that_was_rotated_belongs_to_its_account_while_that_is_used() -> None:
    """Long after its last request, as long as a client of it is there."""

    async def main() -> None:
        budgets, clock = BudgetsOfKeys(), VirtualClock()
        kept = budgets.of(HERE, DIRECT, "old", clock)
        budgets.belong_together("old", "new")
        await asyncio.sleep(10_000)
        await _used_by_two(kept, budgets, clock)
        await once(kept)
        assert budgets.of(HERE, DIRECT, "new", clock).used_this_second() == 1

    run_virtual(main())


async def test_a_client_whose_key_is_rotated_again_and_again_keeps_its_budget() -> None:
    """All keys stand for the account that the first stood for."""
    keys = iter([f"key-{number}" for number in range(30)])

    async def provide() -> str:
        return next(keys)

    script = [error(401, "authentication_error"), answer(200, {"id": "BKNG-1"})] * 20
    async with (
        serving(*script) as server,
        OnceHub(provide, base_url=server.url, retry=RetryPolicy(attempts=1), clock=Clock(speed=50))
        as oncehub,
    ):  # fmt: skip
        for _ in range(20):
            await oncehub.bookings.get("BKNG-1")
        budget = oncehub.budget
        assert isinstance(budget, Budget)
        assert len(server.received) == 40

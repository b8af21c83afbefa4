"""Who gets a permit, and when. Time is virtual."""

import asyncio
import contextlib
import time
from collections import Counter
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.virtual_time import VirtualClock, run_virtual
from oncehub_async import Budget, Clock, ConfigurationError, Limits, Priority, RequestOutcome
from oncehub_async._rate import belongs_together, shared_budget
from oncehub_async._rate.request_queue import RequestQueue
from oncehub_async._rate.window import GUARD

ANSWERED = RequestOutcome(answered=True)
REFUSED = RequestOutcome(answered=True, refused=True)
BULK, INTERACTIVE = Priority.BULK, Priority.INTERACTIVE


def new_budget(limits: Limits | None = None) -> Budget:
    return Budget(limits, clock=VirtualClock())


async def once(
    budget: Budget, priority: Priority = BULK, outcome: RequestOutcome = ANSWERED
) -> float:
    """One request that is answered at once; gives the moment at which it left."""
    permit = await budget.acquire(priority)
    await budget.settle(permit, outcome)
    return permit.sent_at


def test_five_leave_at_once_and_then_five_a_second() -> None:
    """The account's limit, used in full."""

    async def main() -> None:
        budget = new_budget()
        sent = await asyncio.gather(*(once(budget) for _ in range(15)))
        assert Counter(round(at, 3) for at in sent) == {0: 5, 1 + GUARD: 5, 2 + 2 * GUARD: 5}

    run_virtual(main())


def test_request_201_waits_for_five_minutes() -> None:
    """The address's limit."""

    async def main() -> None:
        budget = new_budget(Limits(reserve=0))
        sent = await asyncio.gather(*(once(budget) for _ in range(201)))
        assert sent[199] < 41
        assert sent[200] == pytest.approx(300 + GUARD)

    run_virtual(main())


def test_a_person_does_not_wait_behind_a_hundred_bulk_requests() -> None:
    """An interactive call takes the next permit; bulk work goes on in its order."""

    async def main() -> None:
        budget = new_budget()
        bulk = [asyncio.create_task(once(budget)) for _ in range(100)]
        await asyncio.sleep(0.5)
        assert await once(budget, INTERACTIVE) == pytest.approx(1 + GUARD)
        sent = await asyncio.gather(*bulk)
        assert sent == sorted(sent)

    run_virtual(main())


def test_a_cancelled_waiter_frees_its_place() -> None:
    """Whoever gives up holds nobody back and takes no permit along."""

    async def main() -> None:
        budget = new_budget(Limits(per_second=1))
        await once(budget)
        waiters = [asyncio.create_task(once(budget)) for _ in range(3)]
        await asyncio.sleep(0.1)
        waiters[0].cancel()
        waiters[1].cancel()
        assert await waiters[2] == pytest.approx(1 + GUARD)
        await asyncio.gather(*waiters, return_exceptions=True)
        assert budget.waiting() == 0

    run_virtual(main())


def test_cancelling_at_the_moment_of_the_permit_loses_none() -> None:
    """Cancelled when its turn has come, but before it could run: the next in line goes."""

    async def main() -> None:
        budget = new_budget(Limits(per_second=1))
        await once(budget)
        first = asyncio.create_task(once(budget))
        second = asyncio.create_task(once(budget))
        await asyncio.sleep(0)
        asyncio.get_running_loop().call_at(1 + GUARD, first.cancel)
        assert await second == pytest.approx(1 + GUARD)
        assert first.cancelled()

    run_virtual(main())


def test_waiting_costs_no_polling(monkeypatch: pytest.MonkeyPatch) -> None:
    """Five minutes of waiting take a timer or two."""

    async def main() -> None:
        budget = new_budget(Limits(per_second=200))
        await asyncio.gather(*(once(budget) for _ in range(200)))
        loop, timers = asyncio.get_running_loop(), []
        call_later = loop.call_later

        def counted(*args: Any, **kwargs: Any) -> asyncio.TimerHandle:
            timers.append(args)
            return call_later(*args, **kwargs)

        monkeypatch.setattr(loop, "call_later", counted)
        assert await once(budget) == pytest.approx(300 + GUARD)
        assert len(timers) <= 2

    run_virtual(main())


def test_a_429_stops_everyone_and_one_tries_again() -> None:
    """After a refusal all pause; a single request probes; then the pace recovers."""

    async def main() -> None:
        budget = new_budget()
        await once(budget, outcome=REFUSED)
        permit = await budget.acquire(BULK)
        assert permit.sent_at == 1.0
        others = [asyncio.create_task(once(budget)) for _ in range(3)]
        await asyncio.sleep(30)
        assert not any(other.done() for other in others), "one probe at a time"
        await budget.settle(permit, REFUSED)
        permit = await budget.acquire(INTERACTIVE)
        assert permit.sent_at == 33.0
        await budget.settle(permit, ANSWERED)
        assert max(await asyncio.gather(*others)) < 40

    run_virtual(main())


def test_a_hanging_request_does_not_hold_the_probe_back() -> None:
    """What left before the pace was cut may take its time."""

    async def main() -> None:
        budget = new_budget()
        hanging = await budget.acquire(BULK)
        await once(budget, outcome=REFUSED)
        assert await once(budget) < 1.1
        await budget.settle(hanging, ANSWERED)

    run_virtual(main())


def test_a_request_without_an_answer_does_not_block_the_gate() -> None:
    """A lost probe is followed by another one."""

    async def main() -> None:
        budget = new_budget()
        await once(budget, outcome=REFUSED)
        await once(budget, outcome=RequestOutcome(answered=False))
        await once(budget)

    run_virtual(main())


def test_accounts_share_the_address_but_not_the_second() -> None:
    """5 a second for each account, 200 in 5 minutes for all together."""

    async def main() -> None:
        gate = RequestQueue(Limits(per_second=2, per_five_minutes=6), VirtualClock())
        one, other = Budget(gate=gate, account="1"), Budget(gate=gate, account="2")
        sent = await asyncio.gather(
            *(once(one) for _ in range(4)), *(once(other) for _ in range(4))
        )
        assert Counter(round(at) for at in sent) == {0: 4, 1: 2, 300: 2}

    run_virtual(main())


def test_a_person_of_one_account_goes_before_bulk_work_of_another() -> None:
    """Where accounts compete for the address, the priority counts too."""

    async def main() -> None:
        gate = RequestQueue(Limits(per_second=5, per_five_minutes=1), VirtualClock())
        one, other = Budget(gate=gate, account="1"), Budget(gate=gate, account="2")
        await once(one)
        bulk = asyncio.create_task(once(one))
        await asyncio.sleep(1)
        person = asyncio.create_task(once(other, INTERACTIVE))
        assert round(await person) == 300
        assert round(await bulk) == 600

    run_virtual(main())


def test_clients_of_one_account_share_a_budget_also_after_a_rotation() -> None:
    """The key stands for the account, and so does the key that took its place."""
    clock = Clock(speed=7)

    async def main() -> None:
        budget = shared_budget("https://a.example", "", "key-1", clock)
        await once(budget)
        assert shared_budget("https://a.example", "", "key-1", clock).used_this_second() == 1
        assert shared_budget("https://a.example", "", "key-2", clock).used_this_second() == 0
        belongs_together("key-1", "key-3")
        assert shared_budget("https://a.example", "", "key-3", clock).used_this_second() == 1
        assert shared_budget("https://b.example", "", "key-1", clock).used_this_second() == 0

    asyncio.run(main())


def test_a_budget_outlives_event_loops() -> None:
    """What one `asyncio.run` has sent counts in the next, and a loop that died blocks nobody."""
    budget = Budget(Limits(per_second=1), clock=Clock(speed=50))

    async def abandon() -> None:
        await once(budget)
        task = asyncio.create_task(once(budget))
        await asyncio.sleep(0)
        del task

    asyncio.run(abandon())
    sent = asyncio.run(once(budget))
    assert budget.used_this_second() == 1
    assert asyncio.run(once(budget)) >= sent + 1


def test_a_dead_event_loop_holds_nobody_back() -> None:
    """Neither one that was closed under a waiter, nor one that is stopped or blocked."""
    for ending in ("close", "stop"):
        budget = Budget(Limits(per_second=1), clock=Clock(speed=50))
        asyncio.run(once(budget))
        dead = asyncio.new_event_loop()
        task = dead.create_task(once(budget, INTERACTIVE))
        dead.call_soon(dead.stop)
        dead.run_forever()
        if ending == "close":
            dead.close()
        asyncio.run(asyncio.wait_for(once(budget), 5))
        if ending == "stop":
            task.cancel()
            dead.run_until_complete(asyncio.gather(task, return_exceptions=True))
            dead.close()
            assert budget.waiting() == 0
        else:
            task._log_destroy_pending = False  # type: ignore[attr-defined]
            with contextlib.suppress(RuntimeError):
                task.get_coro().close()


def test_giving_up_costs_no_search() -> None:
    """Ten times as many waiters take about ten times as long to cancel, not a hundred times."""

    async def cancelled(count: int) -> float:
        budget = new_budget(Limits(per_second=1))
        await once(budget)
        tasks = [asyncio.create_task(once(budget)) for _ in range(count)]
        await asyncio.sleep(0)
        started = time.thread_time()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert budget.waiting() == 0
        return time.thread_time() - started

    # In processor time, the best of several, for the machine may be busy with something else.
    few = min(run_virtual(cancelled(300)) for _ in range(5))
    many = min(run_virtual(cancelled(3000)) for _ in range(3))
    assert many / few < 40


def test_one_budget_serves_several_threads() -> None:
    """Clients in threads with loops of their own stay within the limit together."""
    budget = Budget(Limits(per_second=5), clock=Clock(speed=20))

    async def some() -> list[float]:
        return list(await asyncio.gather(*(once(budget) for _ in range(10))))

    async def main() -> list[float]:
        runs = await asyncio.gather(*(asyncio.to_thread(asyncio.run, some()) for _ in range(3)))
        return sorted(at for run in runs for at in run)

    sent = asyncio.run(main())
    assert len(sent) == 30
    assert all(sent[i + 5] - sent[i] >= 1.0 for i in range(25))


@attrs.frozen
class Job:
    """A request as the strict reference sees it: how long it is under way, and when it starts."""

    start: float
    priority: Priority
    forward: float
    back: float
    answered: bool
    cancelled_after: float | None


jobs = st.lists(
    st.builds(
        Job,
        start=st.floats(0, 4),
        priority=st.sampled_from(Priority),
        forward=st.floats(0, GUARD),
        back=st.floats(0, 2.5),
        answered=st.booleans(),
        cancelled_after=st.none() | st.floats(0, 2),
    ),
    max_size=40,
)


@settings(max_examples=150, deadline=None)
@given(jobs, st.integers(1, 5), st.integers(3, 15))
def test_a_strict_service_never_refuses(
    todo: list[Job], per_second: int, per_five_minutes: int
) -> None:
    """Whatever is asked for, cancelled, lost or slow: both windows hold where they are counted.

    The reference counts arrivals: more than the limit within less than the window's length is a
    refusal. The way there varies by less than the guard, the way back by seconds.
    """
    limits = Limits(per_second, per_five_minutes)
    arrivals: list[float] = []
    sent: list[float] = []

    async def request(budget: Budget, job: Job) -> None:
        await asyncio.sleep(job.start)
        permit = await budget.acquire(job.priority)
        sent.append(permit.sent_at)
        try:
            await asyncio.sleep(job.forward)
            arrivals.append(asyncio.get_running_loop().time())
            await asyncio.sleep(job.back)
        finally:
            await budget.settle(permit, RequestOutcome(answered=job.answered))

    async def limited(budget: Budget, job: Job) -> None:
        try:
            async with asyncio.timeout(job.cancelled_after and job.start + job.cancelled_after):
                await request(budget, job)
        except TimeoutError:
            pass

    async def main() -> int:
        budget = new_budget(limits)
        await asyncio.gather(*(limited(budget, job) for job in todo))
        return budget.waiting()

    assert run_virtual(main()) == 0
    for times, tolerance in ((sorted(arrivals), 1e-9), (sorted(sent), 1e-9)):
        for limit, seconds in ((per_second, 1.0), (per_five_minutes, 300.0)):
            for i in range(len(times) - limit):
                assert times[i + limit] - times[i] >= seconds - tolerance
    untouched = [job for job in todo if job.cancelled_after is None]
    assert len(sent) >= len(untouched)


def test_the_forecast_tells_when_and_why() -> None:
    """What a progress display shows while it waits."""

    async def main() -> None:
        budget = new_budget(Limits(per_second=5, per_five_minutes=10))
        assert budget.forecast() == attrs.evolve(budget.forecast(), wait=0.0, reason="")
        await asyncio.gather(*(once(budget) for _ in range(10)))
        forecast = budget.forecast(11)
        assert forecast.wait == pytest.approx(299, abs=0.1)
        assert forecast.reason == "the limit of 10 requests in 5 minutes"
        assert forecast.all_sent == pytest.approx(599, abs=0.2)

    run_virtual(main())


def test_there_is_room_for_what_needn_t_wait_long() -> None:
    """What was sent in a burst five minutes ago can be sent in one again, once it gets free."""

    async def main() -> None:
        budget = new_budget(Limits(10, 100, reserve=0))
        for _ in range(60):
            await once(budget)
        room = budget.room()
        assert (room.left, room.within) == (40, 0.0)
        await asyncio.sleep(190)
        assert budget.room().left == 40
        await asyncio.sleep(15)
        room = budget.room()
        assert room.left == 100
        assert room.within == pytest.approx(95, abs=0.1)

    run_virtual(main())


@pytest.mark.parametrize("wrong", [0, -1, 2.5, True, "5"])
def test_limits_are_whole_positive_numbers(wrong: Any) -> None:
    """A limit that lets nothing through would hang; it is refused when it is set."""
    with pytest.raises(ValueError, match="per_second"):
        Limits(per_second=wrong)


def endless(budget: Budget, sent: list[float]) -> "asyncio.Task[None]":
    """An export without end."""

    async def ask() -> None:
        while True:
            sent.append(await once(budget))

    return asyncio.create_task(ask())


def test_bulk_work_leaves_a_reserve_for_who_calls_beside_it() -> None:
    """Ten calls in five minutes, whenever they come, wait for a moment and not for minutes."""

    async def main() -> None:
        budget = new_budget()
        export = endless(budget, [])
        for minute in range(20):
            await asyncio.sleep(30.0 + minute)
            asked = asyncio.get_running_loop().time()
            assert await once(budget, INTERACTIVE) - asked < 5.0
        export.cancel()

    run_virtual(main())


def test_all_of_the_reserve_at_once() -> None:
    """Ten people in the middle of five minutes that bulk work has used up."""

    async def main() -> None:
        budget = new_budget()
        export = endless(budget, [])
        await asyncio.sleep(100.0)
        asked = asyncio.get_running_loop().time()
        sent = await asyncio.gather(*(once(budget, INTERACTIVE) for _ in range(11)))
        assert max(sorted(sent)[:10]) - asked < 5.0
        assert max(sent) - asked > 100.0
        export.cancel()

    run_virtual(main())


@pytest.mark.parametrize(("reserve", "least"), [(None, 990), (0, 990), (50, 900)])
def test_in_the_long_run_the_reserve_costs_bulk_work_nothing(
    reserve: int | None, least: int
) -> None:
    """What nobody called for is used just before as much is free again."""

    async def main() -> None:
        sent: list[float] = []
        budget = new_budget(Limits(reserve=reserve))
        export = endless(budget, sent)
        await asyncio.sleep(1500.0)
        export.cancel()
        assert len(sent) >= least

    run_virtual(main())


def test_without_a_reserve_bulk_work_takes_all() -> None:
    """For programs that do nothing else."""

    async def main() -> None:
        sent: list[float] = []
        budget = new_budget(Limits(reserve=0))
        export = endless(budget, sent)
        await asyncio.sleep(60.0)
        export.cancel()
        assert len(sent) == 200
        assert budget.room().left == 0

    run_virtual(main())


def test_room_is_what_bulk_work_may_use() -> None:
    """So that walks plan with it."""

    async def main() -> None:
        budget = new_budget()
        assert (budget.room().left, budget.room().limits.per_five_minutes) == (190, 190)
        await once(budget)
        assert budget.room().left == 189

    run_virtual(main())


@pytest.mark.parametrize("reserve", [-1, 200, 1.5, True, "10"])
def test_a_reserve_that_leaves_nothing_is_refused(reserve: Any) -> None:
    """With what it may be."""
    with pytest.raises(ConfigurationError, match=r"reserve: .* from 0 to 199"):
        Limits(reserve=reserve)
    assert Limits(per_five_minutes=3).kept_free == 0

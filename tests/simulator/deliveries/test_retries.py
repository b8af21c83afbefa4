"""Retries, back-off, the end after three days, and what is lost afterwards."""

import asyncio
from typing import Any

import pytest

from harness.virtual_time import run_virtual
from oncehub_async.simulator import Delivery

from .receiver import Receiver, outcomes, subscribe, virtual

HOUR = 3_600
DAY = 24 * HOUR


def test_the_schedule() -> None:
    """A minute, then twice as long each time; the last one exactly three days after the first."""
    delivery, now = Delivery(), 1_000.0
    waits: list[float] = []
    first = now
    while (again := delivery.retry_at(len(waits) + 1, first, now)) is not None:
        waits.append(again - now)
        now = again
    assert waits[:-1] == [60 * 2**n for n in range(12)]
    assert now - first == 3 * DAY


@pytest.mark.parametrize(
    ("attempts", "elapsed", "wait"),
    [(1, 0, 60), (3, 500, 240), (1, 3 * DAY - 5, 5), (1, 3 * DAY, None), (2_000, 10, 3 * DAY - 10)],
)
def test_the_next_attempt(attempts: int, elapsed: float, wait: float | None) -> None:
    """Counted from the failure, but never after the end."""
    again = Delivery().retry_at(attempts, 7.0, 7.0 + elapsed)
    assert again == (None if wait is None else 7.0 + elapsed + wait)


@pytest.mark.parametrize("status", [301, 302, 400, 404, 410, 500, 503])
def test_whatever_is_not_2xx_is_tried_again(status: int) -> None:
    """With the same event; 2xx ends it."""

    async def main() -> None:
        receiver = Receiver([status, status, 204])
        async with virtual(receiver) as sim:
            sim.happen("booking.scheduled")
            await sim.delivered(retries=True)
            assert [got.at for got in receiver.got] == pytest.approx([0, 60, 180])
            assert outcomes(sim) == ["refused", "refused", "accepted"]
            assert [attempt.status for attempt in sim.deliveries] == [status, status, 204]
            assert [attempt.number for attempt in sim.deliveries] == [1, 2, 3]
            assert len(set(receiver.events)) == 1
            assert sim.stats.deliveries == {"refused": 2, "accepted": 1}

    run_virtual(main())


def test_three_days_of_failures_switch_the_webhook_off() -> None:
    """Fourteen attempts; what waited and what comes later is lost, other webhooks go on."""

    async def main() -> None:
        down, up = Receiver([500]), Receiver([200, 500, 200])
        other = "https://other.example/"
        async with virtual(down, deliver_to={"https://app.example/hooks": down, other: up}) as sim:
            subscribe(sim, "booking", url=other)
            (webhook,) = set(sim.ids("webhooks")) - {next(sim.ids("webhooks"))}
            first = sim.happen("booking.scheduled")
            await asyncio.sleep(3 * DAY - 30)
            assert not sim.disabled_webhooks
            waiting = sim.happen("booking.canceled", first)
            sim.happen("conversation.started")
            await sim.delivered(retries=True)
            assert sim.disabled_webhooks == {webhook}
            assert down.got[-1].at == pytest.approx(3 * DAY)
            sim.happen("booking.scheduled")
            await sim.delivered(retries=True)
            assert down.types.count("booking.scheduled") == 14
            assert waiting == first
            lost = [one.type for one in sim.deliveries if one.outcome == "lost"]
            assert lost[:2] == ["booking.scheduled", "booking.canceled"]
            assert lost[2:] == ["conversation.started", "booking.scheduled"]
            assert sim.stats.deliveries["lost"] == 4
            assert len(up.got) == 4
            assert "disabled" not in sim.object(webhook)

    run_virtual(main())


def test_a_success_before_the_end_keeps_the_webhook() -> None:
    """Also the very last attempt."""

    async def main() -> None:
        receiver = Receiver([500] * 13 + [200])
        async with virtual(receiver) as sim:
            sim.happen("booking.scheduled")
            await sim.delivered(retries=True)
            assert outcomes(sim)[-1] == "accepted"
            assert not sim.disabled_webhooks

    run_virtual(main())


def test_no_answer_in_time_is_a_failure() -> None:
    """The receiver is hung up on; the next attempt waits its turn from then."""

    async def main() -> None:
        receiver = Receiver(takes=11)
        async with virtual(receiver) as sim:
            sim.happen("booking.scheduled")
            await sim.delivered()
            receiver.takes = 0
            await sim.delivered(retries=True)
            assert outcomes(sim) == ["timeout", "accepted"]
            assert receiver.got[1].at == pytest.approx(70)

    run_virtual(main())


def test_at_most_so_many_at_a_time() -> None:
    """The others wait; with one at a time they come in order."""

    async def main(concurrency: int) -> Receiver:
        receiver = Receiver(takes=1)
        async with virtual(receiver, delivery=Delivery(concurrency=concurrency)) as sim:
            for _ in range(12):
                sim.happen("booking.scheduled")
            await sim.delivered()
        return receiver

    assert run_virtual(main(5)).most_at_once == 5
    one = run_virtual(main(1))
    assert one.most_at_once == 1
    assert [got.at for got in one.got] == pytest.approx(list(range(12)))


def test_a_deleted_webhook_gets_nothing_more() -> None:
    """Neither a retry nor an event; that is no loss."""

    async def main() -> None:
        receiver = Receiver([500])
        async with virtual(receiver) as sim:
            sim.happen("booking.scheduled")
            await sim.delivered()
            sim.delete(next(sim.ids("webhooks")))
            sim.happen("booking.scheduled")
            await sim.delivered(retries=True)
            assert outcomes(sim) == ["refused", "deleted"]
            assert len(receiver.got) == 1

    run_virtual(main())


def test_the_record_is_bounded() -> None:
    """The last attempts are remembered, all of them are counted; no secret shows."""

    async def main() -> None:
        async with virtual(Receiver(), delivery=Delivery(record=3)) as sim:
            made = [sim.happen("booking.scheduled") for _ in range(5)]
            await sim.delivered()
            assert [one.object_id for one in sim.deliveries] == made[2:]
            assert sim.stats.deliveries == {"accepted": 5}
            assert sim.stats.events == {"booking.scheduled": 5}
            secret = sim.object(next(sim.ids("webhooks")))["secret"]
            assert secret not in repr(sim.deliveries)

    run_virtual(main())


@pytest.mark.parametrize(
    "wrong",
    [
        {"first_retry": 0},
        {"give_up_after": -1},
        {"timeout": 0},
        {"concurrency": 0},
        {"record": -1},
        {"first_event": -1},
        {"timestamp": "reel"},
        {"retries_signed": "never"},
    ],
)
def test_wrong_settings_are_refused(wrong: dict[str, Any]) -> None:
    """When they are made, by name."""
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Delivery(**wrong)

"""What goes wrong with deliveries on demand, each kind of it."""

from typing import Any

import pytest

from harness.virtual_time import run_virtual
from oncehub_async.simulator import DeliveryFault, Fault, Simulator
from oncehub_async.simulator._deliveries.delivery_faults import KINDS
from oncehub_async.testing import sign

from .receiver import Receiver, outcomes, virtual

DAY = 86_400
TWO = ("booking.scheduled", "conversation.started")


async def deliver(sim: Simulator, *types: str) -> None:
    for one in types:
        sim.happen(one)
    await sim.delivered(retries=True)


def test_duplicates() -> None:
    """The same event once more, at once or later, also after it was accepted."""

    async def main() -> None:
        receiver = Receiver()
        async with virtual(receiver) as sim:
            sim.inject(DeliveryFault("duplicate", times=1))
            sim.inject(DeliveryFault("duplicate", "conversation", seconds=30))
            await deliver(sim, *TWO)
            first, second = receiver.got[0], receiver.got[2]
            assert [got.at for got in receiver.got] == pytest.approx([0, 0, 0, 30])
            assert receiver.events == [receiver.events[0]] * 2 + [receiver.events[2]] * 2
            assert first.body == receiver.got[1].body != second.body
            assert [one.duplicate for one in sim.deliveries] == [True, False, False, True]
            assert sim.stats.delivery_faults == {"duplicate": 2}

    run_virtual(main())


def test_a_webhook_is_switched_off() -> None:
    """From that event on all is lost, and nothing else tells it."""

    async def main() -> None:
        receiver = Receiver()
        async with virtual(receiver) as sim:
            await deliver(sim, "booking.scheduled")
            sim.inject(DeliveryFault("switch_off", "booking", times=1))
            await deliver(sim, *TWO, "booking.scheduled")
            assert receiver.types == ["booking.scheduled"]
            assert len(sim.disabled_webhooks) == 1
            assert [each.outcome for each in sim.deliveries] == ["accepted", *["lost"] * 3]
            assert sim.stats.delivery_faults == {"switch_off": 1}

    run_virtual(main())


def test_reordering() -> None:
    """An event is held back until the next one for its webhook has come."""

    async def main() -> None:
        receiver = Receiver()
        async with virtual(receiver) as sim:
            sim.inject(DeliveryFault("reorder", times=1))
            booking = sim.happen("booking.scheduled")
            await sim.delivered()
            assert receiver.got == []
            sim.happen("booking.canceled", booking)
            await sim.delivered()
            assert receiver.types == ["booking.canceled", "booking.scheduled"]
            assert receiver.got[1].at == pytest.approx(0)
            early, late = (got.event["creation_time"] for got in reversed(receiver.got))
            assert early <= late

    run_virtual(main())


def test_reordering_without_another_event() -> None:
    """It comes late, for nothing else comes before."""

    async def main() -> None:
        receiver = Receiver()
        async with virtual(receiver) as sim:
            sim.inject(DeliveryFault("reorder", seconds=5))
            await deliver(sim, "booking.scheduled")
            assert [got.at for got in receiver.got] == pytest.approx([5])

    run_virtual(main())


def test_reordering_all_swaps_neighbours() -> None:
    """Whatever overtakes isn't held back itself; its duplicate overtakes nothing."""

    async def main() -> None:
        receiver = Receiver()
        async with virtual(receiver) as sim:
            sim.inject(DeliveryFault("reorder"), DeliveryFault("duplicate", times=1))
            made = []
            for _ in range(4):
                made.append(sim.happen("booking.scheduled"))
                await sim.delivered()
            arrived = [made.index(got.event["data"]["id"]) for got in receiver.got]
            assert arrived == [0, 1, 0, 3, 2]
            assert sim.stats.delivery_faults == {"reorder": 2, "duplicate": 1}

    run_virtual(main())


def test_a_retry_from_before_releases_nothing() -> None:
    """What set out earlier is no overtaking."""

    async def main() -> None:
        receiver = Receiver([500, 200])
        async with virtual(receiver) as sim:
            first = sim.happen("booking.scheduled")
            await sim.delivered()
            sim.inject(DeliveryFault("reorder", seconds=100))
            second = sim.happen("booking.scheduled")
            await sim.delivered(retries=True)
            assert [got.event["data"]["id"] for got in receiver.got] == [first, first, second]
            assert [got.at for got in receiver.got] == pytest.approx([0, 60, 100])

    run_virtual(main())


def test_delays() -> None:
    """Events that aren't meant come in time; `delivered` doesn't wait for what is late."""

    async def main() -> None:
        receiver = Receiver()
        async with virtual(receiver) as sim:
            sim.inject(DeliveryFault("delay", "conversation.*", seconds=3 * DAY))
            sim.happen("conversation.started")
            sim.happen("booking.scheduled")
            await sim.delivered()
            assert receiver.types == ["booking.scheduled"]
            await sim.delivered(retries=True)
            assert receiver.types == ["booking.scheduled", "conversation.started"]
            assert receiver.got[1].at == pytest.approx(3 * DAY)

    run_virtual(main())


def test_a_dropped_answer_brings_the_event_again() -> None:
    """The receiver took it, and OnceHub doesn't know."""

    async def main() -> None:
        receiver = Receiver()
        async with virtual(receiver) as sim:
            sim.inject(DeliveryFault("drop_answer", times=2))
            await deliver(sim, "booking.scheduled")
            assert outcomes(sim) == ["unheard", "unheard", "accepted"]
            assert [attempt.status for attempt in sim.deliveries] == [None, None, 200]
            assert len(set(receiver.events)) == 1

    run_virtual(main())


def test_a_refusal_is_heard_all_the_same() -> None:
    """There is no 2xx to drop."""

    async def main() -> None:
        receiver = Receiver([404, 200])
        async with virtual(receiver) as sim:
            sim.inject(DeliveryFault("drop_answer", times=1))
            await deliver(sim, "booking.scheduled")
            assert outcomes(sim) == ["refused", "accepted"]

    run_virtual(main())


def test_spoiled_signatures() -> None:
    """With another secret, not at all, or long ago; the retry is as it should be."""

    async def main() -> None:
        receiver = Receiver([401, 401, 401, 200])
        async with virtual(receiver) as sim:
            secret = sim.object(next(sim.ids("webhooks")))["secret"]
            for kind in ("wrong_signature", "unsigned", "old_timestamp"):
                sim.clear_faults()
                sim.inject(DeliveryFault(kind, times=1))
                sim.happen("booking.scheduled")
                await sim.delivered()
            await sim.delivered(retries=True)
            wrong, unsigned, old, *right = receiver.got
            assert "Oncehub-Signature" not in unsigned.headers
            for got in (wrong, old, *right):
                good = sign(got.body, secret, got.timestamp)
                assert (got.headers["Oncehub-Signature"] == good) == (got is not wrong)
            assert 4 * DAY <= wrong.timestamp - old.timestamp + 5 <= 4 * DAY + 10
            assert len(right) == 3

    run_virtual(main())


def test_a_slow_or_broken_call() -> None:
    """A receiver in this process gets the event late, or not at all."""

    async def main() -> None:
        receiver = Receiver()
        async with virtual(receiver) as sim:
            sim.inject(DeliveryFault("slow_body", times=1, seconds=3))
            await deliver(sim, "booking.scheduled")
            sim.inject(DeliveryFault("truncated_body", times=1))
            await deliver(sim, "booking.scheduled")
            assert outcomes(sim) == ["accepted", "unreachable", "accepted"]
            assert [got.at for got in receiver.got] == pytest.approx([3, 63])

    run_virtual(main())


def test_the_same_seed_strikes_the_same_events() -> None:
    """In the order in which they happen."""

    async def main(seed: int) -> list[bool]:
        receiver = Receiver()
        async with virtual(receiver, seed=seed) as sim:
            sim.inject(DeliveryFault("drop_answer", rate=0.3), Fault("html"))
            await deliver(sim, *["booking.scheduled"] * 60)
            return [one.outcome == "unheard" for one in sim.deliveries]

    once = run_virtual(main(1))
    assert 12 < sum(once) < 42
    assert once == run_virtual(main(1)) != run_virtual(main(2))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"kind": "duplicates"}, "kind: .* did you mean 'duplicate'"),
        ({"kind": "delay", "events": "booking.cancelled"}, "events: .* 'booking.canceled'"),
        ({"kind": "delay", "events": ["booking", "bokings"]}, "events: 'bokings'"),
        ({"kind": "delay", "events": ()}, "events: none"),
        ({"kind": "delay", "rate": 1.5}, "rate"),
        ({"kind": "delay", "times": -1}, "times"),
        ({"kind": "delay", "every": 0}, "every"),
        ({"kind": "delay", "seconds": -1}, "seconds"),
    ],
)
def test_a_wrong_fault_is_refused_when_it_is_made(wrong: dict[str, Any], said: str) -> None:
    """In one line; also one that never could strike."""
    with pytest.raises(ValueError, match=said):
        DeliveryFault(**wrong)
    assert len(KINDS) == 10


def test_both_kinds_of_faults_live_side_by_side() -> None:
    """They are injected, shown and cleared together."""
    both = (Fault("html"), DeliveryFault("delay", {"booking", "conversation.closed"}))
    sim = Simulator(faults=both)
    assert sim.faults == both
    sim.clear_faults()
    assert not sim.faults

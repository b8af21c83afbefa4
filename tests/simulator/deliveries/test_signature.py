import hashlib
import hmac
from datetime import UTC, datetime

import pytest

from harness.virtual_time import run_virtual
from oncehub_async.simulator import Delivery, Simulator
from oncehub_async.simulator._deliveries.delivery_settings import RetriesSigned
from oncehub_async.testing import sign

from .receiver import Receiver, virtual

SECRET = "d7686b8c83f04913929079aeae40189e"


def test_what_openssl_says() -> None:
    """`printf '1700000000.{"id":"EVNT-1"}' | openssl dgst -sha256 -hmac SECRET`"""
    expected = "8f173a15d47e371ca5337718133ff15f5d50efe329a9fda21cc8d0298f7c580c"
    assert sign(b'{"id":"EVNT-1"}', SECRET, 1_700_000_000) == f"t=1700000000,s={expected}"


def secret(sim: Simulator) -> str:
    return str(sim.object(next(sim.ids("webhooks")))["secret"])


def test_every_delivery_is_signed_with_its_webhooks_secret() -> None:
    """Over the raw bytes as they are sent."""

    async def main() -> None:
        receiver = Receiver()
        async with virtual(receiver) as sim:
            sim.happen("booking.scheduled")
            sim.happen("conversation.started")
            await sim.delivered()
            for got in receiver.got:
                time, _, found = got.headers["Oncehub-Signature"].partition(",s=")
                message = time.removeprefix("t=").encode() + b"." + got.body
                assert found == hmac.new(secret(sim).encode(), message, hashlib.sha256).hexdigest()
            assert len(receiver.got) == 2

    run_virtual(main())


@pytest.mark.parametrize("signed", ["anew", "first"])
def test_retries_are_signed_anew_or_with_the_first_timestamp(signed: RetriesSigned) -> None:
    """Which of these OnceHub does is unknown; the event and its bytes are the same ones."""

    async def main() -> None:
        receiver = Receiver([503, 503, 200])
        start = datetime(2030, 1, 1, tzinfo=UTC)
        delivery = Delivery(timestamp="simulated", retries_signed=signed)
        async with virtual(receiver, delivery=delivery, start=start) as sim:
            sim.happen("booking.scheduled")
            await sim.delivered(retries=True)
        first = int(start.timestamp())
        waits = [0, 60, 180] if signed == "anew" else [0, 0, 0]
        assert [got.timestamp - first for got in receiver.got] == waits
        assert len({got.body for got in receiver.got}) == 1

    run_virtual(main())


def test_timestamps_are_real_unless_asked_otherwise() -> None:
    """So that a receiver in the real world takes the event, whatever the simulator's date is."""

    async def main() -> None:
        receiver = Receiver()
        async with virtual(receiver, start=datetime(2030, 1, 1, tzinfo=UTC)) as sim:
            before = int(datetime.now(UTC).timestamp())
            sim.happen("booking.scheduled")
            await sim.delivered()
        (got,) = receiver.got
        assert before <= got.timestamp <= datetime.now(UTC).timestamp()
        assert got.event["creation_time"].startswith("2030-01-01T00:00:00")

    run_virtual(main())

"""Fixtures for the tests of whoever uses oncehub-async.

    async def test_export(oncehub, oncehub_simulator):
        oncehub_simulator.inject(Fault("server_error", times=1))
        bookings = await oncehub.bookings.list().collect()

`oncehub_simulator` is a running simulated OnceHub, `oncehub` a client that asks it. Override
`oncehub_account` to test against another account:

    @pytest.fixture
    def oncehub_account():
        return Account(bookings=20_000)

For those who receive webhooks, `oncehub_webhooks` is OnceHub's side of their receiver, without a
socket. They say which receiver that is; it needs no secret that a test would know:

    @pytest.fixture
    def oncehub_receiver():
        with my_service.receiver.override(services=FakeServices()) as receiver:
            yield receiver

    async def test_a_cancellation_frees_the_room(oncehub_webhooks):
        await oncehub_webhooks.deliver(make_event("booking.canceled"))
        await oncehub_webhooks.handled()

`oncehub_signing_secret` is the secret that the receiver has meanwhile, for whoever signs a delivery
by hand.

Every pytest run loads this file through an entry point. That is why it stands outside the package,
whose import costs more, and imports nothing but pytest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from oncehub_async import OnceHub
    from oncehub_async.simulator import Account, Simulator
    from oncehub_async.testing import ReceiverClient
    from oncehub_async.webhooks import Receiver

_SPEED = 60.0

# So that a failure of an inbox's contract shows the values that were compared.
for _part in ("basics", "claiming", "inbox", "model", "redo"):
    _name = "_contract_basics" if _part == "basics" else f"_{_part}_contract"
    pytest.register_assert_rewrite(f"oncehub_async.testing.{_name}")


@pytest.fixture
def oncehub_account() -> Account:
    """The account of `oncehub_simulator`: a small one, unless it is overridden."""
    from oncehub_async.simulator import Account

    return Account(bookings=250, contacts=100, sms_notifications=40)


async def _simulator(oncehub_account: Account) -> AsyncIterator[Simulator]:
    """A running simulated OnceHub, whose minute is a second."""
    from oncehub_async import Clock
    from oncehub_async.simulator import Simulator

    async with Simulator(oncehub_account, clock=Clock(speed=_SPEED)) as simulator:
        yield simulator


async def _client(oncehub_simulator: Simulator) -> AsyncIterator[OnceHub]:
    """A client of `oncehub_simulator`, on the same clock."""
    from oncehub_async import OnceHub

    sim = oncehub_simulator
    async with OnceHub(sim.api_key, base_url=sim.url, clock=sim.clock) as client:
        yield client


@pytest.fixture
def oncehub_signing_secret() -> str:
    """The secret that signs what `oncehub_webhooks` delivers, and that its receiver has."""
    return "signing-secret-of-the-tests"


@pytest.fixture
def oncehub_receiver() -> Receiver:
    """The receiver to test: override it."""
    pytest.fail(
        "override the fixture oncehub_receiver to give your Receiver: "
        "@pytest.fixture, def oncehub_receiver(): return receiver",
        pytrace=False,
    )


async def _webhooks(
    oncehub_receiver: Receiver, oncehub_signing_secret: str
) -> AsyncIterator[ReceiverClient]:
    """Delivers events to `oncehub_receiver`, which is open meanwhile, with an inbox in memory."""
    from oncehub_async.testing import ReceiverClient

    secret = oncehub_signing_secret
    with oncehub_receiver.override(signing_secret=secret) as receiver:
        async with ReceiverClient(receiver, secret=secret) as client:
            yield client


def _missing() -> None:
    """Needs pytest-asyncio."""
    pytest.fail(
        "the fixtures of oncehub-async need pytest-asyncio: pip install pytest-asyncio",
        pytrace=False,
    )


oncehub_simulator: object
oncehub: object
oncehub_webhooks: object
try:
    import pytest_asyncio
except ImportError:
    oncehub_simulator = pytest.fixture(_missing, name="oncehub_simulator")
    oncehub = pytest.fixture(_missing, name="oncehub")
    oncehub_webhooks = pytest.fixture(_missing, name="oncehub_webhooks")
else:
    oncehub_simulator = pytest_asyncio.fixture(_simulator, name="oncehub_simulator")
    oncehub = pytest_asyncio.fixture(_client, name="oncehub")
    oncehub_webhooks = pytest_asyncio.fixture(_webhooks, name="oncehub_webhooks")

"""Fixtures for the tests of whoever uses oncehub-async.

    async def test_export(oncehub_simulator):
        client = ...  # with oncehub_simulator.url and oncehub_simulator.api_key

Override `oncehub_account` to test against another account:

    @pytest.fixture
    def oncehub_account():
        return Account(bookings=20_000)

Every pytest run loads this file through an entry point, so that it imports nothing but pytest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from oncehub_async.simulator import Account, Simulator

_SPEED = 60.0


@pytest.fixture
def oncehub_account() -> Account:
    """The account of `oncehub_simulator`: a small one, unless it is overridden."""
    from oncehub_async.simulator import Account

    return Account(bookings=250, contacts=100, sms_notifications=40)


async def _running(oncehub_account: Account) -> AsyncIterator[Simulator]:
    """A running simulated OnceHub, whose minute is a second."""
    from oncehub_async.clock import Clock
    from oncehub_async.simulator import Simulator

    async with Simulator(oncehub_account, clock=Clock(speed=_SPEED)) as simulator:
        yield simulator


def _missing(oncehub_account: Account) -> None:
    """A running simulated OnceHub; needs pytest-asyncio."""
    pytest.fail(
        "the fixture oncehub_simulator needs pytest-asyncio: pip install pytest-asyncio",
        pytrace=False,
    )


oncehub_simulator: object
try:
    import pytest_asyncio
except ImportError:
    oncehub_simulator = pytest.fixture(_missing, name="oncehub_simulator")
else:
    oncehub_simulator = pytest_asyncio.fixture(_running, name="oncehub_simulator")

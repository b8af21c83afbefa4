"""What the tests of this folder are given."""

from collections.abc import AsyncIterator

import pytest

from oncehub_async.simulator import Simulator

from .watching import ACCOUNT, FAST


@pytest.fixture
async def sim() -> AsyncIterator[Simulator]:
    """A simulated OnceHub, on a clock that is fast."""
    async with Simulator(ACCOUNT, clock=FAST, limits=None) as simulator:
        yield simulator

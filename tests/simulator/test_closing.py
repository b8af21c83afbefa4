"""Closing a simulator at once, whoever hangs on a connection to it."""

import asyncio
import logging
import time

import aiohttp
import pytest

from oncehub_async.simulator import Account, Fault, FaultKind, Simulator


async def test_a_reader_that_has_stopped_reading(account: Account) -> None:
    """Nobody waits for its buffer to drain."""
    sim = Simulator(account, faults=[Fault("endless_body")], limits=None)
    async with aiohttp.ClientSession() as session, sim:
        response = await session.get(sim.url + "/teams", headers={"API-Key": sim.api_key})
        await response.content.read(100)
        await asyncio.sleep(0.1)
        began = time.perf_counter()
        await sim.__aexit__(None, None, None)
        assert time.perf_counter() - began < 0.5
        response.close()


@pytest.mark.parametrize(
    "sent",
    [
        b"POST /v2/contacts HTTP/1.1\r\nHost: x\r\nAPI-Key: KEY\r\nContent-Length: 200\r\n\r\n{",
        b"POST /v2/con",
        b"",
    ],
)
async def test_a_sender_that_has_stopped_sending(
    account: Account, caplog: pytest.LogCaptureFixture, sent: bytes
) -> None:
    """Nor for the other half of a request; and that is no failure."""
    async with Simulator(account, limits=None) as sim:
        port = int(sim.url.removesuffix("/v2").rpartition(":")[2])
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(sent.replace(b"KEY", sim.api_key.encode()))
        await asyncio.sleep(0.05)
        began = time.perf_counter()
    assert time.perf_counter() - began < 0.5
    writer.close()
    assert not caplog.records


@pytest.mark.parametrize("kind", ["endless_body", "slow_body"])
async def test_a_reader_that_leaves_is_no_failure(
    account: Account, caplog: pytest.LogCaptureFixture, kind: FaultKind
) -> None:
    """It is what these faults are for: nothing is logged, and no second status is counted."""
    caplog.set_level(logging.WARNING)
    fault = Fault(kind, seconds=0.2)
    async with Simulator(account, faults=[fault], limits=None) as sim:
        async with aiohttp.ClientSession() as session:
            response = await session.get(sim.url + "/teams", headers={"API-Key": sim.api_key})
            await response.content.read(1)
            response.close()
            await asyncio.sleep(0.3)
        assert sim.stats.by_status == {200: 1}
    assert not caplog.records

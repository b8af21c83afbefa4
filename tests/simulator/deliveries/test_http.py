"""Deliveries over HTTP: to this machine and no other, and what can go wrong on the wire."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from oncehub_async import Clock
from oncehub_async.simulator import Delivery, DeliveryFault, DeliveryFaultKind, Simulator

from ...loopback import DROP, HANG, answer, serving
from ..conftest import Api
from .receiver import QUIET, URL, outcomes, subscribe

NEW = {"name": "Mine", "url": URL, "events": ["booking"]}


@pytest.fixture
async def sim() -> AsyncIterator[Simulator]:
    delivery = Delivery(timeout=2)
    async with Simulator(QUIET, limits=None, clock=Clock(1_000), delivery=delivery) as simulator:
        yield simulator


async def test_from_the_api_to_a_receiver(api: Api) -> None:
    """A webhook is created, a booking canceled, and the event arrives as it was signed."""
    async with serving(answer()) as server:
        api.sim.route(URL, server.url)
        webhook = (await api.post("/webhooks", NEW)).body
        booking = api.sim.happen("booking.scheduled")
        assert (await api.post(f"/bookings/{booking}/cancel", {})).status == 200
        await api.sim.delivered()
    assert len(server.received) == 2
    for received in server.received:
        assert (received.method, received.target) == ("POST", "/v2")
        assert received.headers["content-type"] == "application/json; charset=utf-8"
        assert received.headers["oncehub-signature"].startswith("t=")
    assert {one.webhook for one in api.sim.deliveries} == {webhook["id"]}


async def test_redirects_are_not_followed(sim: Simulator) -> None:
    """They count as failures, wherever they lead."""
    async with serving(answer()) as elsewhere:
        moved = answer(307, headers={"Location": elsewhere.url})
        async with serving(moved, answer()) as server:
            subscribe(sim)
            sim.route(URL, server.url)
            sim.happen("booking.scheduled")
            await sim.delivered(retries=True)
    assert [one.status for one in sim.deliveries] == [307, 200]
    assert elsewhere.received == []


async def test_what_goes_wrong_on_the_wire_is_tried_again(sim: Simulator) -> None:
    """No connection, one that breaks, no answer in time: the event comes until it is taken."""
    subscribe(sim)
    sim.route(URL, "http://127.0.0.1:1/")
    sim.happen("booking.scheduled")
    await sim.delivered()
    async with serving(DROP, HANG, answer(201)) as server:
        sim.route(URL, server.url)
        await sim.delivered(retries=True)
    assert outcomes(sim) == ["unreachable", "unreachable", "timeout", "accepted"]
    assert len({received.body for received in server.received}) == 1


async def test_an_endless_answer_keeps_nobody(sim: Simulator) -> None:
    """The status says all there is to know."""
    async with serving(answer(200, b"x", {"Content-Length": "1000000"}, hang=True)) as server:
        subscribe(sim)
        sim.route(URL, server.url)
        sim.happen("booking.scheduled")
        await sim.delivered(retries=True)
    assert outcomes(sim) == ["accepted"]


@pytest.mark.parametrize("kind", ["slow_body", "truncated_body"])
async def test_slow_and_broken_bodies(sim: Simulator, kind: DeliveryFaultKind) -> None:
    """Ten parts over a while, or half of what the length promises."""
    parts: list[tuple[float, bytes]] = []
    now = asyncio.get_running_loop().time
    whole: asyncio.Queue[bool] = asyncio.Queue()

    async def read(request: web.BaseRequest) -> web.Response:
        assert request.content_length
        try:
            async for part in request.content.iter_any():
                parts.append((now(), part))
        except OSError:
            whole.put_nowait(False)
        else:
            whole.put_nowait(sum(len(part) for _, part in parts) == request.content_length)
        return web.Response()

    runner = web.ServerRunner(web.Server(read))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        subscribe(sim)
        sim.route(URL, f"http://localhost:{runner.addresses[0][1]}/")
        sim.inject(DeliveryFault(kind, times=1, seconds=150))
        begun = now()
        sim.happen("booking.scheduled")
        await sim.delivered()
        assert await whole.get() == (kind == "slow_body")
        if kind == "slow_body":
            assert parts[-1][0] - begun > 0.1
            assert outcomes(sim) == ["accepted"]
        else:
            assert outcomes(sim) == ["unreachable"]
    finally:
        await runner.cleanup()


async def test_closing_leaves_nothing_behind() -> None:
    """No task, no connection, whatever was under way or still to come."""
    before = asyncio.all_tasks()
    async with serving(answer(500), HANG) as server:
        sim = Simulator(QUIET, limits=None, deliver_to={"*": server.url})
        async with sim:
            subscribe(sim)
            for _ in range(3):
                sim.happen("booking.scheduled")
            waiting = asyncio.create_task(sim.delivered(retries=True))
            while len(server.received) < 3 or not sim.deliveries:
                await asyncio.sleep(0.01)
        await waiting
        await sim.delivered(retries=True)
        sim.happen("booking.scheduled")
        assert sim.stats.events == {"booking.scheduled": 3}
    assert asyncio.all_tasks() == before

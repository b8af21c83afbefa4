import asyncio
import gc
from datetime import UTC, datetime, timedelta
from unittest.mock import AsyncMock

import aiohttp
import pytest
from aiohttp import web

from oncehub_async import Clock
from oncehub_async.simulator import Account, ServiceLimits, Simulator

from .conftest import Api


async def test_it_starts_on_loopback_and_leaves_nothing_behind(account: Account) -> None:
    """No task and no open port after it has closed; it can't be entered twice."""
    tasks = asyncio.all_tasks()
    sim = Simulator(account)
    with pytest.raises(RuntimeError, match="not running"):
        _ = sim.url
    async with sim, aiohttp.ClientSession() as session:
        assert sim.url.startswith("http://127.0.0.1:")
        assert (await Api(sim, session).get("/test")).status == 200
        url = sim.url
    assert asyncio.all_tasks() == tasks
    with pytest.raises(aiohttp.ClientConnectorError):
        async with aiohttp.ClientSession() as session, session.get(url):
            pass
    with pytest.raises(RuntimeError, match="runs once"):
        async with sim:
            pass
    gc.collect()


async def test_a_port_in_use_is_an_error(account: Account) -> None:
    """And leaves nothing behind either."""
    async with Simulator(account) as sim:
        port = int(sim.url.removesuffix("/v2").rpartition(":")[2])
        with pytest.raises(OSError, match="address"):
            async with Simulator(account, port=port):
                pass
    gc.collect()


async def test_a_port_that_cannot_be(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """No error of the operating system's, but it is cleaned up after, too; there is no address."""
    cleanup = AsyncMock()
    monkeypatch.setattr(web.ServerRunner, "cleanup", cleanup)
    sim = Simulator(account, port=70_000)
    with pytest.raises(OverflowError):
        async with sim:
            pass
    cleanup.assert_awaited_once()
    with pytest.raises(RuntimeError, match="not running"):
        _ = sim.url


async def test_its_time_runs_at_its_clocks_speed(account: Account) -> None:
    """From the start that is given; an hour in a few hundredths of a second."""
    start = datetime(2030, 1, 1, tzinfo=UTC)
    async with Simulator(account, clock=Clock(speed=100_000), start=start) as sim:
        await asyncio.sleep(0.04)
        assert timedelta(hours=1) < sim.now() - start < timedelta(days=3)
    with pytest.raises(ValueError, match="time zone"):
        Simulator(account, start=datetime.fromisoformat("2030-01-01"))


async def test_statistics(api: Api) -> None:
    """What a demo wants to tell: requests, statuses, operations."""
    for path in ("/bookings", "/bookings", "/users/x", "/nope"):
        await api.get(path)
    stats = api.sim.stats
    assert (stats.requests, stats.refused) == (4, 0)
    assert stats.by_status == {200: 2, 404: 2}
    assert stats.by_operation == {"list-all-bookings": 2, "get-a-single-user": 1}


async def test_tests_look_and_reach_inside(api: Api) -> None:
    """Objects, counts, creating, touching and deleting, whatever the API allows."""
    sim = api.sim
    assert sim.counts["bookings"] == 600
    new = sim.create("booking-calendars")
    assert next(sim.ids("booking_calendars")) == new
    before = sim.object(new)
    before["name"] = "changed outside"
    assert sim.object(new)["name"] != "changed outside"
    sim.touch(new)
    assert sim.object(new)["name"].endswith(" (renamed)")
    sim.delete(new)
    assert sim.object(new) == {"id": new, "object": "booking_calendar", "deleted": True}
    for wrong in (lambda: sim.object("X-1"), lambda: sim.delete(new), lambda: sim.touch(new)):
        with pytest.raises(KeyError):
            wrong()


@pytest.mark.parametrize("retry_after", [None, "seconds", "date"])
async def test_rate_limits(session: aiohttp.ClientSession, retry_after: str | None) -> None:
    """Five a second: the sixth is 429, with whatever `Retry-After` is wished for."""
    limits = ServiceLimits(retry_after=retry_after)  # type: ignore[arg-type] # one of the three
    async with Simulator(Account(bookings=5), limits=limits) as sim:
        api = Api(sim, session)
        answers = [await api.get("/test") for _ in range(6)]
        assert [answer.status for answer in answers] == [200] * 5 + [429]
        refused = answers[-1]
        assert refused.body == {
            "type": "rate_limit_error",
            "message": "Request rate limit exceeded",
        }
        told = refused.headers.get("Retry-After")
        assert (told is None) == (retry_after is None)
        assert retry_after != "seconds" or told == "1"
        assert retry_after != "date" or str(told).endswith("GMT")
        assert sim.stats.refused == 1
        await asyncio.sleep(1.05)
        assert (await api.get("/test")).status == 200


async def test_two_hundred_in_five_minutes_an_address(session: aiohttp.ClientSession) -> None:
    """Also with wrong keys, which count for no account's second."""
    clock = Clock(speed=0.001)
    async with Simulator(
        Account(bookings=5), clock=clock, limits=ServiceLimits(per_second=100)
    ) as sim:
        api = Api(sim, session)
        for _ in range(120):
            assert (await api.call("GET", "/test", key="wrong")).status == 401
        statuses = [(await api.get("/test")).status for _ in range(82)]
        assert statuses == [200] * 80 + [429] * 2


async def test_a_long_scan_lets_others_have_their_turn(session: aiohttp.ClientSession) -> None:
    """A filter that nothing matches looks at 300,000 bookings; others aren't kept waiting."""
    async with Simulator(Account(bookings=300_000, contacts=1_000), limits=None) as sim:
        api = Api(sim, session)
        scan = asyncio.create_task(api.get("/bookings", status="nothing"))
        await asyncio.sleep(0.02)
        assert (await api.get("/test")).status == 200
        assert not scan.done()
        assert (await scan).ids == []

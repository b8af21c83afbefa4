import asyncio
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import pytest

from oncehub_async import Clock
from oncehub_async.simulator import Account, Fault, ServiceLimits, Simulator
from oncehub_async.simulator._faults import KINDS, Faults
from oncehub_async.simulator._operations.operations_table import OPERATIONS

from .conftest import Api

SPEED = 100.0
BY_ID = {operation.id: operation for operation in OPERATIONS}
BROKEN = (aiohttp.ClientPayloadError, aiohttp.ServerDisconnectedError, ConnectionResetError)


@pytest.fixture
async def sim() -> AsyncIterator[Simulator]:
    account = Account(bookings=200, contacts=80)
    async with Simulator(account, limits=None, clock=Clock(SPEED)) as simulator:
        yield simulator


async def raw(api: Api, path: str, method: str = "GET") -> tuple[aiohttp.ClientResponse, bytes]:
    headers = {"API-Key": api.sim.api_key}
    async with api.session.request(method, api.sim.url + path, headers=headers) as response:
        return response, await response.read()


def scheduled(sim: Simulator) -> str:
    return next(
        one
        for one in sim.ids("bookings")
        if sim.object(one)["status"] == "scheduled"
        and not sim.object(one).get("payment_information")
    )


async def test_latency_and_slow_bodies_take_the_clocks_seconds(api: Api) -> None:
    """Twenty seconds of a clock a hundred times as fast are a fifth of a second."""
    for kind in ("latency", "slow_body"):
        api.sim.inject(Fault(kind, seconds=20, times=1))
        began = time.perf_counter()
        assert (await api.get("/teams")).status == 200
        assert 0.15 < time.perf_counter() - began < 1.5


async def test_latency_has_jitter() -> None:
    """From `seconds - jitter` to `seconds + jitter`, the same for the same seed."""
    fault = Fault("latency", seconds=10, jitter=4)
    times = [Faults(seed).jittered(fault) for seed in range(200)]
    assert times == [Faults(seed).jittered(fault) for seed in range(200)]
    assert 6 <= min(times) < 7
    assert 13 < max(times) <= 14


@pytest.mark.parametrize("retry_after", [None, "7"])
async def test_429_with_and_without_retry_after(api: Api, retry_after: str | None) -> None:
    """As the rate limits answer, though they are off; the statistics tell it apart."""
    api.sim.inject(Fault("rate_limit", times=1, retry_after=retry_after))
    answer = await api.get("/teams")
    assert (answer.status, answer.body["type"]) == (429, "rate_limit_error")
    assert answer.headers.get("Retry-After") == retry_after
    assert (await api.get("/teams")).status == 200
    assert api.sim.stats.refused == 0
    assert api.sim.stats.faults == {"rate_limit": 1}


@pytest.mark.parametrize(
    ("fault", "status", "start"),
    [
        (Fault("server_error"), 500, b'{"type":"api_error"'),
        (Fault("server_error", status=503), 503, b'{"type":"api_error"'),
        (Fault("html"), 502, b"<!DOCTYPE html>"),
        (Fault("html", status=200), 200, b"<!DOCTYPE html>"),
        (Fault("empty"), 502, b""),
        (Fault("empty", status=200), 200, b""),
        (Fault("not_utf8"), 200, b'{"object":"list","data":["\xff'),
    ],
)
async def test_answers_that_no_client_hopes_for(
    api: Api, fault: Fault, status: int, start: bytes
) -> None:
    """Each still carries a request id, and nothing was done."""
    booking = scheduled(api.sim)
    api.sim.inject(fault)
    response, body = await raw(api, f"/bookings/{booking}/cancel", "POST")
    assert response.status == status
    assert body.startswith(start)
    assert bool(body) == bool(start)
    assert response.headers["Request-Id"]
    assert api.sim.object(booking)["status"] == "scheduled"


async def test_a_server_error_may_come_after_the_effect(api: Api) -> None:
    """`takes_effect`: the booking is canceled, and the answer says 500."""
    booking = scheduled(api.sim)
    api.sim.inject(Fault("server_error", takes_effect=True))
    response, _ = await raw(api, f"/bookings/{booking}/cancel", "POST")
    assert response.status == 500
    assert api.sim.object(booking)["status"] == "canceled"


@pytest.mark.parametrize(
    ("kind", "status"), [("drop_before", "scheduled"), ("drop_after", "canceled")]
)
async def test_dropped_before_or_after_it_took_effect(api: Api, kind: Any, status: str) -> None:
    """Either way the client sees no answer; only the state tells."""
    booking = scheduled(api.sim)
    api.sim.inject(Fault(kind, "cancel-booking"))
    with pytest.raises(BROKEN):
        await raw(api, f"/bookings/{booking}/cancel", "POST")
    assert api.sim.object(booking)["status"] == status
    assert sum(api.sim.stats.by_status.values()) == 0


async def test_truncated_bodies(api: Api) -> None:
    """One breaks the connection, the other has an honest length and broken JSON."""
    whole = (await raw(api, "/teams"))[1]
    api.sim.inject(Fault("truncated_body", times=1))
    with pytest.raises(aiohttp.ClientPayloadError):
        await raw(api, "/teams")
    api.sim.clear_faults()
    api.sim.inject(Fault("truncated_json", times=1))
    response, body = await raw(api, "/teams")
    assert body == whole[: len(whole) // 2]
    assert response.headers["Content-Length"] == str(len(body))
    assert (await raw(api, "/teams"))[1] == whole


async def test_an_endless_body_goes_on_until_nobody_reads(api: Api) -> None:
    """Megabytes, and the server is free again when the client has left."""
    api.sim.inject(Fault("endless_body", times=1))
    got = 0
    headers = {"API-Key": api.sim.api_key}
    async with api.session.get(api.sim.url + "/teams", headers=headers) as response:
        async for chunk in response.content.iter_chunked(1 << 16):
            got += len(chunk)
            if got > 5_000_000:
                break
        response.close()
    assert (await api.get("/teams")).status == 200


@pytest.mark.parametrize("kind", ["hang", "endless_body", "slow_body", "latency"])
async def test_it_closes_while_connections_hang(kind: Any, account: Account) -> None:
    """At once, leaving neither a task nor a socket behind."""
    before = asyncio.all_tasks()
    async with aiohttp.ClientSession() as session:
        sim = Simulator(account, faults=[Fault(kind, seconds=3_600)])
        async with sim:
            asked = [
                asyncio.create_task(_ask(session, sim.url + "/teams", sim.api_key))
                for _ in range(3)
            ]
            await asyncio.sleep(0.1)
            began = time.perf_counter()
        assert time.perf_counter() - began < 2
        assert set(await asyncio.gather(*asked)) == {"broken"}
    assert asyncio.all_tasks() == before


async def _ask(session: aiohttp.ClientSession, url: str, key: str) -> str:
    try:
        async with session.get(url, headers={"API-Key": key}) as response:
            async for _ in response.content.iter_any():
                pass
    except (aiohttp.ClientError, ConnectionError):
        return "broken"
    return "whole"


@pytest.mark.parametrize(
    ("operations", "hit"),
    [
        ("*", {"list-all-teams", "cancel-booking"}),
        ("list-*", {"list-all-teams"}),
        ("cancel-booking", {"cancel-booking"}),
        ({"cancel-booking", "no-show"}, {"cancel-booking"}),
        (("POST", "/bookings/{id}/cancel"), {"cancel-booking"}),
        ([("POST", "/bookings/*")], {"cancel-booking"}),
        ("GET /teams", {"list-all-teams"}),
    ],
)
def test_faults_are_for_operations(operations: Any, hit: set[str]) -> None:
    """By operation id, by method and path, with wildcards, alone or several."""
    fault = Fault("empty", operations)
    both = ("list-all-teams", "cancel-booking")
    assert {one for one in both if fault.concerns(BY_ID[one])} == hit


def test_rates_are_kept_and_repeatable() -> None:
    """About a fifth of all requests, the same ones for the same seed; `times` is the most."""

    def struck(seed: int, fault: Fault) -> list[bool]:
        faults = Faults(seed, [fault])
        return [bool(faults.strike(BY_ID["list-all-teams"])) for _ in range(2_000)]

    fifth = struck(1, Fault("empty", rate=0.2))
    assert 330 < sum(fifth) < 470
    assert fifth == struck(1, Fault("empty", rate=0.2)) != struck(2, Fault("empty", rate=0.2))
    assert sum(struck(1, Fault("empty", rate=0.2, times=3))) == 3
    assert struck(1, Fault("empty", every=3))[:6] == [False, False, True] * 2
    assert sum(struck(1, Fault("empty", rate=0))) == 0


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        ({"kind": "explode"}, "kind"),
        ({"kind": "empty", "rate": 2}, "rate"),
        ({"kind": "hang", "every": 0}, "every"),
        ({"kind": "empty", "times": -1}, "times"),
        ({"kind": "empty", "operations": "GET /bokings"}, "operations"),
        ({"kind": "empty", "operations": ["list-*", "cancel-bookings"]}, "operations"),
        ({"kind": "empty", "operations": ()}, "operations"),
        ({"kind": "churn", "operations": "cancel-booking"}, "operations"),
    ],
)
def test_a_wrong_fault_is_refused_when_it_is_made(wrong: dict[str, Any], name: str) -> None:
    """Not when it should have struck: also one that never could."""
    with pytest.raises(ValueError, match=name):
        Fault(**wrong)
    assert len(KINDS) == 18


def anything(word: str) -> Any:
    """A word that a type checker doesn't look at."""
    return word


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Fault(anything("server_eror")), "kind: .* did you mean 'server_error'"),
        (lambda: Fault("latency", "list-all-boking"), "operations: .* 'list-all-bookings'"),
        (lambda: Account(product=anything("calendar")), "product: .* did you mean 'calendars'"),
        (lambda: ServiceLimits(window=anything("slide")), "window: .* sliding, fixed"),
    ],
)
def test_a_misspelt_word_is_told_in_a_line(make: Callable[[], object], said: str) -> None:
    """With what was probably meant."""
    with pytest.raises(ValueError, match=said) as caught:
        make()
    assert "\n" not in str(caught.value)

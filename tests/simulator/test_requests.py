"""Keys, paths, methods and bodies: everything before an operation."""

import asyncio
import json
from typing import Any

import aiohttp
import pytest
from yarl import URL

from oncehub_async.simulator import Account, Simulator
from oncehub_async.simulator._operations.operations_table import OPERATIONS

from .conftest import Api, error

INVALID_KEY = {"type": "authentication_error", "message": "Invalid API key."}


@pytest.mark.parametrize("key", [None, "wrong", "Bearer x"])
@pytest.mark.parametrize("path", ["/test", "/nowhere", "/bookings/BKNG-1"])
async def test_without_a_valid_key_there_is_401(api: Api, key: str | None, path: str) -> None:
    """Exactly the service's answer, before anything else is looked at."""
    answer = await api.call("GET", path, key=key)
    assert (answer.status, answer.body) == (401, INVALID_KEY)
    assert answer.headers["Request-Id"]


async def test_keys_rotate(api: Api) -> None:
    """A new one works beside the old one, which stops when it is revoked."""
    new = api.sim.add_key()
    for key in (new, api.sim.api_key):
        answer = await api.call("GET", "/test", key=key)
        owner = api.sim.object(list(api.sim.ids("users"))[-1])["email"]
        assert answer.body == {"message": f"The API key is valid for account: {owner}"}
    api.sim.revoke_key(api.sim.api_key)
    assert (await api.call("GET", "/test", key=api.sim.api_key)).status == 401
    assert (await api.call("GET", "/test", key=new)).status == 200
    with pytest.raises(KeyError):
        api.sim.revoke_key("unknown")


async def test_a_plan_without_the_api(session: aiohttp.ClientSession) -> None:
    """403 with the document's text, and an `authentication_error`."""
    async with Simulator(Account(bookings=0, api_access=False)) as sim:
        answer = await Api(sim, session).get("/users")
        assert answer.status == 403
        assert answer.body["type"] == "authentication_error"
        assert answer.body["message"].startswith("Your account plan does not support API access.")


@pytest.mark.parametrize(
    ("product", "gone"),
    [
        ("calendars", ["/booking-pages", "/master-pages/x", "/event-types"]),
        ("pages", ["/booking-calendars"]),
    ],
)
async def test_the_other_products_paths_are_not_there(
    session: aiohttp.ClientSession, product: Any, gone: list[str]
) -> None:
    """404, an `invalid_request_error`."""
    async with Simulator(Account(bookings=5, product=product), limits=None) as sim:
        for path in gone:
            answer = await Api(sim, session).get(path)
            assert (answer.status, answer.body["type"]) == (404, "invalid_request_error")


@pytest.mark.parametrize(
    "path", ["/", "/booking", "/bookings/", "/bookings/x/y", "//bookings", "/V2"]
)
async def test_unknown_paths(api: Api, path: str) -> None:
    """404 in JSON."""
    answer = await api.get(path)
    assert (answer.status, answer.body["type"]) == (404, "invalid_request_error")


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("PUT", "/bookings", "GET"),
        ("PATCH", "/webhooks", "GET, POST"),
        ("POST", "/contacts/x", "DELETE, GET, PATCH"),
        ("OPTIONS", "/test", "GET"),
    ],
)
async def test_wrong_methods(api: Api, method: str, path: str, allow: str) -> None:
    """405, and which would do."""
    answer = await api.call(method, path)
    assert (answer.status, answer.headers["Allow"]) == (405, allow)
    assert answer.body["type"] == "invalid_request_error"


BODIES = [
    b"{",
    b"[]",
    b"null",
    b'"text"',
    b"\xff\xfe",
    b'{"a": NaN}',
    b"[" * 100_000,
    b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
    b'{"email": {"a": [1]}, "first_name": 1, "last_name": [], "name": 5, "url": {}, "events": 3,'
    b'"new_host": 7, "start_time": {}, "booking_form": [], "weekly": {"a": 1}, "overrides": "x",'
    b'"utm_params": 4, "cancellation_reason": {}, "reschedule_reason": 5, "teams": {}}',
    b'{"new_host": "USR-1", "cancellation_reason": 5, "reschedule_reason": {}, "location": 5,'
    b'"weekly": [{"day": [], "working_hours": 5}],'
    b'"booking_form": {"name": {}, "email": 1}, "guest_time_zone": [], "start_time": 4}',
    b"x" * 2_000_000,
]


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
async def test_no_body_breaks_an_operation(api: Api, body: bytes) -> None:
    """Every operation that reads a body answers a clean 4xx to what can't be one."""
    known = {name.replace("_", "-"): next(api.sim.ids(name)) for name in api.sim.counts}
    for operation in OPERATIONS:
        if operation.method in ("POST", "PATCH") and "master-pages" not in operation.path:
            path = operation.path.replace("{id}", known.get(operation.path.split("/")[1], ""))
            answer = await api.call(operation.method, path, body)
            assert 400 <= answer.status < 500, (operation, answer)
            assert answer.body["type"] == "invalid_request_error"
            assert answer.headers["Content-Type"] == "application/json; charset=utf-8"


@pytest.mark.parametrize(
    "id", ["%00", "%FF%FE", "%2e%2e", "a%2Fb", "'%20OR%201=1", "%F0%9F%8C%9F", "x" * 4_000]
)
async def test_no_id_breaks_an_operation(api: Api, id: str) -> None:
    """404 for whatever can be put into a path."""
    for operation in OPERATIONS:
        if "{id}" in operation.path:
            url = api.sim.url + operation.path.replace("{id}", id)
            headers = {"API-Key": api.sim.api_key}
            encoded = URL(url, encoded=True)
            body = b'{"new_host": "x"}' if operation.method == "POST" else None
            async with api.session.request(
                operation.method, encoded, headers=headers, data=body
            ) as response:
                assert response.status == 404, operation
                assert (await response.json())["message"].startswith("No such")


@pytest.mark.parametrize(
    "lines",
    [
        b"GET /v2/te\x00st HTTP/1.1\r\nHost: x\r\n\r\n",
        b"not http at all\r\n\r\n",
        b"GET /v2/" + b"x" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /v2/test HTTP/1.1\r\nHost: x\r\nBad Header\x01: y\r\n\r\n",
    ],
)
async def test_what_is_not_even_http(api: Api, lines: bytes) -> None:
    """Even then: 400 in JSON, with a request id."""
    host, port = api.sim.url.removeprefix("http://").removesuffix("/v2").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(lines)
    head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    await writer.wait_closed()
    assert head.split(b" ")[1] == b"400"
    assert b"Request-Id: " in head
    assert json.loads(body)["type"] == "invalid_request_error"


async def test_every_answer_has_an_id_of_its_own(api: Api) -> None:
    """Support asks for it."""
    answers = [await api.get(path) for path in ("/test", "/test", "/nope", "/bookings?limit=0")]
    assert len({answer.headers["Request-Id"] for answer in answers}) == 4


async def test_nothing_to_read_is_no_error(api: Api) -> None:
    """A POST without a body is one without fields."""
    answer = await api.post("/webhooks")
    assert (answer.status, answer.body) == (400, error("Required fields are missing.", "name"))


@pytest.mark.parametrize("levels", [51, 300])
async def test_what_could_not_be_written_again_is_not_stored(api: Api, levels: int) -> None:
    """A body nested too deeply is 400, and every list goes on to answer; a deep one is fine."""
    for depth, status in ((levels - 3, 400), (40, 201)):
        names = b'"first_name": "a", "last_name": "b", "email": "deep@a.example"'
        value = b"[" * depth + b"]" * depth
        body = b'{%s, "custom_fields": [{"name": "resume", "value": %s}]}' % (names, value)
        assert (await api.call("POST", "/contacts", body)).status == status
        assert (await api.get("/contacts")).status == 200


async def test_a_failure_of_the_simulator_itself(
    api: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """500 as the service would answer it: JSON with a request id, counted once and logged."""

    def fail(*_: object) -> None:
        raise ZeroDivisionError("as a test wants it")

    monkeypatch.setattr(type(api.sim.state.teams.kind), "make", fail)
    answer = await api.get("/teams")
    assert (answer.status, answer.body["type"]) == (500, "api_error")
    assert answer.headers["Request-Id"]
    assert (api.sim.stats.requests, api.sim.stats.by_status) == (1, {500: 1})
    assert "as a test wants it" in caplog.text

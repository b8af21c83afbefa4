"""`request()`: what no method is for, by the same rules as everything else."""

import asyncio
import logging
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from oncehub_async import (
    BadRequestError,
    InvalidParameterError,
    InvalidResponseError,
    NotFoundError,
    OnceHub,
    OutcomeUnknownError,
    Priority,
    RequestAttempt,
    RetryPolicy,
)
from oncehub_async._http import any_request
from oncehub_async.simulator import Account, ServiceLimits, Simulator

from ..loopback import DROP, answer, error, serving

BASE = URL("https://api.oncehub.com/v2")
NAIVE = datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)
QUICK = RetryPolicy(first_delay=0.001, longest_delay=0.001)


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("/bookings", "/v2/bookings"),
        ("bookings", "/v2/bookings"),
        ("/bookings/", "/v2/bookings/"),
        ("/a b/ü", "/v2/a%20b/%C3%BC"),
        ("/a%20b/%2F", "/v2/a%20b/%2F"),
        ("/@evil.example", "/v2/@evil.example"),
        ("@evil.example/x", "/v2/@evil.example/x"),
        (".evil.example", "/v2/.evil.example"),
        ("/x:8080", "/v2/x:8080"),
        ("https://api.oncehub.com/v2/bookings", "/v2/bookings"),
    ],
)
def test_a_path_is_below_the_base_url(path: str, sent: str) -> None:
    """With or without a slash before it, or as the whole URL."""
    url = any_request(BASE, "GET", path).url(BASE)
    assert (url.host, url.port, url.raw_path) == ("api.oncehub.com", 443, sent)


@pytest.mark.parametrize(
    "path",
    [
        "https://evil.example/v2/bookings",
        "http://api.oncehub.com/v2/bookings",
        "https://api.oncehub.com/v3/bookings",
        "https://api.oncehub.com/v2.evil.example/",
        "https://api.oncehub.com:444/v2/bookings",
        "https://api.oncehub.com/v2/../v1/x",
        "HTTPS://evil.example",
        "//evil.example/x",
        "https://api.oncehub.com/v2//evil.example/x",
        "\\\\evil.example\\x",
        "/\\evil.example",
        "file:///etc/passwd",
        "mailto:x@example.com",
        "/a/../../x",
        "/a/%2e%2E/x",
        "/a/%252e%252e/x",
        "./x",
        "/bookings?limit=5",
        "/bookings#x",
        "/a\nHost: evil.example",
        "/a\x00",
        " /bookings",
        "",
        "   ",
        None,
        7,
        b"/bookings",
    ],
)
def test_a_path_that_leads_elsewhere_is_refused(path: Any) -> None:
    """The key goes nowhere but to OnceHub, and below the address that was chosen."""
    with pytest.raises(InvalidParameterError) as caught:
        any_request(BASE, "GET", path)
    assert caught.value.param == "path"
    assert "evil" not in str(caught.value)


@given(st.text(max_size=30))
def test_no_text_leads_to_another_host(path: str) -> None:
    """Whatever it holds, it is refused or below the base URL."""
    try:
        url = any_request(BASE, "GET", path).url(BASE)
    except InvalidParameterError:
        return
    assert str(url.origin()) == "https://api.oncehub.com"
    assert url.raw_path.startswith("/v2/")
    assert not url.query_string
    assert not url.fragment


@pytest.mark.parametrize("method", ["get", "Patch", "DELETE"])
def test_methods_in_any_case(method: str) -> None:
    """As other tools take them."""
    assert any_request(BASE, method, "/x").method == method.upper()


@pytest.mark.parametrize("method", ["", "HEAD", "CONNECT", "GET /x", None, 1])
def test_other_methods_are_refused(method: Any) -> None:
    """With those that there are."""
    with pytest.raises(InvalidParameterError, match="method: expected one of GET, POST, PUT"):
        any_request(BASE, method, "/x")


def test_values_of_the_query() -> None:
    """Texts, numbers, truth, times, several texts; None is left out, nothing is lost."""
    query: dict[str, Any] = {
        "q": "a&b=ü +",
        "limit": 5,
        "ratio": 0.5,
        "draft": True,
        "since": datetime(2026, 1, 1, tzinfo=UTC),
        "expand": ["owner", "contact"],
        "empty": "",
        "left_out": None,
    }
    assert any_request(BASE, "GET", "/x", query).query == {
        "q": "a&b=ü +",
        "limit": "5",
        "ratio": "0.5",
        "draft": "true",
        "since": "2026-01-01T00:00:00Z",
        "expand": "owner,contact",
        "empty": "",
    }


@pytest.mark.parametrize(
    "query",
    ["a=1", [("a", "1")], {1: "a"}, {"a": NAIVE}, {"a": b"x"}, {"a": {"b": 1}},
     {"a": float("nan")}, {"a": object()}, {"a": [1]}],
)  # fmt: skip
def test_other_values_are_refused(query: Any) -> None:
    """In a line that names the parameter."""
    with pytest.raises(InvalidParameterError, match="query"):
        any_request(BASE, "GET", "/x", query)


@pytest.mark.parametrize("json", [float("inf"), {1: 2}, {1, 2}, b"x"])
def test_what_is_no_json_is_refused(json: Any) -> None:
    """Before it is sent."""
    with pytest.raises(InvalidParameterError, match="json: holds a value that JSON can't"):
        any_request(BASE, "POST", "/x", json=json)


def test_a_get_has_no_body() -> None:
    """What was meant is a query."""
    with pytest.raises(InvalidParameterError, match="json: a GET has no body; pass query="):
        any_request(BASE, "GET", "/x", json={})


@pytest.mark.parametrize("data", [{"a": [1, None]}, [], "text", 7, None, {"deleted": True}])
async def test_the_answer_comes_as_it_is(data: Any) -> None:
    """Any JSON, also what would be a deleted object of a method's."""
    async with (
        serving(answer(200, data)) as server,
        OnceHub("key", base_url=server.url) as oncehub,
    ):
        got = await oncehub.request("PUT", "forms/FORM-1", query={"v": 2}, json={"a": ["ü"]})
    (sent,) = server.received
    assert got == data
    assert (sent.method, sent.target) == ("PUT", "/v2/forms/FORM-1?v=2")
    assert sent.body == '{"a":["ü"]}'.encode()
    assert sent.headers["content-type"] == "application/json"
    assert sent.headers["api-key"] == "key"


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
async def test_nothing_is_none(method: str) -> None:
    """204, or a body of no bytes."""
    async with (
        serving(answer(204)) as server,
        OnceHub("key", base_url=server.url) as oncehub,
    ):
        assert await oncehub.request(method, "/x/X-1") is None
    assert server.received[0].body == b""


async def test_what_is_no_json_is_an_error() -> None:
    """As of any call."""
    async with (
        serving(answer(200, b"<html>")) as server,
        OnceHub("key", base_url=server.url, retry=RetryPolicy(attempts=1)) as oncehub,
    ):
        with pytest.raises(InvalidResponseError, match="an HTML page"):
            await oncehub.request("GET", "/x")


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
async def test_what_may_be_repeated_is(method: str) -> None:
    """After a broken connection, a 503 and a 429."""
    script = (DROP, error(503), error(429, "rate_limit_error"), answer(200, {"a": 1}))
    async with (
        serving(*script) as server,
        OnceHub("key", base_url=server.url, retry=QUICK) as oncehub,
    ):
        assert await oncehub.request(method, "/x") == {"a": 1}
    assert len(server.received) == 4


@pytest.mark.parametrize("trouble", [DROP, error(503), answer(200, b"<html>")])
async def test_a_post_is_not_sent_twice(trouble: Any) -> None:
    """Whatever it does, it may have done it."""
    async with (
        serving(trouble) as server,
        OnceHub("key", base_url=server.url, retry=QUICK) as oncehub,
    ):
        with pytest.raises(OutcomeUnknownError):
            await oncehub.request("POST", "/x", json={})
    assert len(server.received) == 1


async def test_a_deletion_whose_answer_was_lost_is_done() -> None:
    """The 404 of the second attempt says so."""
    async with (
        serving(DROP, error(404, "invalid_request_error")) as server,
        OnceHub("key", base_url=server.url, retry=QUICK) as oncehub,
    ):
        assert await oncehub.request("DELETE", "/x/X-1") is None


async def test_nothing_about_people_gets_into_errors_logs_and_records(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A path can hold anything; ids stand in errors, as they do elsewhere, and not in logs."""
    told: list[RequestAttempt] = []
    caplog.set_level(logging.DEBUG, "oncehub_async")
    async with (
        serving(error(404, "invalid_request_error"), error(503)) as server,
        OnceHub("key", base_url=server.url, retry=RetryPolicy(attempts=1), on_attempt=told.append)
        as oncehub,
    ):  # fmt: skip
        path = "/contacts/carrie@example.com/notes/NOTE-12/+4912345678/v3"
        with pytest.raises(NotFoundError) as caught:
            await oncehub.request("GET", path, query={"email": "carrie@example.com"})
        with pytest.raises(OutcomeUnknownError):
            await oncehub.request("POST", path, json={"email": "carrie@example.com"})
    assert caught.value.path == "/contacts/…/notes/NOTE-12/…/v3"
    assert [each.path_template for each in told] == ["/contacts/{id}/notes/{id}/{id}/v3"] * 2
    everything = caplog.text + str(caught.value) + repr(caught.value) + repr(told)
    assert "carrie" not in everything
    assert "491234" not in everything
    assert "NOTE-12" not in caplog.text
    assert server.received[0].target.startswith("/v2/contacts/carrie@example.com/notes/NOTE-12/")


async def test_it_is_inside_the_rate_budget() -> None:
    """Twelve at once are too many for a second; none of them is refused."""
    strict = ServiceLimits()
    async with (
        Simulator(Account(bookings=10), limits=strict) as sim,
        OnceHub(sim.api_key, base_url=sim.url) as oncehub,
    ):
        bulk = oncehub.with_priority(Priority.BULK)
        answers = await asyncio.gather(
            *(oncehub.request("GET", "/test") for _ in range(6)),
            *(bulk.request("GET", "bookings", query={"limit": 1}) for _ in range(6)),
        )
        assert sim.stats.by_status == {200: 12}
        assert oncehub.budget is not None
    assert answers[0]["message"].startswith("The API key is valid")
    assert answers[-1]["object"] == "list"


async def test_the_simulated_service_knows_no_other_paths() -> None:
    """What isn't there is a 404; what is refused is its error, with the parameter."""
    async with (
        Simulator(Account(bookings=10), limits=None) as sim,
        OnceHub(sim.api_key, base_url=sim.url) as oncehub,
    ):
        with pytest.raises(NotFoundError):
            await oncehub.request("GET", "/routing-forms")
        with pytest.raises(BadRequestError) as caught:
            await oncehub.request("GET", "/bookings", query={"limit": 500})
        assert caught.value.param == "limit"

"""One call from its first attempt to its end. Time is virtual, the network is a script."""

import asyncio
import logging
import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any, cast

import aiohttp
import attrs
import pytest
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from harness.virtual_time import VirtualClock, run_virtual
from oncehub_async import (
    AttemptHook,
    AuthenticationError,
    Budget,
    ConfigurationError,
    ConflictError,
    ConnectError,
    ConnectionLostError,
    DeadlineExceededError,
    DeletedObjectError,
    InvalidResponseError,
    NotFoundError,
    OutcomeUnknownError,
    Permit,
    Priority,
    RateLimitError,
    RequestAttempt,
    RequestError,
    RequestTimeoutError,
    Resources,
    RetryPolicy,
    ServerError,
)
from oncehub_async._http.api_key import ApiKey, KeyProvider, KeySource
from oncehub_async._http.call import Caller
from oncehub_async._http.request import Request
from oncehub_async._http.response import RawAnswer
from oncehub_async._http.transport import Departure, Transport

WHERE = {"method": "GET", "path": "/x"}
LOST = ConnectionLostError("lost", **WHERE)
UNREACHABLE = ConnectError("unreachable", **WHERE)


def reply(status: int = 200, body: bytes = b'{"id": "BKNG-1"}', **headers: str) -> RawAnswer:
    pairs = {name.replace("_", "-"): value for name, value in headers.items()}
    return RawAnswer(status, CIMultiDictProxy(CIMultiDict(pairs)), body)


def refused(**headers: str) -> RawAnswer:
    return reply(429, b'{"type": "rate_limit_error", "message": "Slow."}', **headers)


@attrs.define(eq=False)
class Script:
    """What happens to one request after the other, and when they were sent."""

    steps: list[RawAnswer | RequestError]
    sent: list[tuple[float, str, str]] = attrs.Factory(list)
    takes: float = 0.0

    @property
    def times(self) -> list[float]:
        return [at for at, _, _ in self.sent]

    @property
    def keys(self) -> list[str]:
        return [key for _, _, key in self.sent]


@attrs.frozen(eq=False)
class ScriptedTransport(Transport):
    """Plays a script instead of using the network."""

    script: Script = attrs.field(kw_only=True)

    async def send(
        self,
        session: aiohttp.ClientSession,
        request: Request,
        key: ApiKey,
        limits: aiohttp.ClientTimeout,
        departure: Departure,
    ) -> RawAnswer:
        now = asyncio.get_running_loop().time()
        self.script.sent.append((now, request.method, key.reveal()))
        await asyncio.sleep(self.script.takes)
        steps = self.script.steps
        step = steps.pop(0) if len(steps) > 1 else steps[0]
        if isinstance(step, RequestError):
            raise step
        return step


def scripted(
    script: Script,
    api_key: str | KeyProvider = "key-1",
    retry: RetryPolicy | None = None,
    on_attempt: AttemptHook | None = None,
    uniform: Callable[[float, float], float] = lambda _low, high: high,
) -> Caller:
    """Makes calls whose network is the script and whose back-off always takes the longest."""
    clock = VirtualClock()
    budget = Budget(clock=clock)
    base_url = URL("https://a.example/v2")
    return Caller(
        session=lambda: cast(aiohttp.ClientSession, None),
        transport=ScriptedTransport(base_url, "test", script=script),
        keys=KeySource(api_key),
        budget=lambda _key: budget,
        retry=retry or RetryPolicy(),
        clock=clock,
        on_attempt=on_attempt,
        uniform=uniform,
    )


def call(script: Script, operation: str = "bookings.get", **settings: Any) -> Any:
    """Make one call to its end in virtual time."""
    resource, _, method = operation.partition(".")

    async def main() -> Any:
        oncehub = Resources(scripted(script, **settings))
        return await getattr(getattr(oncehub, resource), method)("BKNG-1")

    return run_virtual(main())


def test_back_off_doubles_and_then_gives_up() -> None:
    """The bound doubles from 0.5 s on; after the last attempt its error comes out."""
    script = Script([reply(503, b"")])
    with pytest.raises(ServerError):
        call(script, retry=RetryPolicy(attempts=5, longest_delay=3.0))
    assert script.times == pytest.approx([0, 0.5, 1.5, 3.5, 6.5])


def test_the_jitter_is_full() -> None:
    """Any delay between nothing and the bound is possible."""
    bounds: list[tuple[float, float]] = []

    def uniform(low: float, high: float) -> float:
        bounds.append((low, high))
        return low

    script = Script([LOST, LOST, reply()])
    call(script, uniform=uniform)
    assert bounds == [(0.0, 0.5), (0.0, 1.0)]
    assert script.times == [0, 0, 0]


@pytest.mark.parametrize("step", [UNREACHABLE, LOST, reply(500), reply(503), reply(200, b"<html>")])
def test_what_may_pass_is_tried_again(step: RawAnswer | RequestError) -> None:
    """Connection trouble, 5xx and unreadable answers are repeated for what changes nothing."""
    script = Script([step, reply()])
    assert call(script).id == "BKNG-1"
    assert len(script.sent) == 2


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 409, 410, 422, 302, 418])
def test_a_plain_no_is_not_tried_again(status: int) -> None:
    """The service would say the same again."""
    script = Script([reply(status, b"{}")])
    with pytest.raises(RequestError):
        call(script)
    assert len(script.sent) == 1


@pytest.mark.parametrize("step", [UNREACHABLE, refused()])
def test_a_change_is_repeated_when_the_service_certainly_did_not_act(
    step: RawAnswer | RequestError,
) -> None:
    """No connection, or refused for the rate limit."""
    script = Script([step, reply()])
    assert call(script, "bookings.cancel").id == "BKNG-1"
    assert len(script.sent) == 2


@pytest.mark.parametrize("operation", ["contacts.update", "contacts.delete"])
def test_what_is_the_same_done_twice_is_repeated(operation: str) -> None:
    """A PATCH sets the same values, a DELETE finds nothing left to delete."""
    script = Script([LOST, reply()])

    async def main() -> None:
        oncehub = Resources(scripted(script))
        if operation == "contacts.update":
            await oncehub.contacts.update("CTC-1", city="Bonn")
        else:
            await oncehub.contacts.delete("CTC-1")

    run_virtual(main())
    assert len(script.sent) == 2


def test_a_deletion_whose_answer_was_lost_is_a_deletion() -> None:
    """The repeated DELETE finds nothing; that is what was wanted."""
    script = Script([LOST, reply(404, b"{}")])
    deleted = call(script, "contacts.delete")
    assert (deleted.id, deleted.deleted) == ("BKNG-1", True)


@pytest.mark.parametrize("before", [[], [UNREACHABLE], [refused()]])
def test_a_deletion_of_nothing_is_an_error(before: list[RawAnswer | RequestError]) -> None:
    """Where no attempt can have deleted it, it wasn't there."""
    with pytest.raises(NotFoundError):
        call(Script([*before, reply(404, b"{}")]), "contacts.delete")


@pytest.mark.parametrize(
    ("header", "expected"),
    [("7", 7.05), ("0", 0.05), ("soon", 0.5), ("-3", 0.5), ("1e3", 0.5)],
)
def test_retry_after_of_a_5xx(header: str, expected: float) -> None:
    """Seconds are waited for, with a little jitter on top; nonsense is ignored."""
    script = Script([reply(503, b"", Retry_After=header), reply()])
    call(script)
    assert script.times[1] == pytest.approx(expected)


def test_retry_after_can_be_a_date() -> None:
    """As HTTP allows."""
    date = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + 90))
    script = Script([reply(503, b"", Retry_After=date), reply()])
    call(script)
    assert 85 < script.times[1] < 95


def test_retry_after_is_measured_by_the_clock_that_wrote_it() -> None:
    """The answer's own date counts, not what this machine takes the time to be."""
    dates = {
        "Date": "Thu, 01 Jan 2015 00:00:00 GMT",
        "Retry_After": "Thu, 01 Jan 2015 00:01:00 GMT",
    }
    script = Script([reply(503, b"", **dates), reply()])
    call(script)
    assert script.times[1] == pytest.approx(60.05)


def test_a_retry_after_beyond_the_deadline_ends_the_call_at_once() -> None:
    """Nobody waits for what comes too late."""
    script = Script([refused(Retry_After="3600")])
    with pytest.raises(RateLimitError) as caught:
        call(script, retry=RetryPolicy(deadline=60))
    assert caught.value.retry_after == 3600
    assert script.times == [0]


def test_the_deadline_ends_the_whole_call() -> None:
    """Attempts and back-off together, whatever is still allowed."""
    script = Script([reply(500)], takes=1.0)
    with pytest.raises(ServerError):
        call(script, retry=RetryPolicy(attempts=100, deadline=10, longest_delay=1.0))
    assert 4 <= len(script.sent) <= 7
    assert script.times[-1] < 10


def test_the_deadline_ends_waiting_for_the_budget() -> None:
    """The queue is part of the call; the error says what was waited for."""
    script = Script([reply()])

    async def main() -> None:
        oncehub = Resources(scripted(script, retry=RetryPolicy(deadline=20)))
        calls = [asyncio.create_task(oncehub.bookings.get("BKNG-1")) for _ in range(201)]
        await asyncio.gather(*calls, return_exceptions=True)
        assert isinstance(calls[-1].exception(), DeadlineExceededError)
        assert "rate budget (the limit of 5 requests a second" in str(calls[-1].exception())
        assert sum(call.exception() is None for call in calls) == 100

    run_virtual(main())


def test_answers_429_do_not_count_as_failures() -> None:
    """They say nothing but "later"; the budget makes everyone wait longer each time."""
    script = Script([*[refused()] * 12, reply()])
    assert call(script, retry=RetryPolicy(attempts=2)).id == "BKNG-1"
    pauses = [later - earlier for earlier, later in pairwise(script.times)]
    assert pauses == pytest.approx([1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60, 60])


def test_a_429_slows_down_the_other_calls_too() -> None:
    """One client was refused; nobody of the account goes on as before."""
    script = Script([refused(Retry_After="20"), reply()])

    async def main() -> None:
        oncehub = Resources(scripted(script))
        first = asyncio.create_task(oncehub.bookings.get("BKNG-1"))
        await asyncio.sleep(0.1)
        await oncehub.contacts.get("CTC-1")
        await first

    run_virtual(main())
    assert min(script.times[1:]) >= 20


def test_keys_rotate_without_a_restart() -> None:
    """After a 401 the provider is asked once more, by one of all the calls that failed."""
    keys = iter(["old", "new"])
    asked = 0

    async def provider() -> str:
        nonlocal asked
        asked += 1
        await asyncio.sleep(1)
        return next(keys)

    unauthorized = reply(401, b'{"type": "authentication_error", "message": "Invalid API key."}')
    script = Script([unauthorized, unauthorized, unauthorized, reply()], takes=1)

    async def main() -> None:
        oncehub = Resources(scripted(script, provider))
        await asyncio.gather(*(oncehub.bookings.cancel("BKNG-1") for _ in range(3)))

    run_virtual(main())
    assert script.keys == ["old"] * 3 + ["new"] * 3
    assert asked == 2


@pytest.mark.parametrize("keys", [["old", "old"], ["old", "new"]])
def test_a_key_is_renewed_once(keys: list[str]) -> None:
    """No second try with the same key, and no third key."""
    given = iter(keys)

    async def provider() -> str:
        return next(given)

    script = Script([reply(401, b"{}")])
    with pytest.raises(AuthenticationError):
        call(script, api_key=provider)
    assert script.keys == list(dict.fromkeys(keys))


@pytest.mark.parametrize("bad", ["", "  ", "a\nb", "a\x00", "schlüssel", " key", None, 5])
def test_a_provided_key_is_checked_too(bad: object) -> None:
    """Before anything is sent."""

    async def provider() -> Any:
        return bad

    script = Script([reply()])
    with pytest.raises(ConfigurationError, match="provider"):
        call(script, api_key=provider)
    assert script.sent == []


def test_the_hook_sees_every_attempt_and_no_people() -> None:
    """Enough for metrics and traces: template, status, durations, request id."""
    seen: list[RequestAttempt] = []
    script = Script([reply(500, b"", Request_Id="r-1"), reply(200, Request_Id="r-2")], takes=0.25)
    call(script, "contacts.get", on_attempt=seen.append)
    first, second = seen
    assert first == RequestAttempt(
        method="GET",
        path_template="/contacts/{id}",
        number=1,
        status=500,
        error="ServerError",
        duration=0.25,
        budget_wait=0.0,
        request_id="r-1",
    )
    assert (second.number, second.status, second.error, second.request_id) == (2, 200, None, "r-2")


def test_a_failing_hook_does_no_harm(caplog: pytest.LogCaptureFixture) -> None:
    """It is logged, and the call goes on."""

    def hook(_attempt: RequestAttempt) -> None:
        raise RuntimeError("metrics are down")

    assert call(Script([reply()]), on_attempt=hook).id == "BKNG-1"
    assert "hook failed" in caplog.text


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (reply(429), "GET /users: asked to wait (429); it is repeated, and all requests slow down"),
        (reply(503), "GET /users: answered 503; again in "),
        (reply(200, b"<html>"), "GET /users: an answer that can't be read; again in "),
        (ConnectError("x", method="GET", path="/users"), "GET /users: no connection; again in "),
        (
            ConnectionLostError("x", method="GET", path="/users"),
            "GET /users: the connection broke; again in ",
        ),
        (
            RequestTimeoutError("x", method="GET", path="/users"),
            "GET /users: no answer in time; again in ",
        ),
    ],
)
def test_what_is_repeated_is_not_said_to_have_failed(
    answer: Any, told: str, caplog: pytest.LogCaptureFixture
) -> None:
    """It is told in words, not by a class's name: people read it in every command."""
    script = Script([answer, reply(200, b'{"object": "list", "data": [], "has_more": false}')])

    async def main() -> None:
        await Resources(scripted(script)).users.list().collect()

    run_virtual(main())
    (message,) = (r.getMessage() for r in caplog.records if r.levelno == logging.WARNING)
    assert message.startswith(told)
    assert "Error" not in message
    assert "failed" not in message


def test_logs_hold_no_ids_and_no_filters(caplog: pytest.LogCaptureFixture) -> None:
    """Templates only, at every level."""
    caplog.set_level(logging.DEBUG)
    script = Script([reply(500), reply(200, b'{"object": "list", "data": [], "has_more": false}')])

    async def main() -> None:
        oncehub = Resources(scripted(script))
        await oncehub.contacts.list(email="carrie@example.com").collect()

    run_virtual(main())
    assert "/contacts" in caplog.text
    told = [vars(each) for each in caplog.records if hasattr(each, "path")]
    assert [(each["method"], each["attempt"]) for each in told] == [("GET", n) for n in (1, 1, 2)]
    assert "carrie" not in str(told)
    assert "carrie" not in caplog.text
    assert "key-1" not in caplog.text


def test_a_deleted_object_is_an_error_of_its_own() -> None:
    """`get()` of a deleted object answers 200 with no more than its id."""
    body = b'{"id": "BKNG-1", "object": "booking", "deleted": true}'
    with pytest.raises(DeletedObjectError) as caught:
        call(Script([reply(200, body, Request_Id="r-9")]))
    error = caught.value
    assert (error.id, error.object_type, error.request_id) == ("BKNG-1", "booking", "r-9")


def test_an_object_without_an_id_is_an_error_that_names_the_path() -> None:
    """It is not tried again either: the answer arrived whole."""
    script = Script([reply(200, b'{"id": "BKNG-1", "contact": {"email": "a@example.com"}}')])
    with pytest.raises(InvalidResponseError, match=r"contact\.id") as caught:
        call(script)
    assert caught.value.at == "contact.id"
    assert "example.com" not in str(caught.value)
    assert len(script.sent) == 1


def test_an_interactive_call_goes_before_queued_bulk_calls() -> None:
    """100 bulk calls wait; the person's call takes the next permit."""
    script = Script([reply()])

    async def main() -> float:
        caller = scripted(script)
        oncehub, bulk = Resources(caller), Resources(caller, Priority.BULK)
        calls = [asyncio.create_task(bulk.contacts.get("CTC-1")) for _ in range(100)]
        await asyncio.sleep(0.5)
        await oncehub.contacts.get("CTC-2")
        waited = asyncio.get_running_loop().time()
        await asyncio.gather(*calls)
        return waited

    assert 1.0 <= run_virtual(main()) < 1.1


def test_outcome_unknown_carries_what_is_known() -> None:
    """Status, type and request id of the answer that doesn't tell."""
    body = b'{"type": "api_error", "message": "An unexpected error occurred."}'
    with pytest.raises(OutcomeUnknownError) as caught:
        call(Script([reply(500, body, Request_Id="r-5")]), "bookings.cancel")
    error = caught.value
    assert (error.status, error.type, error.request_id) == (500, "api_error", "r-5")
    assert str(error).startswith("[r-5] POST /bookings/BKNG-1/cancel: ")


def test_a_conflict_is_no_unknown_outcome() -> None:
    """A 4xx is a no."""
    with pytest.raises(ConflictError):
        call(Script([reply(409, b"{}")]), "bookings.cancel")


def test_a_change_whose_answer_misfits_is_an_unknown_outcome() -> None:
    """The service said yes, but to what can't be read; repeating it could do it twice."""
    script = Script([reply(201, b'{"booking": {"id": "BKNG-1"}}')])
    with pytest.raises(OutcomeUnknownError):
        call(script, "bookings.cancel")
    assert len(script.sent) == 1


def test_the_deadline_counts_for_the_key_provider_too() -> None:
    """A vault that hangs does not hang the call."""

    async def provider() -> str:
        await asyncio.sleep(3600)
        return "key"

    with pytest.raises(DeadlineExceededError, match="key provider"):
        call(Script([reply()]), api_key=provider, retry=RetryPolicy(deadline=5))


def test_an_absurd_retry_after_holds_the_others_back_for_minutes_only() -> None:
    """Five minutes are the longest of the service's windows."""
    script = Script([refused(Retry_After="999999999"), reply()])

    async def main() -> None:
        oncehub = Resources(scripted(script))
        with pytest.raises(RateLimitError):
            await oncehub.bookings.get("BKNG-1")
        await oncehub.bookings.get("BKNG-1")

    run_virtual(main())
    assert script.times == pytest.approx([0, 300], abs=0.1)


def test_first_goes_with_the_priority_that_was_asked_for() -> None:
    """A person waits for it, unless it was said that nobody does."""
    asked: list[Priority] = []

    class Watched(Budget):
        async def acquire(self, priority: Priority) -> Permit:
            asked.append(priority)
            return await super().acquire(priority)

    async def main() -> None:
        budget = Watched(clock=VirtualClock())
        page = reply(200, b'{"object": "list", "data": [], "has_more": false}')
        caller = attrs.evolve(scripted(Script([page])), budget=lambda _key: budget)
        for resources in (Resources(caller), Resources(caller, Priority.BULK)):
            await resources.bookings.list().first()
            await resources.bookings.list().collect()

    run_virtual(main())
    assert asked == [Priority.INTERACTIVE, Priority.BULK, Priority.BULK, Priority.BULK]


def test_under_lasting_429s_the_end_is_the_last_refusal() -> None:
    """`except RateLimitError` catches it, and it says what the service said."""
    script = Script([refused(Request_Id="req-9")])
    with pytest.raises(RateLimitError) as caught:
        call(script, retry=RetryPolicy(deadline=20.0))
    assert isinstance(caught.value, DeadlineExceededError)
    assert (caught.value.status, caught.value.type) == (429, "rate_limit_error")
    assert caught.value.request_id == "req-9"

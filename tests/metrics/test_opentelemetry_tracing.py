"""Spans of calls, and of deliveries through to their handlers, in whatever process these run."""

import asyncio
import logging
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import NonRecordingSpan, SpanContext, SpanKind, StatusCode, TraceState

from oncehub_async import NotFoundError, OnceHub, metrics
from oncehub_async.errors import ConfigurationError
from oncehub_async.metrics import OpenTelemetryTracing
from oncehub_async.simulator import Account, Fault, Simulator
from oncehub_async.testing import make_event
from oncehub_async.webhooks import (
    Backoff,
    Context,
    Event,
    GiveUp,
    Inbox,
    InboxError,
    MemoryInbox,
    PostgresInbox,
    Receiver,
    RetryLater,
    Selection,
    SQLiteInbox,
    StoredEvent,
)

from ..servers import new_name, postgres_url
from ..webhooks.conftest import SECRET, deliver
from ..webhooks.postgres_schemas import dropped


class Traced:
    """A tracing, and the spans that have ended."""

    def __init__(self) -> None:
        self.exporter = InMemorySpanExporter()
        self.provider = TracerProvider()
        self.provider.add_span_processor(SimpleSpanProcessor(self.exporter))
        self.tracing = OpenTelemetryTracing(self.provider)
        self.tracer = self.provider.get_tracer("of the program")

    def spans(self, name: str = "") -> list[ReadableSpan]:
        return [
            each
            for each in self.exporter.get_finished_spans()
            if f"{each.name} ".startswith(f"{name} ".lstrip())
        ]

    def one(self, name: str) -> ReadableSpan:
        (span,) = self.spans(name)
        return span

    def receiver(self, inbox: Inbox, **settings: Any) -> Receiver:
        settings = {"tracing": self.tracing, "backoff": Backoff(first=0.001), **settings}
        return Receiver(signing_secret=SECRET, inbox=inbox, **settings)


@pytest.fixture
def traced() -> Traced:
    return Traced()


def parent_id(span: ReadableSpan) -> int | None:
    return None if span.parent is None else span.parent.span_id


def trace_id(span: ReadableSpan) -> int:
    assert span.context is not None
    return int(span.context.trace_id)


def span_id(span: ReadableSpan) -> int:
    assert span.context is not None
    return int(span.context.span_id)


def attributes(span: ReadableSpan) -> dict[str, Any]:
    return dict(span.attributes or {})


async def test_a_call_is_a_span_with_its_attempts(traced: Traced) -> None:
    """By the semantic conventions, below what the program does; no id and no filter."""
    async with (
        Simulator(Account(bookings=3, quirks=False)) as sim,
        OnceHub(sim.api_key, base_url=sim.url, tracing=traced.tracing) as oncehub,
    ):
        (booking, *_) = await oncehub.bookings.list(status="scheduled", limit=1).collect()
        traced.exporter.clear()
        sim.inject(Fault("server_error", times=1))
        with traced.tracer.start_as_current_span("of the program") as above:
            await oncehub.bookings.get(booking.id)
            assert trace.get_current_span() is above
    span = traced.one("GET /bookings/{id}")
    assert span.kind is SpanKind.CLIENT
    assert parent_id(span) == above.get_span_context().span_id
    assert attributes(span) == {
        "http.request.method": "GET",
        "url.template": "/bookings/{id}",
        "server.address": "127.0.0.1",
        "server.port": int(sim.url.split(":")[2].split("/")[0]),
        "http.response.status_code": 200,
        "http.request.resend_count": 1,
    }
    assert span.status.status_code is StatusCode.UNSET
    told = [(each.name, dict(each.attributes or {})) for each in span.events]
    assert [(name, each["http.response.status_code"]) for name, each in told] == [
        ("attempt", 500),
        ("attempt", 200),
    ]
    assert told[0][1]["error.type"] == "ServerError"
    assert booking.id not in span.to_json()


async def test_a_call_that_fails_or_is_given_up_is_told_by_its_kind(traced: Traced) -> None:
    """No text of an error, which may quote; what was cancelled is no failure."""
    async with (
        Simulator(Account(bookings=3, quirks=False)) as sim,
        OnceHub(sim.api_key, base_url=sim.url, tracing=traced.tracing) as oncehub,
    ):
        with pytest.raises(NotFoundError):
            await oncehub.bookings.get("BKNG-NEVERWAS1234")
        sim.inject(Fault("latency", seconds=60))
        waiting = asyncio.ensure_future(oncehub.users.list().collect())
        await asyncio.sleep(0.05)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
    failed, cancelled = traced.one("GET /bookings/{id}"), traced.one("GET /users")
    assert failed.status.status_code is StatusCode.ERROR
    assert failed.status.description is None
    assert attributes(failed)["error.type"] == "NotFoundError"
    assert attributes(failed)["http.response.status_code"] == 404
    assert cancelled.status.status_code is StatusCode.UNSET
    assert attributes(cancelled)["error.type"] == "CancelledError"
    assert "NEVERWAS" not in failed.to_json()


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def make_inbox(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Any:
    """Each of the inboxes; those of one test are the same one where several can be."""
    if request.param == "memory":
        inbox = MemoryInbox(keep=10 * 86_400.0)
        yield lambda: inbox
    elif request.param == "sqlite":
        yield lambda: SQLiteInbox(tmp_path / "inbox.db")
    else:
        url = postgres_url()
        with dropped(new_name("traces")) as schema:
            yield lambda: PostgresInbox(url, schema=schema)


async def test_handlers_elsewhere_and_later_belong_to_the_delivery(
    make_inbox: Callable[[], Inbox],
) -> None:
    """Another process with another tracing handles what this one accepted: one trace."""
    here, there = Traced(), Traced()
    accepting = here.receiver(make_inbox())
    body = make_event("booking.scheduled", event_id="EVNT-TRACED")

    @accepting.on("*", name="crm")
    async def never(event: Event) -> None: ...

    await accepting.open(handle=False)
    with here.tracer.start_as_current_span("POST /webhooks") as request:
        assert (await deliver(accepting, body)).status == 200
        assert (await deliver(accepting, body)).status == 200
    await accepting.close()
    handling = there.receiver(make_inbox())
    tries: list[int] = []

    @handling.on("*", name="crm")
    async def crm(event: Event) -> None:
        with there.tracer.start_as_current_span("of the handler"):
            tries.append(1)
        if len(tries) == 1:
            raise ValueError("jane@example.com")

    with there.tracer.start_as_current_span("start-up"):
        await handling.open()
    await asyncio.wait_for(all_done(handling), 20)
    await handling.close()
    delivery, again = here.spans("receive booking.scheduled")
    assert delivery.kind is SpanKind.CONSUMER
    assert parent_id(delivery) == request.get_span_context().span_id
    assert attributes(delivery)["oncehub.outcome"] == "accepted"
    assert attributes(again)["oncehub.outcome"] == "duplicate"
    first, second = there.spans("process crm")
    for run in (first, second):
        assert run.kind is SpanKind.CONSUMER
        assert (trace_id(run), parent_id(run)) == (trace_id(delivery), span_id(delivery))
    inner = there.spans("of the handler")
    assert [parent_id(each) for each in inner] == [span_id(first), span_id(second)]
    assert first.status.status_code is StatusCode.ERROR
    assert attributes(first) == {
        "messaging.system": "oncehub",
        "messaging.operation.name": "process",
        "messaging.operation.type": "process",
        "oncehub.event.type": "booking.scheduled",
        "oncehub.handler": "crm",
        "oncehub.attempt": 1,
        "oncehub.replay": False,
        "oncehub.outcome": "failed",
        "error.type": "ValueError",
    }
    assert attributes(second)["oncehub.outcome"] == "done"
    told = "".join(each.to_json() for each in (*here.spans(), *there.spans()))
    assert not any(word in told for word in ("EVNT-", "BKNG-", "jane", "example.com"))


async def all_done(receiver: Receiver) -> None:
    while await receiver.inbox.waiting():
        await asyncio.sleep(0.01)


async def test_what_came_before_there_was_a_tracing_begins_a_trace(traced: Traced) -> None:
    """It doesn't belong to whatever was going on when the receiver was opened."""
    inbox = MemoryInbox(keep=86_400.0)
    event = StoredEvent(
        id="EVNT-1",
        type="booking.scheduled",
        subject="BKNG-1",
        creation_time=0.0,
        received=time.time(),
        body=make_event("booking.scheduled", event_id="EVNT-1"),
    )
    await inbox.put(event, ("crm",))
    receiver = traced.receiver(inbox)

    @receiver.on("*", name="crm")
    async def crm(event: Event) -> None: ...

    with traced.tracer.start_as_current_span("start-up"):
        async with receiver:
            await receiver.idle()
    run = traced.one("process crm")
    assert run.parent is None
    assert trace_id(run) != trace_id(traced.one("start-up"))


async def test_an_invented_type_is_other(traced: Traced) -> None:
    """Whoever has the secret can write anything there."""
    receiver = traced.receiver(MemoryInbox())

    @receiver.on("*", name="crm")
    async def crm(event: Event) -> None: ...

    body = make_event("booking.scheduled").replace(b"booking.scheduled", b"booking.jane_doe")
    async with receiver:
        assert (await deliver(receiver, body)).status == 200
        await receiver.idle()
    for span in (traced.one("receive other"), traced.one("process crm")):
        assert attributes(span)["oncehub.event.type"] == "other"
        assert "jane" not in span.to_json()


async def test_what_is_done_again_links_to_its_delivery(traced: Traced) -> None:
    """Perhaps months later: its trace is one of its own."""
    inbox = MemoryInbox(keep=10 * 86_400.0)
    receiver = traced.receiver(inbox)

    @receiver.on("*", name="crm")
    async def crm(event: Event) -> None: ...

    async with receiver:
        await deliver(receiver)
        await receiver.idle()
        assert await inbox.redo(Selection(states=["done"]), 0.0) == 1
        await receiver.idle()
    delivery = traced.one("receive")
    _, replay = traced.spans("process crm")
    assert trace_id(replay) != trace_id(delivery)
    assert replay.parent is None
    assert [link.context.span_id for link in replay.links] == [span_id(delivery)]
    assert attributes(replay)["oncehub.replay"] is True


async def test_each_outcome_is_told(traced: Traced) -> None:
    """Postponed is no failure; dead is one, and its dead letter handler is within the span."""
    receiver = traced.receiver(MemoryInbox())
    inside: list[int] = []

    @receiver.on("*", name="later")
    async def later(event: Event) -> None:
        raise RetryLater(1_000.0, "not yet")

    @receiver.on("*", name="never")
    async def never(event: Event) -> None:
        raise GiveUp("jane@example.com")

    @receiver.on_dead_letter
    async def dead(error: Exception, event: Event, context: Context) -> None:
        inside.append(trace.get_current_span().get_span_context().span_id)

    async with receiver:
        await deliver(receiver)
        await receiver.idle()
    later_run, never_run = traced.one("process later"), traced.one("process never")
    assert attributes(later_run)["oncehub.outcome"] == "postponed"
    assert later_run.status.status_code is StatusCode.UNSET
    assert attributes(never_run)["oncehub.outcome"] == "dead"
    assert never_run.status.status_code is StatusCode.ERROR
    assert inside == [span_id(never_run)]


async def test_a_run_that_is_interrupted_says_so(traced: Traced) -> None:
    """Its receiver closes, and it will be made again."""
    receiver = traced.receiver(MemoryInbox(), drain=0.01)

    @receiver.on("*", name="slow")
    async def slow(event: Event) -> None:
        await asyncio.sleep(60)

    async with receiver:
        await deliver(receiver)
        while not await receiver.inbox.waiting():
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)
    assert attributes(traced.one("process slow"))["oncehub.outcome"] == "interrupted"


class FullInbox(MemoryInbox):
    """Keeps nothing."""

    async def put(self, *arguments: Any) -> bool:
        raise InboxError("the disk is full")


async def test_a_delivery_that_cannot_be_kept_is_an_error(traced: Traced) -> None:
    """What a stranger sends makes no span at all."""
    receiver = traced.receiver(FullInbox())
    async with receiver:
        assert (await receiver.receive({}, make_event("booking.scheduled"))).status == 401
        assert traced.spans() == []
        assert (await deliver(receiver)).status == 503
    span = traced.one("receive")
    assert span.status.status_code is StatusCode.ERROR
    assert attributes(span)["error.type"] == "inbox"


async def test_the_state_of_a_trace_is_kept_and_an_overlong_one_is_not(traced: Traced) -> None:
    """Samplers and vendors put into it what has to hold for the whole trace."""
    short = TraceState([("ot", "th:8"), ("vendor", "a")])
    overlong = TraceState([(key, "x" * 200) for key in ("a", "b", "c")])
    kept: list[str | None] = []
    for state in (short, overlong):
        inbox = MemoryInbox(keep=86_400.0)
        receiver = traced.receiver(inbox)
        above = SpanContext(0xA1, 0xB2, is_remote=True, trace_state=state)
        async with receiver:
            with trace.use_span(NonRecordingSpan(above)):
                await deliver(receiver)
            (event,) = await inbox.received(0.0)
        kept.append(event.trace_context)
    for text, expected in zip(kept, (" ot=th:8,vendor=a", ""), strict=True):
        assert text is not None
        assert (text[:36], text[55:]) == (f"00-{0xA1:032x}-", expected)


@pytest.mark.parametrize("kept", ["", "nonsense", "00-0-0-00", "00-" + "f" * 32 + " x=y", "é 1"])
async def test_what_is_no_context_begins_a_trace(traced: Traced, kept: str) -> None:
    """Whatever an inbox, perhaps an own one, gives back: the handler runs."""

    class Odd(MemoryInbox):
        async def put(self, event: Any, handlers: Any) -> bool:
            object.__setattr__(event, "trace_context", kept)
            return await super().put(event, handlers)

    receiver = traced.receiver(Odd())

    @receiver.on("*", name="crm")
    async def crm(event: Event) -> None: ...

    async with receiver:
        await deliver(receiver)
        await receiver.idle()
    assert traced.one("process crm").parent is None


class Failing:
    """Fails whenever it is asked."""

    def begin_call(self, call: object) -> Any:
        raise ValueError("of the tracing")

    begin_delivery = begin_run = begin_call


class FailingSpans:
    """Gives spans that fail at all but their beginning."""

    trace_context = None

    def begin_call(self, call: object) -> Any:
        return self

    begin_delivery = begin_run = begin_call

    def end(self, *_: object) -> None:
        raise ValueError("of the span")

    attempt = end


@pytest.mark.parametrize("tracing", [Failing(), FailingSpans()], ids=["beginning", "ending"])
async def test_a_tracing_that_fails_does_no_harm(
    tracing: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Calls, deliveries and handlers go on; the log tells."""
    done: list[str] = []
    receiver = Receiver(signing_secret=SECRET, inbox=MemoryInbox(), tracing=tracing)

    @receiver.on("*")
    async def handler(event: Event) -> None:
        done.append(event.id)

    async with (
        Simulator(Account(bookings=3, quirks=False)) as sim,
        OnceHub(sim.api_key, base_url=sim.url, tracing=tracing) as oncehub,
        receiver,
    ):
        assert len(await oncehub.bookings.list().collect()) == 3
        assert (await deliver(receiver)).status == 200
        await receiver.idle()
    assert len(done) == 1
    messages = [each.message for each in caplog.records if each.levelno == logging.ERROR]
    assert set(messages) == {"the tracing hook failed"}
    assert len(messages) >= 3


def test_what_is_no_tracing_is_refused() -> None:
    """When it is passed, and not with the first call."""
    for wrong in (object(), OpenTelemetryTracing, "tracing"):
        with pytest.raises(ConfigurationError, match=r"^tracing: expected an object such as"):
            OnceHub("key", tracing=wrong)  # type: ignore[arg-type] # that is what is tried
        with pytest.raises(ConfigurationError, match=r"^tracing: expected an object such as"):
            Receiver(signing_secret=SECRET, inbox=MemoryInbox(), tracing=wrong)  # type: ignore[arg-type] # that is what is tried


def test_without_the_package_one_line_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is imported when it is used."""
    monkeypatch.delitem(sys.modules, f"{metrics.__name__}._opentelemetry_spans", raising=False)
    monkeypatch.delattr(metrics, "_opentelemetry_spans", raising=False)
    monkeypatch.setitem(sys.modules, "opentelemetry.trace", None)
    with pytest.raises(ConfigurationError, match=r"pip install 'oncehub-async\[opentelemetry\]'"):
        OpenTelemetryTracing()

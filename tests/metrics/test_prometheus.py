"""What a receiver and a client tell their hooks, and what Prometheus shows of it."""

import re
import sys
import time
from datetime import UTC, datetime, timedelta

import aiohttp
import attrs
import pytest

from oncehub_async import OnceHub, RequestAttempt
from oncehub_async._ground import load_json
from oncehub_async.cli._metrics_page import metrics_page
from oncehub_async.errors import ConfigurationError
from oncehub_async.metrics import PrometheusMetrics
from oncehub_async.simulator import Account, Simulator
from oncehub_async.testing import make_event
from oncehub_async.webhooks import (
    Event,
    GiveUp,
    HandlerRun,
    InboxError,
    MemoryInbox,
    ReceivedDelivery,
    Receiver,
    Refusal,
    State,
    StoredEvent,
    WebhookLook,
)
from tests.documents import ROOT
from tests.webhooks.conftest import SECRET, deliver


def value(metrics: PrometheusMetrics, name: str, **labels: str) -> float | None:
    found: float | None = metrics.registry.get_sample_value(name, labels)
    return found


def attempt(status: int) -> RequestAttempt:
    return RequestAttempt(
        method="GET",
        path_template="/bookings",
        number=1,
        status=status,
        error=None,
        duration=0.1,
        budget_wait=0.0,
        request_id="r-1",
    )


async def test_deliveries_and_runs_are_told_of() -> None:
    """Accepted, duplicate and refused; done and dead."""
    told: list[ReceivedDelivery] = []
    runs: list[HandlerRun] = []
    subject = Receiver(
        signing_secret=SECRET,
        inbox=MemoryInbox(),
        on_delivery=told.append,
        on_run=runs.append,
    )

    @subject.on("*", name="good")
    async def good(event: Event) -> None: ...

    @subject.on("*", name="bad")
    async def bad(event: Event) -> None:
        raise GiveUp("no")

    body = make_event("booking.scheduled")
    async with subject:
        await deliver(subject, body)
        await deliver(subject, body)
        assert (await subject.receive({}, body)).status == 401
        await subject.idle()
    assert [(each.is_duplicate, each.refusal) for each in told] == [
        (False, None),
        (True, None),
        (False, Refusal.MISSING),
    ]
    assert (told[2].event_id, told[2].event_type) == (None, None)
    assert {(each.handler, each.state, each.error) for each in runs} == {
        ("good", State.DONE, None),
        ("bad", State.DEAD, "GiveUp"),
    }
    assert all(each.waited is not None and each.duration >= 0 for each in runs)


async def test_a_hook_that_fails_does_no_harm(caplog: pytest.LogCaptureFixture) -> None:
    """Deliveries are accepted and handlers run; the log tells."""

    def fail(_record: object) -> None:
        raise ValueError("of the hook")

    subject = Receiver(signing_secret=SECRET, inbox=MemoryInbox(), on_delivery=fail, on_run=fail)
    done: list[str] = []

    @subject.on("*")
    async def handler(event: Event) -> None:
        done.append(event.id)

    async with subject:
        assert (await deliver(subject)).status == 200
        assert (await subject.receive({}, b"x")).status == 401
        await subject.idle()
        assert await subject.inbox.waiting() == {}
    assert len(done) == 1
    assert "the on_delivery hook failed" in caplog.text
    assert "the on_run hook failed" in caplog.text


@pytest.mark.parametrize("name", ["on_delivery", "on_run"])
def test_a_hook_is_a_plain_function(name: str) -> None:
    """One that would have to be awaited would never run."""

    async def hook(_record: object) -> None: ...

    for wrong in (hook, "hook"):
        with pytest.raises(ConfigurationError, match=name):
            Receiver(signing_secret=SECRET, inbox=MemoryInbox(), **{name: wrong})  # type: ignore[arg-type] # that is what is tried


async def test_prometheus_shows_a_receiver_and_no_ids() -> None:
    """An invented type is "other"; nothing of an event is in the exposition."""
    metrics = PrometheusMetrics()
    subject = Receiver(
        signing_secret=SECRET,
        inbox=MemoryInbox(),
        on_delivery=metrics.on_delivery,
        on_run=metrics.on_run,
    )

    @subject.on("*", name="crm")
    async def handler(event: Event) -> None: ...

    body = make_event("booking.scheduled")
    invented = body.replace(b"booking.scheduled", b"booking.jane_example_com")
    invented = re.sub(rb'"id":\s*"[^"]+"', b'"id":"EVT-INVENTED"', invented, count=1)
    async with subject:
        await deliver(subject, body)
        await deliver(subject, invented)
        await subject.receive({}, body)
        await subject.idle()
        await metrics.observe_inbox(subject.inbox)
    shown = {"outcome": "accepted", "type": "booking.scheduled"}
    assert value(metrics, "oncehub_deliveries_total", **shown) == 1
    assert value(metrics, "oncehub_deliveries_total", outcome="accepted", type="other") == 1
    assert value(metrics, "oncehub_delivery_refusals_total", reason="missing") == 1
    assert value(metrics, "oncehub_handler_runs_total", handler="crm", outcome="done") == 2
    assert value(metrics, "oncehub_handler_begin_seconds_count", handler="crm") == 2
    assert value(metrics, "oncehub_inbox_work", state="done") == 2
    text = metrics.exposition().decode()
    assert not re.search("EVT|BKNG|jane|@", text)


async def test_prometheus_shows_a_client_by_templates() -> None:
    """Ids in paths and filters are none of its labels."""
    metrics = PrometheusMetrics()
    async with (
        Simulator(Account(bookings=3, quirks=False)) as sim,
        OnceHub(sim.api_key, base_url=sim.url, on_attempt=metrics.on_attempt) as oncehub,
    ):
        metrics.watch_budget(oncehub)
        bookings = await oncehub.bookings.list(status="scheduled").collect()
        every = bookings or await oncehub.bookings.list().collect()
        await oncehub.bookings.get(every[0].id)
        text = metrics.exposition().decode()
        assert value(metrics, "oncehub_budget_waiting") == 0
        assert (value(metrics, "oncehub_budget_room") or 0) > 0
    shown = {"method": "GET", "operation": "/bookings/{id}"}
    assert value(metrics, "oncehub_requests_total", **shown, status="200") == 1
    assert value(metrics, "oncehub_request_duration_seconds_count", **shown) == 1
    assert not any(each in text for each in (every[0].id, "scheduled", "?"))


def test_without_the_package_one_line_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is imported when it is used."""
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    with pytest.raises(ConfigurationError, match=r"pip install 'oncehub-async\[prometheus\]'"):
        PrometheusMetrics()


def test_a_status_that_no_document_has_makes_no_series_of_its_own() -> None:
    """Nor does the id of a request show."""
    metrics = PrometheusMetrics()
    metrics.on_attempt(attempt(599))
    labels = {"method": "GET", "operation": "/bookings", "status": "other"}
    assert value(metrics, "oncehub_requests_total", **labels) == 1
    assert b"r-1" not in metrics.exposition()


def shown_names() -> set[str]:
    """Every series that is exposed, before anything happened."""
    metrics = PrometheusMetrics()
    return {
        f"{family.name}_total" if family.type == "counter" else family.name
        for family in metrics.registry.collect()
    }


def test_a_silence_is_shown() -> None:
    """What couldn't be found out leaves what was known."""
    metrics = PrometheusMetrics()
    at = datetime(2026, 11, 1, tzinfo=UTC)
    look = WebhookLook(at=at, changed=3, missing=2, missing_since=at, is_silent=True)
    metrics.on_look(look)
    later = attrs.evolve(look, at=at + timedelta(hours=1), missing=0, error="no answer")
    metrics.on_look(later)
    assert value(metrics, "oncehub_webhook_silent") == 1
    assert value(metrics, "oncehub_webhook_missing_events") == 2
    last = value(metrics, "oncehub_webhook_last_look_timestamp_seconds")
    assert last == at.timestamp()
    metrics.on_look(attrs.evolve(later, error=None, is_silent=False))
    assert value(metrics, "oncehub_webhook_silent") == 0
    assert value(metrics, "oncehub_webhook_missing_events") == 0


def test_the_page_lists_every_metric_and_no_other() -> None:
    """docs/metrics.md is the reference."""
    page = (ROOT / "docs/metrics.md").read_text("utf-8")
    assert set(re.findall(r"^\| `(oncehub_\w+)`", page, re.MULTILINE)) == shown_names()


def test_the_dashboard_asks_for_what_is_exposed() -> None:
    """Each query of docs/grafana-dashboard.json."""
    dashboard = load_json((ROOT / "docs/grafana-dashboard.json").read_bytes())
    asked = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    assert len(asked) >= 8
    for query in asked:
        names = re.findall(r"oncehub_\w+", query)
        assert names
        assert {re.sub("_bucket$", "", name) for name in names} <= shown_names()


async def test_the_page_of_metrics_shows_the_inbox_as_it_is() -> None:
    """`oncehub listen --metrics-port`; an inbox that can't be read hides nothing else."""
    metrics, inbox = PrometheusMetrics(), MemoryInbox()
    await inbox.open()
    async with metrics_page(metrics, inbox, 0) as url, aiohttp.ClientSession() as session:
        assert url.startswith("http://127.0.0.1:")
        async with session.get(url) as answer:
            assert answer.status == 200
            assert 'oncehub_inbox_work{state="done"} 0.0' in await answer.text()
        inbox.counts = failing  # type: ignore[method-assign] # as on a full disk
        async with session.get(url) as answer:
            assert answer.status == 200


async def test_the_page_of_metrics_names_what_waits_for_nobody() -> None:
    """Beside it: who can ask there is no stranger."""
    inbox = MemoryInbox(keep=86_400.0)
    event = StoredEvent(
        id="EVNT-1", type="t", subject="s", creation_time=0.0, received=time.time(), body=b"{}"
    )
    await inbox.put(event, ("old name",))
    subject = Receiver(signing_secret=SECRET, inbox=inbox)
    async with (
        subject,
        metrics_page(PrometheusMetrics(), inbox, 0, subject) as url,
        aiohttp.ClientSession() as session,
        session.get(url.replace("/metrics", "/ready")) as answer,
    ):
        assert answer.status == 200
        assert (await answer.json())["waits_for_missing_handlers"] == {"old name": 1}


async def failing() -> dict[State, int]:
    raise InboxError("the disk is full")

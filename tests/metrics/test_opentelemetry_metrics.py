"""OpenTelemetry is shown what Prometheus is."""

import asyncio
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from prometheus_client.parser import text_string_to_metric_families

from oncehub_async import Budget, OnceHub, RequestAttempt
from oncehub_async.errors import ConfigurationError
from oncehub_async.export import ExportProgress, Manifest, ResourceProgress, Round
from oncehub_async.metrics import OpenTelemetryMetrics, PrometheusMetrics
from oncehub_async.sync import SyncProgress, TableProgress
from oncehub_async.webhooks import (
    HandlerRun,
    InboxError,
    MemoryInbox,
    ReceivedDelivery,
    Refusal,
    State,
    StoredEvent,
    WebhookLook,
)

Points = dict[tuple[str, frozenset[tuple[str, str]]], float]
NOW = datetime.now(UTC)


class Shown:
    """OpenTelemetryMetrics, and what an exporter gets of them."""

    def __init__(self) -> None:
        self.reader = InMemoryMetricReader()
        self.provider = MeterProvider([self.reader])
        self.metrics = OpenTelemetryMetrics(self.provider)

    def points(self) -> Points:
        """By Prometheus' names, as an exporter translates them."""
        found: Points = {}
        data: Any = self.reader.get_metrics_data()
        for each in data.resource_metrics[0].scope_metrics[0].metrics if data else ():
            name = each.name.replace(".", "_") + ("_seconds" if each.unit == "s" else "")
            for point in each.data.data_points:
                labels = frozenset((key, str(value)) for key, value in point.attributes.items())
                if hasattr(point, "bucket_counts"):
                    found[f"{name}_count", labels] = point.count
                    found[f"{name}_sum", labels] = point.sum
                    for number, bound in enumerate(point.explicit_bounds):
                        bucket = labels | {("le", str(bound))}
                        found[f"{name}_bucket", bucket] = sum(point.bucket_counts[: number + 1])
                else:
                    total = "_total" if hasattr(each.data, "is_monotonic") else ""
                    found[f"{name}{total}", labels] = point.value
        return found


@pytest.fixture
def shown() -> Iterator[Shown]:
    shown = Shown()
    yield shown
    shown.provider.shutdown()


def prometheus_points(metrics: PrometheusMetrics) -> Points:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(metrics.exposition().decode())
        for sample in family.samples
        if not sample.name.endswith("_created") and sample.labels.get("le") != "+Inf"
    }


def attempt(status: int) -> RequestAttempt:
    return RequestAttempt(
        method="GET",
        path_template="/bookings/{id}",
        number=1,
        status=status,
        error=None,
        duration=0.3,
        budget_wait=2.0,
        request_id="r-1",
    )


def run(state: State, waited: float | None) -> HandlerRun:
    return HandlerRun(
        handler="crm",
        event_id="EVNT-1",
        event_type="booking.scheduled",
        attempt=1,
        state=state,
        error=None,
        waited=waited,
        duration=0.02,
    )


async def feed(metrics: PrometheusMetrics | OpenTelemetryMetrics) -> None:
    """Tell everything that can be told."""
    for status in (200, 200, 429, 599):
        metrics.on_attempt(attempt(status))
    metrics.on_delivery(ReceivedDelivery(event_type="booking.scheduled", duration=0.004))
    metrics.on_delivery(ReceivedDelivery(event_type="EVNT-1", is_duplicate=True, duration=0.2))
    metrics.on_delivery(ReceivedDelivery(refusal=Refusal.MISSING))
    for state in (State.DONE, State.FAILED, State.PENDING, State.DEAD):
        metrics.on_run(run(state, 3.0 if state is State.DONE else None))
    metrics.on_look(WebhookLook(at=NOW, changed=3, missing=2, missing_since=NOW, is_silent=True))
    tables = TableProgress("bookings", 7, complete=True, complete_up_to=NOW, reconciled=NOW)
    metrics.on_sync(SyncProgress({"bookings": tables, "users": TableProgress("users")}))
    progress = ExportProgress(clock=OnceHub("key").clock)
    progress.resources["users"] = ResourceProgress("users", objects=3)
    metrics.on_export(progress)
    found = Round(
        number=1,
        started=NOW - timedelta(hours=1),
        manifest=Manifest(tool="t", started=""),
        changes={"bookings": 5},
    )
    metrics.on_round(found)
    metrics.on_round(found)
    inbox = MemoryInbox()
    received = NOW.timestamp() - 60.0
    event = StoredEvent(
        id="EVNT-1", type="t", subject="BKNG-1", creation_time=0.0, received=received, body=b""
    )
    await inbox.put(event, ("crm", "mail"))
    await metrics.observe_inbox(inbox)


async def test_the_same_numbers_under_the_same_names(shown: Shown) -> None:
    """So the dashboard shows what an exporter translates; times that pass are close."""
    prometheus = PrometheusMetrics()
    await feed(prometheus)
    await feed(shown.metrics)
    ours, theirs = shown.points(), prometheus_points(prometheus)
    assert ours.keys() == theirs.keys()
    for key, value in ours.items():
        assert value == pytest.approx(theirs[key], abs=30.0 if key[0].endswith("seconds") else 0), (
            key
        )
    labels = {pair for _, pairs in ours for pair in pairs}
    assert not any("EVNT" in text or "r-1" in text for _, text in labels)
    assert len(ours) > 60


async def test_what_stands_still_gets_older(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lags and what waits longest, without anybody telling; a reconcile stays when it was."""
    metrics = PrometheusMetrics()
    await feed(metrics)
    monkeypatch.setattr("time.time", lambda: NOW.timestamp() + 600.0)
    points = {name: value for (name, _), value in prometheus_points(metrics).items()}
    assert points["oncehub_inbox_oldest_seconds"] == pytest.approx(660.0)
    assert points["oncehub_sync_lag_seconds"] == pytest.approx(600.0)
    assert points["oncehub_export_lag_seconds"] == pytest.approx(4_200.0)
    reconciled = points["oncehub_sync_last_reconcile_timestamp_seconds"]
    assert reconciled == pytest.approx(NOW.timestamp())


async def test_a_table_that_was_never_compared_shows_no_reconcile() -> None:
    """Nor a lag: a nought would say that all is well."""
    metrics = PrometheusMetrics()
    await feed(metrics)
    tables = {
        dict(pairs).get("table") for name, pairs in prometheus_points(metrics) if "lag" in name
    }
    assert tables == {"bookings", None}  # None: of the export


async def test_an_inbox_is_watched_for_exporters_that_push(shown: Shown) -> None:
    """Again and again, also after it could not be read; and no longer than that."""
    inbox, looks = MemoryInbox(), list[int]()
    right = inbox.waiting

    async def waiting() -> dict[str, int]:
        looks.append(len(looks))
        if len(looks) == 1:
            raise InboxError("the disk is full")
        return await right()

    inbox.waiting = waiting  # type: ignore[method-assign] # as on a full disk
    async with shown.metrics.watching(inbox, every=0.001):
        while len(looks) < 3:
            await asyncio.sleep(0.001)
    key = ("oncehub_inbox_work", frozenset({("state", "done")}))
    assert shown.points()[key] == 0
    seen = len(looks)
    await asyncio.sleep(0.01)
    assert len(looks) == seen


class NotingBudget(Budget):
    """Knows in which threads it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.queued, self.asked_in = 0, set[int]()

    def waiting(self) -> int:
        self.asked_in.add(threading.get_ident())
        return self.queued


async def test_a_budget_is_looked_at_in_its_own_thread(shown: Shown) -> None:
    """An exporter in another one is shown what the last look showed: queues are no thread's toy."""
    budget = NotingBudget()
    oncehub = OnceHub("key", budget=budget)
    shown.metrics.watch_budget(oncehub)
    budget.queued = 4
    found: list[Points] = []
    thread = threading.Thread(target=lambda: found.append(shown.points()))
    thread.start()
    thread.join()
    key = ("oncehub_budget_waiting", frozenset[tuple[str, str]]())
    assert found[0][key] == 0
    assert shown.points()[key] == 4
    assert budget.asked_in == {threading.get_ident()}


def test_without_the_package_one_line_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is imported when it is used."""
    monkeypatch.setitem(sys.modules, "opentelemetry.metrics", None)
    with pytest.raises(ConfigurationError, match=r"pip install 'oncehub-async\[opentelemetry\]'"):
        OpenTelemetryMetrics()

"""Metrics for Prometheus: an object whose methods are hooks, with a registry of its own."""

from typing import Any

from .. import OnceHub, RequestAttempt
from .._rate import tells
from ..errors import ConfigurationError
from ..export import ExportProgress
from ..sync import SyncProgress
from ..webhooks import HandlerRun, OpenedInbox, ReceivedDelivery, State, WebhookLook
from . import _closed_labels as labels

REQUEST_BUCKETS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
WAIT_BUCKETS = (0.01, 0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 3600.0, 86400.0)


class PrometheusMetrics:
    """Counts and times for Prometheus. Needs the extra `prometheus`.

        metrics = PrometheusMetrics()
        receiver = Receiver(..., on_delivery=metrics.on_delivery, on_run=metrics.on_run)
        oncehub = OnceHub(on_attempt=metrics.on_attempt)

    Labels are words of closed sets, and hold no ids, people or queries. `registry`: the
    `prometheus_client.CollectorRegistry` that they are registered in; one of their own without.

    Raises `ConfigurationError` where prometheus-client isn't installed.
    """

    def __init__(self, registry: Any = None) -> None:
        try:
            from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
        except ImportError:
            raise ConfigurationError(
                "metrics: Prometheus needs an extra: pip install 'oncehub-async[prometheus]'"
            ) from None
        self.registry: Any = CollectorRegistry() if registry is None else registry
        to = self.registry
        self._requests = Counter(
            "oncehub_requests", "Requests.", ["method", "operation", "status"], registry=to
        )
        self._request_seconds = Histogram(
            "oncehub_request_duration_seconds",
            "From sending to the last byte of the answer.",
            ["method", "operation"],
            registry=to,
            buckets=REQUEST_BUCKETS,
        )
        self._budget_seconds = Histogram(
            "oncehub_budget_wait_seconds",
            "How long requests waited for the rate budget.",
            registry=to,
            buckets=WAIT_BUCKETS,
        )
        self._budget_waiting = Gauge(
            "oncehub_budget_waiting", "Requests that wait for the rate budget.", registry=to
        )
        self._budget_room = Gauge(
            "oncehub_budget_room",
            "Requests that bulk work may send without a long wait.",
            registry=to,
        )
        self._deliveries = Counter(
            "oncehub_deliveries", "Deliveries.", ["outcome", "type"], registry=to
        )
        self._refusals = Counter(
            "oncehub_delivery_refusals", "Deliveries refused.", ["reason"], registry=to
        )
        self._delivery_seconds = Histogram(
            "oncehub_delivery_duration_seconds",
            "From a delivery's verification to its answer.",
            registry=to,
        )
        self._runs = Counter(
            "oncehub_handler_runs", "Runs of handlers.", ["handler", "outcome"], registry=to
        )
        self._begin_seconds = Histogram(
            "oncehub_handler_begin_seconds",
            "From an event's arrival to the first run of its handler.",
            ["handler"],
            registry=to,
            buckets=WAIT_BUCKETS,
        )
        self._run_seconds = Histogram(
            "oncehub_handler_duration_seconds", "Runs of handlers.", ["handler"], registry=to
        )
        self._inbox_waiting = Gauge(
            "oncehub_inbox_waiting", "Unfinished work in the inbox.", ["handler"], registry=to
        )
        self._inbox_work = Gauge("oncehub_inbox_work", "Work by state.", ["state"], registry=to)
        self._silent = Gauge(
            "oncehub_webhook_silent",
            "1 while events don't come though bookings change.",
            registry=to,
        )
        self._events_missing = Gauge(
            "oncehub_webhook_missing_events",
            "Changed bookings without their event, at the last look.",
            registry=to,
        )
        self._look_time = Gauge(
            "oncehub_webhook_last_look_timestamp_seconds",
            "When a watch over webhooks last found out whether events come.",
            registry=to,
        )
        self._sync_rows = Gauge(
            "oncehub_sync_rows", "Rows that this sync has written.", ["table"], registry=to
        )
        self._sync_complete = Gauge(
            "oncehub_sync_complete", "1 where a table has all.", ["table"], registry=to
        )
        self._sync_time = Gauge(
            "oncehub_sync_last_progress_timestamp_seconds",
            "When a sync last told of progress.",
            registry=to,
        )
        self._export_objects = Gauge(
            "oncehub_export_objects", "Objects that an export has read.", ["resource"], registry=to
        )

    def on_attempt(self, attempt: RequestAttempt) -> None:
        """For `OnceHub(on_attempt=...)`."""
        method, operation = labels.method(attempt.method), attempt.path_template
        self._requests.labels(method, operation, labels.status(attempt.status)).inc()
        self._request_seconds.labels(method, operation).observe(attempt.duration)
        self._budget_seconds.observe(attempt.budget_wait)

    def on_delivery(self, delivery: ReceivedDelivery) -> None:
        """For `Receiver(on_delivery=...)`."""
        outcome = labels.delivery_outcome(delivery)
        self._deliveries.labels(outcome, labels.event_type(delivery.event_type)).inc()
        if delivery.refusal is not None:
            self._refusals.labels(delivery.refusal.value).inc()
        if delivery.duration is not None:
            self._delivery_seconds.observe(delivery.duration)

    def on_run(self, run: HandlerRun) -> None:
        """For `Receiver(on_run=...)`."""
        handler = labels.handler(run.handler)
        self._runs.labels(handler, labels.run_outcome(run)).inc()
        self._run_seconds.labels(handler).observe(run.duration)
        if run.waited is not None:
            self._begin_seconds.labels(handler).observe(run.waited)

    def on_look(self, look: WebhookLook) -> None:
        """For `WebhookWatch(on_look=...)`."""
        self._silent.set(look.is_silent)
        if look.error is None:
            self._events_missing.set(look.missing)
            self._look_time.set(look.at.timestamp())

    def on_sync(self, progress: SyncProgress) -> None:
        """For `AccountSync(on_progress=...)`."""
        for name, table in progress.tables.items():
            self._sync_rows.labels(name).set(table.written)
            self._sync_complete.labels(name).set(table.complete)
        self._sync_time.set_to_current_time()

    def on_export(self, progress: ExportProgress) -> None:
        """For `run_export(on_progress=...)`."""
        for name, resource in progress.resources.items():
            self._export_objects.labels(name).set(resource.objects)

    def watch_budget(self, oncehub: OnceHub) -> None:
        """Show the budget of a client as it is when somebody asks."""
        self._budget_waiting.set_function(lambda: _waiting(oncehub))
        self._budget_room.set_function(lambda: _room(oncehub))

    async def observe_inbox(self, inbox: OpenedInbox) -> None:
        """Look into an open inbox, before its metrics are asked for. Raises `InboxError`."""
        waiting, counts = await inbox.waiting(), await inbox.counts()
        self._inbox_waiting.clear()
        for name, count in waiting.items():
            self._inbox_waiting.labels(labels.handler(name)).set(count)
        for state in State:
            self._inbox_work.labels(state.value).set(counts.get(state, 0))

    def exposition(self) -> bytes:
        """All of it in Prometheus' text format, version 0.0.4."""
        from prometheus_client import generate_latest

        shown: bytes = generate_latest(self.registry)
        return shown


def _waiting(oncehub: OnceHub) -> float:
    budget = oncehub.budget
    return float(budget.waiting()) if tells(budget) else 0.0


def _room(oncehub: OnceHub) -> float:
    budget = oncehub.budget
    return float(budget.room().left) if tells(budget) else float("nan")

"""What is counted, timed and shown, under which names: the same for Prometheus and OpenTelemetry.

Names are OpenTelemetry's; Prometheus' have underscores for dots, and the unit at the end, as the
translation between them has it. So a dashboard of the one shows the other.
https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/
"""

import attrs

_SECONDS = "s"

_DURATIONS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0)
_REQUESTS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_WAITS = (0.01, 0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 3600.0, 86400.0)


@attrs.frozen(eq=False)
class Metric:
    """A counter, a histogram or a gauge; which of them, the tables below say."""

    name: str
    about: str
    labels: tuple[str, ...] = ()
    unit: str = ""
    """"s", or nothing for a count."""
    buckets: tuple[float, ...] = _DURATIONS
    """Of a histogram."""

    @property
    def prometheus_name(self) -> str:
        """Without the "_total" of counters."""
        name = self.name.replace(".", "_")
        return f"{name}_seconds" if self.unit == _SECONDS else name


REQUESTS = Metric("oncehub.requests", "Requests.", ("method", "operation", "status"))
REQUEST_SECONDS = Metric(
    "oncehub.request.duration",
    "From sending to the last byte of the answer.",
    ("method", "operation"),
    _SECONDS,
    _REQUESTS,
)
BUDGET_SECONDS = Metric(
    "oncehub.budget.wait",
    "How long requests waited for the rate budget.",
    unit=_SECONDS,
    buckets=_WAITS,
)
BUDGET_WAITING = Metric("oncehub.budget.waiting", "Requests that wait for the rate budget.")
BUDGET_ROOM = Metric("oncehub.budget.room", "Requests that bulk work may send without a long wait.")
DELIVERIES = Metric("oncehub.deliveries", "Deliveries.", ("outcome", "type"))
REFUSALS = Metric("oncehub.delivery.refusals", "Deliveries refused.", ("reason",))
DELIVERY_SECONDS = Metric(
    "oncehub.delivery.duration", "From a delivery's verification to its answer.", unit=_SECONDS
)
RUNS = Metric("oncehub.handler.runs", "Runs of handlers.", ("handler", "outcome"))
BEGIN_SECONDS = Metric(
    "oncehub.handler.begin",
    "From an event's arrival to the first run of its handler.",
    ("handler",),
    _SECONDS,
    _WAITS,
)
RUN_SECONDS = Metric("oncehub.handler.duration", "Runs of handlers.", ("handler",), _SECONDS)
INBOX_WAITING = Metric("oncehub.inbox.waiting", "Unfinished work in the inbox.", ("handler",))
INBOX_OLDEST = Metric(
    "oncehub.inbox.oldest",
    "How long ago the event came that came first of a handler's unfinished work.",
    ("handler",),
    _SECONDS,
)
INBOX_WORK = Metric("oncehub.inbox.work", "Work by state.", ("state",))
WEBHOOK_SILENT = Metric(
    "oncehub.webhook.silent", "1 while events don't come though bookings change."
)
WEBHOOK_MISSING = Metric(
    "oncehub.webhook.missing_events", "Changed bookings without their event, at the last look."
)
WEBHOOK_LOOK = Metric(
    "oncehub.webhook.last_look.timestamp",
    "When a watch over webhooks last found out whether events come.",
    unit=_SECONDS,
)
SYNC_ROWS = Metric("oncehub.sync.rows", "Rows that this sync has written.", ("table",))
SYNC_COMPLETE = Metric("oncehub.sync.complete", "1 where a table has all.", ("table",))
SYNC_LAG = Metric(
    "oncehub.sync.lag", "How long ago the last look began that found all changes.", ("table",), "s"
)
SYNC_RECONCILED = Metric(
    "oncehub.sync.last_reconcile.timestamp",
    "When the whole list was last compared, so that deletions before are known.",
    ("table",),
    _SECONDS,
)
SYNC_PROGRESS = Metric(
    "oncehub.sync.last_progress.timestamp", "When a sync last told of progress.", unit=_SECONDS
)
EXPORT_OBJECTS = Metric("oncehub.export.objects", "Objects that an export has read.", ("resource",))
EXPORT_CHANGES = Metric(
    "oncehub.export.changes", "Lines that a watched export has added.", ("resource",)
)
EXPORT_LAG = Metric(
    "oncehub.export.lag",
    "How long ago the last round of a watched export began that read all changes.",
    ("resource",),
    _SECONDS,
)

COUNTERS = (REQUESTS, DELIVERIES, REFUSALS, RUNS, EXPORT_CHANGES)
HISTOGRAMS = (REQUEST_SECONDS, BUDGET_SECONDS, DELIVERY_SECONDS, BEGIN_SECONDS, RUN_SECONDS)
GAUGES = (
    BUDGET_WAITING,
    BUDGET_ROOM,
    INBOX_WAITING,
    INBOX_OLDEST,
    INBOX_WORK,
    WEBHOOK_SILENT,
    WEBHOOK_MISSING,
    WEBHOOK_LOOK,
    SYNC_ROWS,
    SYNC_COMPLETE,
    SYNC_LAG,
    SYNC_RECONCILED,
    SYNC_PROGRESS,
    EXPORT_OBJECTS,
    EXPORT_LAG,
)

"""What metrics and spans cost an attempt, in microseconds of the processor: `make bench`.

`python -m benchmarks.observing`. The hooks are called as a client calls them; nothing is sent. What
OpenTelemetry's SDK takes for a span, whoever asks for it, stands beside ours.
"""

from collections.abc import Callable, Iterator

from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF
from opentelemetry.trace import NoOpTracerProvider, SpanKind

from benchmarks.ratio import computed
from oncehub_async import RequestAttempt, StartedCall
from oncehub_async.metrics import OpenTelemetryMetrics, OpenTelemetryTracing, PrometheusMetrics

ROUNDS = 15
ATTEMPTS = 2_000

ATTEMPT = RequestAttempt(
    method="GET",
    path_template="/bookings/{id}",
    number=1,
    status=200,
    error=None,
    duration=0.2,
    budget_wait=0.0,
    request_id="r-1",
)
CALL = StartedCall(method="GET", path_template="/bookings/{id}", host="api.oncehub.com", port=443)


def rows() -> Iterator[tuple[str, float]]:
    """Each by itself."""
    yield "Prometheus, metrics", _each(PrometheusMetrics().on_attempt)
    provider = MeterProvider([InMemoryMetricReader()])
    yield "OpenTelemetry, metrics", _each(OpenTelemetryMetrics(provider).on_attempt)
    yield "... of which the SDK's own, for two histograms", _each(_two_histograms(provider))
    spans: dict[str, TracerProvider | NoOpTracerProvider] = {
        "without an SDK": NoOpTracerProvider(),
        "that isn't sampled": TracerProvider(sampler=ALWAYS_OFF),
        "that is recorded": TracerProvider(),
    }
    for name, provider_of_spans in spans.items():
        hook = _call(OpenTelemetryTracing(provider_of_spans))
        yield f"OpenTelemetry, a call's span {name}", _each(hook)
    yield "... of which the SDK's own, for an empty span", _each(_empty_span())


def _call(tracing: OpenTelemetryTracing) -> Callable[[RequestAttempt], None]:
    def call(attempt: RequestAttempt) -> None:
        span = tracing.begin_call(CALL)
        span.attempt(attempt)
        span.end(None)

    return call


def _two_histograms(provider: MeterProvider) -> Callable[[RequestAttempt], None]:
    meter = provider.get_meter("bare")
    first, second = (meter.create_histogram(name, "s") for name in ("first", "second"))
    attributes = {"method": "GET", "operation": "/bookings/{id}"}

    def record(attempt: RequestAttempt) -> None:
        first.record(attempt.duration, attributes)
        second.record(attempt.budget_wait)

    return record


def _empty_span() -> Callable[[RequestAttempt], None]:
    tracer = TracerProvider().get_tracer("empty")

    def make(_attempt: RequestAttempt) -> None:
        tracer.start_span("GET /bookings/{id}", kind=SpanKind.CLIENT).end()

    return make


def _each(hook: Callable[[RequestAttempt], object]) -> float:
    """Microseconds of one call of the hook: of some rounds the best, for others only add to it."""

    def run() -> None:
        for _ in range(ATTEMPTS):
            hook(ATTEMPT)

    run()
    return min(computed(run) for _ in range(ROUNDS)) / ATTEMPTS * 1e6


if __name__ == "__main__":
    for name, value in rows():
        print(f"{value:6.1f}  us an attempt: {name}")

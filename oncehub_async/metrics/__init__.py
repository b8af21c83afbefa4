"""What the client, receivers, syncs and exports do, for Prometheus and OpenTelemetry: counted, timed, unnamed."""

from ._opentelemetry_metrics import OpenTelemetryMetrics
from ._opentelemetry_tracing import OpenTelemetryTracing
from ._prometheus import PrometheusMetrics

__all__ = ["OpenTelemetryMetrics", "OpenTelemetryTracing", "PrometheusMetrics"]

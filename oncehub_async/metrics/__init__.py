"""What the client, receivers, syncs and exports do: counted, timed and traced, unnamed."""

from ._opentelemetry_metrics import OpenTelemetryMetrics
from ._opentelemetry_tracing import OpenTelemetryTracing
from ._prometheus import PrometheusMetrics

__all__ = ["OpenTelemetryMetrics", "OpenTelemetryTracing", "PrometheusMetrics"]

"""What the client, receivers, syncs and exports do, for Prometheus: counted, timed, unnamed."""

from ._prometheus import PrometheusMetrics

__all__ = ["PrometheusMetrics"]

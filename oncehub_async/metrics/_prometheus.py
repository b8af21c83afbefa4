"""Metrics for Prometheus: an object whose methods are hooks, with a registry of its own."""

from collections.abc import Iterator
from typing import Any

from ..errors import ConfigurationError
from ._catalogue import COUNTERS, GAUGES, HISTOGRAMS, Metric
from ._gauge_values import GaugeValues, Labels
from ._measuring import _Measuring


class PrometheusMetrics(_Measuring):
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
            from prometheus_client import CollectorRegistry, Counter, Histogram
        except ImportError:
            raise ConfigurationError(
                "metrics: Prometheus needs an extra: pip install 'oncehub-async[prometheus]'"
            ) from None
        super().__init__()
        self.registry: Any = CollectorRegistry() if registry is None else registry
        self._counters: dict[Metric, Any] = {
            each: Counter(each.prometheus_name, each.about, each.labels, registry=self.registry)
            for each in COUNTERS
        }
        self._histograms: dict[Metric, Any] = {
            each: Histogram(
                each.prometheus_name,
                each.about,
                each.labels,
                registry=self.registry,
                buckets=each.buckets,
            )
            for each in HISTOGRAMS
        }
        self._children: dict[tuple[Metric, Labels], Any] = {}
        self.registry.register(_GaugeCollector(self._gauges))

    def exposition(self) -> bytes:
        """All of it in Prometheus' text format, version 0.0.4."""
        from prometheus_client import generate_latest

        shown: bytes = generate_latest(self.registry)
        return shown

    def _count(self, metric: Metric, labels: Labels, count: int = 1) -> None:
        self._child(self._counters, metric, labels).inc(count)

    def _time(self, metric: Metric, seconds: float, labels: Labels) -> None:
        self._child(self._histograms, metric, labels).observe(seconds)

    def _child(self, family: dict[Metric, Any], metric: Metric, labels: Labels) -> Any:
        # Looking one up by its labels takes prometheus-client longer than counting.
        found = self._children.get((metric, labels))
        if found is None:
            found = family[metric].labels(*labels) if labels else family[metric]
            self._children[metric, labels] = found
        return found


class _GaugeCollector:
    """Collects the gauges when somebody asks."""

    def __init__(self, values: GaugeValues) -> None:
        self._values = values

    def collect(self) -> Iterator[Any]:
        """A family for each, empty where nothing is known."""
        from prometheus_client.core import GaugeMetricFamily

        self._values.look()
        for each in GAUGES:
            family = GaugeMetricFamily(each.prometheus_name, each.about, labels=each.labels)
            for labels, value in self._values.of(each):
                family.add_metric(labels, value)
            yield family

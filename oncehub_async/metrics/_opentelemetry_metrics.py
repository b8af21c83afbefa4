"""Metrics for OpenTelemetry, by its API alone: who shows them, and where, the program chooses."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from threading import Lock
from typing import Any

from .. import __version__
from ..errors import ConfigurationError
from ._catalogue import COUNTERS, GAUGES, HISTOGRAMS, Metric
from ._gauge_values import Labels
from ._measuring import _Measuring

SCOPE = "oncehub_async"
Values = Callable[[], Sequence[tuple[Labels, float]]]


class OpenTelemetryMetrics(_Measuring):
    """Counts and times for OpenTelemetry. Needs the extra `opentelemetry`.

        metrics = OpenTelemetryMetrics()
        receiver = Receiver(..., on_delivery=metrics.on_delivery, on_run=metrics.on_run)
        async with receiver, metrics.watching(receiver.inbox):
            ...

    It has the methods, numbers and labels of `PrometheusMetrics`. Attributes are words of closed
    sets, and hold no ids, people or queries. `meter_provider`: an
    `opentelemetry.metrics.MeterProvider`; without, the program's global one.

    Raises `ConfigurationError` where opentelemetry-api isn't installed.
    """

    def __init__(self, meter_provider: Any = None) -> None:
        try:
            from opentelemetry.metrics import get_meter
        except ImportError:
            raise missing_opentelemetry("metrics") from None
        super().__init__()
        meter = get_meter(SCOPE, __version__, meter_provider)
        # Counted here, and told when somebody asks: the SDK itself takes 9 us for each count.
        self._counts: dict[Metric, Counter[Labels]] = {each: Counter() for each in COUNTERS}
        self._counting = Lock()
        for each in COUNTERS:
            told = [self._observer(self._counted(each), each)]
            meter.create_observable_counter(each.name, told, each.unit, each.about)
        self._histograms = {
            each: meter.create_histogram(
                each.name,
                each.unit,
                each.about,
                explicit_bucket_boundaries_advisory=each.buckets,
            )
            for each in HISTOGRAMS
        }
        for each in GAUGES:
            told = [self._observer(self._shown(each), each)]
            meter.create_observable_gauge(each.name, told, each.unit, each.about)
        self._attributes: dict[tuple[Metric, Labels], dict[str, str]] = {}

    def _count(self, metric: Metric, labels: Labels, count: int = 1) -> None:
        with self._counting:
            self._counts[metric][labels] += count

    def _time(self, metric: Metric, seconds: float, labels: Labels) -> None:
        self._histograms[metric].record(seconds, self._attributes_of(metric, labels))

    def _attributes_of(self, metric: Metric, labels: Labels) -> dict[str, str]:
        found = self._attributes.get((metric, labels))
        if found is None:
            found = dict(zip(metric.labels, labels, strict=True))
            self._attributes[metric, labels] = found
        return found

    def _counted(self, metric: Metric) -> Values:
        def counted() -> list[tuple[Labels, float]]:
            with self._counting:
                return list(self._counts[metric].items())

        return counted

    def _shown(self, metric: Metric) -> Values:
        def shown() -> list[tuple[Labels, float]]:
            self._gauges.look()
            return self._gauges.of(metric)

        return shown

    def _observer(self, values: Values, metric: Metric) -> Callable[[Any], Iterable[Any]]:
        from opentelemetry.metrics import Observation

        def observe(_options: Any) -> Iterable[Any]:
            return [
                Observation(value, self._attributes_of(metric, labels))
                for labels, value in values()
            ]

        return observe


def missing_opentelemetry(what: str) -> ConfigurationError:
    """What says that the extra is needed; `what` begins the line."""
    return ConfigurationError(
        f"{what}: OpenTelemetry needs an extra: pip install 'oncehub-async[opentelemetry]'"
    )

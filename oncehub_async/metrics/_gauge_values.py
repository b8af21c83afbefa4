"""What gauges show: numbers that are kept, or found out when somebody asks."""

import time
from collections.abc import Callable, Iterable
from datetime import datetime

from ._catalogue import GAUGES, Metric

Labels = tuple[str, ...]
Value = float | Callable[[], float]
"""A number, or what gives it when somebody asks, in any thread."""


class GaugeValues:
    """The values of all gauges, for whoever shows them: by metric and labels."""

    def __init__(self) -> None:
        self._values: dict[Metric, dict[Labels, Value]] = {each: {} for each in GAUGES}
        self._looks: list[Callable[[], None]] = []

    def set(self, metric: Metric, value: Value, *labels: str) -> None:
        """What it shows from now on."""
        self._values[metric][labels] = value

    def replace(self, metric: Metric, values: Iterable[tuple[str, Value]]) -> None:
        """All that a gauge with one label shows: what isn't among it is gone."""
        self._values[metric] = {(label,): value for label, value in values}

    def look_with(self, look: Callable[[], None]) -> None:
        """Call `look`, which sets some, before they are shown."""
        self._looks.append(look)

    def look(self) -> None:
        """Have them set that somebody has to look for."""
        for look in self._looks:
            look()

    def of(self, metric: Metric) -> list[tuple[Labels, float]]:
        """What a gauge shows now; in any thread."""
        # As a list: others may set more meanwhile.
        return [
            (labels, value() if callable(value) else value)
            for labels, value in list(self._values[metric].items())
        ]


class GrowingAge:
    """Seconds since a moment, whenever it is asked for: what stands still gets older."""

    def __init__(self, moment: float | datetime) -> None:
        self._moment = moment.timestamp() if isinstance(moment, datetime) else moment

    def __call__(self) -> float:
        return max(time.time() - self._moment, 0.0)

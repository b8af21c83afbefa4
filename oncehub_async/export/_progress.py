"""How far an export is: numbers for whoever shows them."""

from enum import StrEnum
from math import ceil

import attrs

from .._ground import MAX_LIMIT, Clock
from .._rate import Forecast, RateBudget, tells


class ExportState(StrEnum):
    """What becomes of a resource."""

    RUNNING = "running"
    COMPLETE = "complete"
    UNAVAILABLE = "not in this account"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


@attrs.define
class ResourceProgress:
    """How far one resource is."""

    name: str
    expected: int | None = None
    """How many objects there will be, as far as an earlier export tells."""
    state: ExportState = ExportState.RUNNING
    objects: int = 0
    pages: int = 0
    left: int | None = None
    """Pages still to come, as far as those that have come tell."""
    is_lasting: bool = False
    """Whether it failed by what the same export, run again, can't get past either."""

    def pages_left(self) -> int | None:
        """How many pages are still to come; None where nothing tells."""
        if self.state is not ExportState.RUNNING:
            return 0
        if self.expected is not None and self.expected >= self.objects:
            return ceil((self.expected - self.objects) / MAX_LIMIT)
        return self.left


@attrs.define
class ExportProgress:
    """How far an export is, at any moment."""

    clock: Clock
    budget: RateBudget | None = None
    resources: dict[str, ResourceProgress] = attrs.Factory(dict)
    started_at: float = 0.0

    @property
    def objects(self) -> int:
        """Of all resources together."""
        return sum(each.objects for each in self.resources.values())

    @property
    def pages(self) -> int:
        """Of all resources together."""
        return sum(each.pages for each in self.resources.values())

    @property
    def elapsed(self) -> float:
        """Seconds of the clock since the export started."""
        return self.clock.now() - self.started_at

    @property
    def rate(self) -> float:
        """Objects a second since the start."""
        return self.objects / self.elapsed if self.elapsed > 0 else 0.0

    def waits_for(self) -> Forecast | None:
        """What the next request waits for; None where the budget doesn't tell."""
        return self.budget.forecast() if tells(self.budget) else None

    def seconds_left(self) -> float | None:
        """Until the last page can be asked for, by the budget; None where nothing tells."""
        left = [each.pages_left() for each in self.resources.values()]
        known = [pages for pages in left if pages is not None]
        if len(known) < len(left) or not tells(self.budget):
            return None
        pages = sum(known)
        return self.budget.forecast(pages).all_sent if pages else 0.0

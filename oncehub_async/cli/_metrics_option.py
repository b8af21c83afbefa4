"""`--metrics-port`: what a command counts for Prometheus, imported only where it is asked for."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, TypeVar

from .._ground import checks
from ..errors import InvalidParameterError
from ._output import note

if TYPE_CHECKING:
    from ..metrics import PrometheusMetrics
    from ..webhooks import OpenedInbox, Receiver

T = TypeVar("T")


def checked_metrics(port: int | None, *, watch: bool = True) -> "PrometheusMetrics | None":
    """What counts, if it is asked for: of a watch, or whatever else goes on.

    Raises `InvalidParameterError`, and `ConfigurationError` where the extra is missing.
    """
    if port is None:
        return None
    checks.whole_number(port, "metrics_port", 0, 65535)
    if not watch:
        raise InvalidParameterError("metrics_port", "shows how a watch goes on: add --watch")
    from ..metrics import PrometheusMetrics

    return PrometheusMetrics()


def each_of(*hooks: Callable[[T], object] | None) -> Callable[[T], None]:
    """A hook that tells several, but those that aren't there."""
    there = [hook for hook in hooks if hook is not None]

    def tell(told: T) -> None:
        for hook in there:
            hook(told)

    return tell


@asynccontextmanager
async def metrics_shown(
    metrics: "PrometheusMetrics | None",
    port: int | None,
    *,
    inbox: "OpenedInbox | None" = None,
    receiver: "Receiver | None" = None,
) -> AsyncIterator[None]:
    """Serve a page of them for as long as it is entered, and say where; nothing without metrics.

    Raises `OSError` for a port that is taken.
    """
    if metrics is None or port is None:
        yield
        return
    from ._metrics_page import metrics_page

    async with metrics_page(metrics, inbox, port, receiver) as url:
        note(f"Metrics for Prometheus are at {url}")
        yield

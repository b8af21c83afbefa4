"""What may be known of a delivery and of runs of handlers while they go on, for traces.

Nothing in it is about people. A delivery's place in its trace is kept with the event, so that runs
in any process, and days later, belong to it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import attrs

from .._ground import begin_hook, tell_hook
from ._inbox import StoredEvent, Work
from ._observed import HandlerRun


@attrs.frozen(kw_only=True)
class StartedRun:
    """One attempt of one handler that begins."""

    handler: str
    event_type: str
    """As it was sent, signed. New types may come at any time."""
    attempt: int
    is_replay: bool
    """Whether somebody asked for it, perhaps long after the delivery."""
    trace_context: str | None
    """What the delivery's span said; None where there was none."""


class DeliverySpan(Protocol):
    """What lasts while the inbox keeps an event."""

    @property
    def trace_context(self) -> str | None:
        """Its place in its trace: W3C traceparent, and after a space tracestate, if there is one.
        None where nothing is to be kept.
        """
        ...

    def end(self, is_new: bool | None) -> object:
        """It was new, or was there before; None: the inbox couldn't keep it."""
        ...


class RunSpan(Protocol):
    """What lasts as long as a handler's attempt."""

    def end(self, run: HandlerRun | None) -> object:
        """What became of it; None where it was interrupted, and will be made again."""
        ...


class DeliveryTracing(Protocol):
    """What `Receiver(tracing=...)` takes. It has to be quick, and one that fails does no harm."""

    def begin_delivery(self, event_type: str) -> DeliverySpan:
        """An event that was verified is being kept, in the task that ends it, too."""
        ...

    def begin_run(self, run: StartedRun) -> RunSpan:
        """A handler is called, in the task that ends it, too."""
        ...


@attrs.define
class TracedDelivery:
    """An event as it is to be kept, and whether it was new once that is known."""

    event: StoredEvent
    is_new: bool | None = None


@contextmanager
def traced_delivery(
    tracing: DeliveryTracing | None, event: StoredEvent
) -> Iterator[TracedDelivery]:
    """As long as it is entered, the event is being kept."""
    delivery = TracedDelivery(event)
    span = None
    if tracing is not None:
        span = begin_hook(tracing.begin_delivery, event.type, "tracing")
    if span is None:
        yield delivery
        return
    delivery.event = attrs.evolve(event, trace_context=span.trace_context)
    try:
        yield delivery
    finally:
        tell_hook(span.end, delivery.is_new, "tracing")


@attrs.define
class TracedRun:
    """What became of a run, once that is known."""

    record: HandlerRun | None = None


@contextmanager
def traced_run(
    tracing: DeliveryTracing | None, event: StoredEvent, work: Work
) -> Iterator[TracedRun]:
    """As long as it is entered, the handler runs."""
    traced = TracedRun()
    span = None
    if tracing is not None:
        started = StartedRun(
            handler=work.handler,
            event_type=event.type,
            attempt=work.attempt,
            is_replay=work.replay,
            trace_context=event.trace_context,
        )
        span = begin_hook(tracing.begin_run, started, "tracing")
    try:
        yield traced
    finally:
        if span is not None:
            tell_hook(span.end, traced.record, "tracing")

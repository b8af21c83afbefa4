"""The spans that OpenTelemetryTracing makes. Importing this needs the extra `opentelemetry`."""

from collections.abc import Mapping, Sequence

from opentelemetry.context import Context, attach, detach
from opentelemetry.trace import (
    Link,
    SpanKind,
    Status,
    StatusCode,
    Tracer,
    get_current_span,
    get_tracer,
    set_span_in_context,
)
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.util.types import AttributeValue

from .. import RequestAttempt
from ..webhooks import HandlerRun
from . import _closed_labels as labels

__all__ = ["CurrentSpan", "SpanOfCall", "SpanOfDelivery", "SpanOfRun", "Tracer", "get_tracer"]

_LONGEST_STATE = 512
"""Characters of a tracestate: https://www.w3.org/TR/trace-context/#tracestate-limits"""

_W3C = TraceContextTextMapPropagator()


class CurrentSpan:
    """A span that is the current one until it is ended, in the same task."""

    kind = SpanKind.CONSUMER

    def __init__(
        self,
        tracer: Tracer,
        name: str,
        attributes: Mapping[str, AttributeValue],
        context: Context | None = None,
        links: Sequence[Link] = (),
    ) -> None:
        self.span = tracer.start_span(name, context, self.kind, attributes, links)
        self._token = attach(set_span_in_context(self.span, context))

    def finish(self) -> None:
        """It isn't current any more, and ends now."""
        detach(self._token)
        self.span.end()

    def failed(self, error: str) -> None:
        """By the name of an error's class: its text may quote what was handled."""
        self.span.set_attribute("error.type", error)
        self.span.set_status(Status(StatusCode.ERROR))


class SpanOfCall(CurrentSpan):
    """From the beginning of a call to its end; see `CallSpan`."""

    kind = SpanKind.CLIENT
    _last: RequestAttempt | None = None

    def attempt(self, attempt: RequestAttempt) -> None:
        """An event, with how long it took and waited before."""
        told: dict[str, AttributeValue] = {"oncehub.request.duration": attempt.duration}
        if attempt.budget_wait > 0:
            told["oncehub.budget.wait"] = attempt.budget_wait
        if attempt.status is not None:
            told["http.response.status_code"] = attempt.status
        if attempt.error is not None:
            told["error.type"] = attempt.error
        self.span.add_event("attempt", told)
        self._last = attempt

    def end(self, error: BaseException | None) -> None:
        """An error by its class; of the attempts, what the last one was answered."""
        if self._last is not None and self._last.status is not None:
            self.span.set_attribute("http.response.status_code", self._last.status)
        if self._last is not None and self._last.number > 1:
            self.span.set_attribute("http.request.resend_count", self._last.number - 1)
        if isinstance(error, Exception):
            self.failed(type(error).__name__)
        elif error is not None:  # somebody didn't want to wait for it any longer
            self.span.set_attribute("error.type", type(error).__name__)
        self.finish()


class SpanOfDelivery(CurrentSpan):
    """Until the inbox keeps an event; see `DeliverySpan`."""

    @property
    def trace_context(self) -> str | None:
        """Without baggage: what others put there may be about people."""
        carrier: dict[str, str] = {}
        _W3C.inject(carrier, set_span_in_context(self.span))
        state = carrier.get("tracestate", "")
        if not state or len(state) > _LONGEST_STATE:
            return carrier.get("traceparent")
        return f"{carrier['traceparent']} {state}"

    def end(self, is_new: bool | None) -> None:
        """What became of it."""
        if is_new is None:
            self.failed("inbox")
        else:
            self.span.set_attribute("oncehub.outcome", "accepted" if is_new else "duplicate")
        self.finish()


class SpanOfRun(CurrentSpan):
    """An attempt of a handler, below the delivery or linked to it; see `RunSpan`."""

    def __init__(
        self,
        tracer: Tracer,
        name: str,
        attributes: Mapping[str, AttributeValue],
        kept: str | None,
        *,
        is_linked: bool,
    ) -> None:
        # Nothing of what happened to be current when the receiver was opened.
        context, links = _context_of(kept), []
        if is_linked:
            delivery = get_current_span(context).get_span_context()
            links = [Link(delivery)] if delivery.is_valid else []
            context = Context()
        super().__init__(tracer, name, attributes, context, links)

    def end(self, run: HandlerRun | None) -> None:
        """What became of it."""
        outcome = "interrupted" if run is None else labels.run_outcome(run)
        self.span.set_attribute("oncehub.outcome", outcome)
        if run is not None and run.error is not None and outcome != labels.POSTPONED:
            self.failed(run.error)
        self.finish()


def _context_of(kept: str | None) -> Context:
    """The context that a delivery's span left; an empty one where it left none."""
    if kept is None:
        return Context()
    parent, _, state = kept.partition(" ")
    carrier = {"traceparent": parent} | ({"tracestate": state} if state else {})
    return _W3C.extract(carrier, Context())

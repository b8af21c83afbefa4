"""Spans for OpenTelemetry, by its API alone: calls, and deliveries through to their handlers.

https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-client-span
https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/
"""

from typing import Any

from .. import RequestAttempt, StartedCall, __version__
from ..webhooks import HandlerRun, StartedRun
from . import _closed_labels as labels
from ._opentelemetry_metrics import SCOPE, missing_opentelemetry

_SYSTEM = "oncehub"
_LONGEST_STATE = 512
"""Characters of a tracestate, as https://www.w3.org/TR/trace-context/#tracestate-limits has it."""


class OpenTelemetryTracing:
    """Makes spans for OpenTelemetry. Needs the extra `opentelemetry`.

        tracing = OpenTelemetryTracing()
        oncehub = OnceHub(tracing=tracing)
        receiver = Receiver(..., tracing=tracing)

    A call is one span, whatever attempts it takes: these are its events. A delivery's span lasts
    until its event is in the inbox, which keeps where it stands in its trace; each run of a handler
    is a child of it, in whatever process. What is done again because somebody asked for it begins a
    trace of its own, with a link to the delivery. While a handler runs, its span is the current one.

    Attributes hold no ids, people or queries, and no texts of errors. `tracer_provider`: an
    `opentelemetry.trace.TracerProvider`; without, the program's global one.

    Raises `ConfigurationError` where opentelemetry-api isn't installed.
    """

    def __init__(self, tracer_provider: Any = None) -> None:
        try:
            from opentelemetry import trace
        except ImportError:
            raise missing_opentelemetry("tracing") from None
        self._tracer: Any = trace.get_tracer(SCOPE, __version__, tracer_provider)

    def begin_call(self, call: StartedCall) -> "_CallSpan":
        """For `OnceHub(tracing=...)`."""
        from opentelemetry.trace import SpanKind

        method = labels.method(call.method)
        attributes: dict[str, Any] = {
            "http.request.method": method,
            "url.template": call.path_template,
            "server.address": call.host,
        }
        if call.port is not None:
            attributes["server.port"] = call.port
        name = f"{method} {call.path_template}"
        return _CallSpan(self._tracer, name, SpanKind.CLIENT, attributes)

    def begin_delivery(self, event_type: str) -> "_DeliverySpan":
        """For `Receiver(tracing=...)`."""
        from opentelemetry.trace import SpanKind

        type = labels.event_type(event_type)
        attributes = {
            "messaging.system": _SYSTEM,
            "messaging.operation.name": "receive",
            "messaging.operation.type": "receive",
            "oncehub.event.type": type,
        }
        return _DeliverySpan(self._tracer, f"receive {type}", SpanKind.CONSUMER, attributes)

    def begin_run(self, run: StartedRun) -> "_RunSpan":
        """For `Receiver(tracing=...)`."""
        from opentelemetry.context import Context
        from opentelemetry.trace import Link, SpanKind, get_current_span

        handler = labels.handler(run.handler)
        attributes = {
            "messaging.system": _SYSTEM,
            "messaging.operation.name": "process",
            "messaging.operation.type": "process",
            "oncehub.event.type": labels.event_type(run.event_type),
            "oncehub.handler": handler,
            "oncehub.attempt": run.attempt,
            "oncehub.replay": run.is_replay,
        }
        # Nothing of what happened to be current when the receiver was opened.
        parent, links = _context_of(run.trace_context), []
        if run.is_replay:
            of_delivery = get_current_span(parent).get_span_context()
            links = [Link(of_delivery)] if of_delivery.is_valid else []
            parent = Context()
        name = f"process {handler}"
        return _RunSpan(self._tracer, name, SpanKind.CONSUMER, attributes, parent, links)


class _CurrentSpan:
    """A span that is the current one until it is ended, in the same task."""

    def __init__(
        self,
        tracer: Any,
        name: str,
        kind: Any,
        attributes: dict[str, Any],
        context: Any = None,
        links: Any = (),
    ) -> None:
        from opentelemetry.context import attach
        from opentelemetry.trace import set_span_in_context

        self.span = tracer.start_span(name, context, kind, attributes, links)
        self._token = attach(set_span_in_context(self.span, context))

    def finish(self) -> None:
        """It isn't current any more, and ends now."""
        from opentelemetry.context import detach

        detach(self._token)
        self.span.end()

    def failed(self, error: str) -> None:
        """By the name of an error's class: its text may quote what was handled."""
        from opentelemetry.trace import Status, StatusCode

        self.span.set_attribute("error.type", error)
        self.span.set_status(Status(StatusCode.ERROR))


class _CallSpan(_CurrentSpan):
    def attempt(self, attempt: RequestAttempt) -> None:
        told: dict[str, Any] = {
            "oncehub.attempt": attempt.number,
            "oncehub.duration": attempt.duration,
            "oncehub.budget.wait": attempt.budget_wait,
        }
        if attempt.status is not None:
            told["http.response.status_code"] = attempt.status
            self.span.set_attribute("http.response.status_code", attempt.status)
        if attempt.error is not None:
            told["error.type"] = attempt.error
        if attempt.number > 1:
            self.span.set_attribute("http.request.resend_count", attempt.number - 1)
        self.span.add_event("attempt", told)

    def end(self, error: BaseException | None) -> None:
        if isinstance(error, Exception):
            self.failed(type(error).__name__)
        elif error is not None:  # somebody didn't want to wait for it
            self.span.set_attribute("error.type", type(error).__name__)
        self.finish()


class _DeliverySpan(_CurrentSpan):
    @property
    def trace_context(self) -> str | None:
        from opentelemetry.trace import set_span_in_context
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        carrier: dict[str, str] = {}
        TraceContextTextMapPropagator().inject(carrier, set_span_in_context(self.span))
        state = carrier.get("tracestate", "")
        if not state or len(state) > _LONGEST_STATE:
            return carrier.get("traceparent")
        return f"{carrier['traceparent']} {state}"

    def end(self, is_new: bool | None) -> None:
        if is_new is None:
            self.failed("inbox")
        else:
            self.span.set_attribute("oncehub.outcome", "accepted" if is_new else "duplicate")
        self.finish()


class _RunSpan(_CurrentSpan):
    def end(self, run: HandlerRun | None) -> None:
        outcome = "interrupted" if run is None else labels.run_outcome(run)
        self.span.set_attribute("oncehub.outcome", outcome)
        if run is not None and run.error is not None and outcome != labels.POSTPONED:
            self.failed(run.error)
        self.finish()


def _context_of(kept: str | None) -> Any:
    """The context that a delivery's span left; an empty one where it left none."""
    from opentelemetry.context import Context
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    if kept is None:
        return Context()
    parent, _, state = kept.partition(" ")
    carrier = {"traceparent": parent} | ({"tracestate": state} if state else {})
    return TraceContextTextMapPropagator().extract(carrier, Context())

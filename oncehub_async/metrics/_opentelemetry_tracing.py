"""Spans for OpenTelemetry, by its API alone: calls, and deliveries through to their handlers.

https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-client-span
https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/
"""

from typing import TYPE_CHECKING, Any

from .. import CallSpan, StartedCall, __version__
from ..webhooks import DeliverySpan, RunSpan, StartedRun
from . import _closed_labels as labels
from ._opentelemetry_metrics import SCOPE, missing_opentelemetry

if TYPE_CHECKING:
    from opentelemetry.util.types import AttributeValue


class OpenTelemetryTracing:
    """Makes spans for OpenTelemetry. Needs the extra `opentelemetry`.

        tracing = OpenTelemetryTracing()
        oncehub = OnceHub(tracing=tracing)
        receiver = Receiver(..., tracing=tracing)

    A call is one span, whatever attempts it takes: these are its events. A delivery's span lasts
    until its event is in the inbox, which keeps where it stands in its trace; each run of a handler
    is a child of it, in whatever process, and the current span while the handler runs. What is done
    again because somebody asked for it begins a trace of its own, with a link to the delivery.

    Attributes hold no ids, people or queries, and no texts of errors. `tracer_provider`: an
    `opentelemetry.trace.TracerProvider`; without, the program's global one.

    Raises `ConfigurationError` where opentelemetry-api isn't installed.
    """

    def __init__(self, tracer_provider: Any = None) -> None:
        try:
            from . import _opentelemetry_spans as spans
        except ImportError:
            raise missing_opentelemetry("tracing") from None
        self._spans = spans
        self._tracer = spans.get_tracer(SCOPE, __version__, tracer_provider)

    def begin_call(self, call: StartedCall) -> CallSpan:
        """For `OnceHub(tracing=...)`."""
        method = labels.method(call.method)
        attributes: dict[str, AttributeValue] = {
            "http.request.method": method,
            "url.template": call.path_template,
            "server.address": call.host,
        }
        if call.port is not None:
            attributes["server.port"] = call.port
        return self._spans.SpanOfCall(self._tracer, f"{method} {call.path_template}", attributes)

    def begin_delivery(self, event_type: str) -> DeliverySpan:
        """For `Receiver(tracing=...)`."""
        attributes = _messaging("receive", event_type)
        name = f"receive {labels.event_type(event_type)}"
        return self._spans.SpanOfDelivery(self._tracer, name, attributes)

    def begin_run(self, run: StartedRun) -> RunSpan:
        """For `Receiver(tracing=...)`."""
        handler = labels.handler(run.handler)
        attributes = _messaging("process", run.event_type)
        attributes["oncehub.handler"] = handler
        attributes["oncehub.attempt"] = run.attempt
        attributes["oncehub.replay"] = run.is_replay
        return self._spans.SpanOfRun(
            self._tracer,
            f"process {handler}",
            attributes,
            run.trace_context,
            is_linked=run.is_replay,
        )


def _messaging(operation: str, event_type: str) -> "dict[str, AttributeValue]":
    return {
        "messaging.system": "oncehub",
        "messaging.operation.name": operation,
        "messaging.operation.type": operation,
        "oncehub.event.type": labels.event_type(event_type),
    }

"""The events that OnceHub's widgets post to the page around them, one class for each."""

from collections.abc import Mapping
from typing import Any, TypeVar

import attrs

from .._ground import MOST_VALUES, load_json
from ..errors import ModelError
from ..models import Model, from_dict
from ._browser_payloads import (
    BookingPayload,
    CalendarPayload,
    ChatbotPayload,
    FormPayload,
    TimeSlotPayload,
)
from ._classic_booked import BookingInfo, ClassicBooked


@attrs.frozen(kw_only=True, repr=False)
class WidgetEvent(Model):
    """An event of a type that this version doesn't know; `payload` is as it came.

    The base of the others too. Anyone can send an event to a back end: see `redirect.confirm`.
    """

    _shown = ("type", "payload")

    type: str
    payload: Any = attrs.field(default=None, hash=False)

    def __repr__(self) -> str:
        shown = f", payload={self.payload!r}" if isinstance(self.payload, Model) else ""
        return f"{type(self).__name__}(type={self.type!r}{shown})"


@attrs.frozen(kw_only=True, repr=False)
class CalendarLoaded(WidgetEvent):
    """A booking calendar was loaded."""

    payload: CalendarPayload


@attrs.frozen(kw_only=True, repr=False)
class TimeSlotSelected(WidgetEvent):
    """A visitor chose a slot and confirmed it."""

    payload: TimeSlotPayload


@attrs.frozen(kw_only=True, repr=False)
class BookingScheduled(WidgetEvent):
    """A visitor made a booking."""

    payload: BookingPayload


@attrs.frozen(kw_only=True, repr=False)
class ChatbotEvent(WidgetEvent):
    """Something happened in a chatbot."""

    payload: ChatbotPayload


@attrs.frozen(kw_only=True, repr=False)
class ChatbotLoaded(ChatbotEvent):
    """A chatbot was loaded with its page."""


@attrs.frozen(kw_only=True, repr=False)
class ChatbotOpened(ChatbotEvent):
    """A visitor opened a chatbot."""


@attrs.frozen(kw_only=True, repr=False)
class ChatbotStarted(ChatbotEvent):
    """A visitor began to talk to a chatbot."""


@attrs.frozen(kw_only=True, repr=False)
class ChatbotClosed(ChatbotEvent):
    """A visitor closed a chatbot."""


@attrs.frozen(kw_only=True, repr=False)
class ChatbotButtonClicked(ChatbotEvent):
    """A visitor answered a chatbot."""


@attrs.frozen(kw_only=True, repr=False)
class FormEvent(WidgetEvent):
    """Something happened in a routing form."""

    payload: FormPayload


@attrs.frozen(kw_only=True, repr=False)
class FormLoaded(FormEvent):
    """A form was loaded."""


@attrs.frozen(kw_only=True, repr=False)
class FormStarted(FormEvent):
    """A visitor began to fill in a form."""


@attrs.frozen(kw_only=True, repr=False)
class FormButtonClicked(FormEvent):
    """A visitor clicked a button of a form."""


@attrs.frozen(kw_only=True, repr=False)
class FormCompleted(FormEvent):
    """A visitor completed a form."""


EVENT_TYPES: dict[str, type[WidgetEvent]] = {
    "oncehub.booking_calendar.loaded": CalendarLoaded,
    "oncehub.booking_calendar.time_slot_selected": TimeSlotSelected,
    "oncehub.booking.scheduled": BookingScheduled,
    "oncehub.chatbot.loaded": ChatbotLoaded,
    "oncehub.chatbot.opened": ChatbotOpened,
    "oncehub.chatbot.started": ChatbotStarted,
    "oncehub.chatbot.closed": ChatbotClosed,
    "oncehub.chatbot.button_clicked": ChatbotButtonClicked,
    "oncehub.form.loaded": FormLoaded,
    "oncehub.form.started": FormStarted,
    "oncehub.form.button_clicked": FormButtonClicked,
    "oncehub.form.completed": FormCompleted,
    # What the chatbot's events were called before.
    "oncehub.widget.loaded": ChatbotLoaded,
    "oncehub.widget.opened": ChatbotOpened,
    "oncehub.widget.closed": ChatbotClosed,
    "oncehub.widget.button_clicked": ChatbotButtonClicked,
    "oncehub.conversation.started": ChatbotStarted,
}
"""The documented types of events, and those that older pages document."""


M = TypeVar("M", bound=Model)

PREFIX = "oncehub."
"""What the types of all of OnceHub's events begin with."""


def parse_event(data: bytes | str | Mapping[str, Any]) -> WidgetEvent | ClassicBooked:
    """An event as OnceHub's widgets post it, or what the classic page hands over.

    Anyone can post to the address that a page forwards events to: use `redirect.confirm` on the
    payload of a `BookingScheduled` before you trust what it says.

    Fields that are missing are None, unknown fields and unknown types are kept, and so is a value
    that is not of the documented type: its field is None, and it stands in `unknown_fields`.
    Raises `ModelError` for what is no event at all: no JSON object, or of another sender's type.
    """
    event = _json_object(data)
    if "errorStatus" in event and "type" not in event:
        return _classic(event)
    type_ = event.get("type")
    if not isinstance(type_, str) or not type_.startswith(PREFIX):
        raise ModelError("type", f"expected a text that begins with {PREFIX}")
    payload = event.get("payload")
    cls = EVENT_TYPES.get(type_, WidgetEvent)
    unknown = {name: value for name, value in event.items() if name not in ("type", "payload")}
    if cls is WidgetEvent or not isinstance(payload, Mapping | None):
        return WidgetEvent(type=type_, payload=payload, unknown_fields=unknown)
    model_class: type[Model] = attrs.fields(cls).payload.type
    model = _lenient(payload or {}, model_class)
    return cls(type=type_, payload=model, unknown_fields=unknown)


def _json_object(data: bytes | str | Mapping[str, Any]) -> Mapping[str, Any]:
    if isinstance(data, bytes | str):
        try:
            data = load_json(data, MOST_VALUES)
        except ValueError:
            raise ModelError("", "expected JSON") from None
    if not isinstance(data, Mapping):
        raise ModelError("", "expected a JSON object")
    return data


def _classic(data: Mapping[str, Any]) -> ClassicBooked:
    info = data.get("bookingInfo")
    if not isinstance(info, Mapping):
        return _lenient(data, ClassicBooked)
    booked = _lenient({k: v for k, v in data.items() if k != "bookingInfo"}, ClassicBooked)
    return attrs.evolve(booked, booking_info=_lenient(info, BookingInfo))


def _lenient(data: Mapping[str, Any], cls: type[M]) -> M:
    """The model; values that misfit go to `unknown_fields`, under the name that they came with."""
    left, misfits = dict(data), {}
    while True:
        try:
            model = from_dict(left, cls)
        except ModelError as error:
            name = _name_in(left, error.at, cls)
            misfits[name] = left.pop(name)
        else:
            return attrs.evolve(model, unknown_fields={**model.unknown_fields, **misfits})


def _name_in(data: Mapping[str, Any], at: str, cls: type[Model]) -> str:
    """Under which name the field of an error's place came."""
    field = at.partition(".")[0].partition("[")[0]
    spellings = (theirs for theirs, ours in cls._other_spellings.items() if ours == field)
    return next((theirs for theirs in spellings if theirs in data), field)

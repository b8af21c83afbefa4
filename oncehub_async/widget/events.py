"""The events that OnceHub's widgets post to the page around them, one class for each."""

from typing import Any

import attrs

from ..models import Model
from .payloads import (
    BookingPayload,
    CalendarPayload,
    ChatbotPayload,
    FormPayload,
    TimeSlotPayload,
)


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

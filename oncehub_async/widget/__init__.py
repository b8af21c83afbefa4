"""What OnceHub's widgets tell the page around them: the events, and a script that forwards them.

    from oncehub_async.widget import BookingScheduled, forwarding_script, parse_event

    event = parse_event(await request.read())
    if isinstance(event, BookingScheduled):
        booking = await confirm(oncehub, event.payload)   # from oncehub_async.redirect

Events come from a visitor's browser: nothing that they say is trusted before `confirm` has looked.
"""

from ..models import ModelError
from .classic import BookingInfo, CalendarEvent, ClassicBooked, MeetingTimes
from .events import (
    BookingScheduled,
    CalendarLoaded,
    ChatbotButtonClicked,
    ChatbotClosed,
    ChatbotEvent,
    ChatbotLoaded,
    ChatbotOpened,
    ChatbotStarted,
    FormButtonClicked,
    FormCompleted,
    FormEvent,
    FormLoaded,
    FormStarted,
    TimeSlotSelected,
    WidgetEvent,
)
from .parse import parse_event
from .payloads import (
    BookingPayload,
    CalendarPayload,
    ChatbotPayload,
    FormPayload,
    TimeSlotPayload,
)
from .script import forwarding_script

__all__ = [
    "BookingInfo",
    "BookingPayload",
    "BookingScheduled",
    "CalendarEvent",
    "CalendarLoaded",
    "CalendarPayload",
    "ChatbotButtonClicked",
    "ChatbotClosed",
    "ChatbotEvent",
    "ChatbotLoaded",
    "ChatbotOpened",
    "ChatbotPayload",
    "ChatbotStarted",
    "ClassicBooked",
    "FormButtonClicked",
    "FormCompleted",
    "FormEvent",
    "FormLoaded",
    "FormPayload",
    "FormStarted",
    "MeetingTimes",
    "ModelError",
    "TimeSlotPayload",
    "TimeSlotSelected",
    "WidgetEvent",
    "forwarding_script",
    "parse_event",
]

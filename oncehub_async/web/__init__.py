"""Booking links: built and taken apart, for both products of OnceHub.

    from oncehub_async.web import BookingLink

    link = BookingLink("https://oncehub.com/live-demo", name="Carrie Customer", skip=True)
    str(link)   # https://oncehub.com/live-demo?name=Carrie%20Customer&skip=1
    link.name   # Carrie Customer

Needs no network and no key. What a link carries is visible to everyone who sees it; `guest_url`
gives one that shows nothing, through the API.

OnceHub in a page of yours: HTML that no guest's data can break out of, and a policy for it.

from oncehub_async.web import CalendarEmbed, content_security_policy

embed = CalendarEmbed(id="BKC-LDJ878496X", height="600px")
str(embed)                       # <div data-oh-booking-calendar-id="BKC-LDJ878496X" ...
content_security_policy(embed)   # default-src 'self'; script-src 'self' https://cdn...

The redirect after a booking: read, and held against the API.

    from oncehub_async.web import confirm, parse_confirmation

    confirmation = parse_confirmation(request.raw_path)
    if confirmation is not None:
        booking = await confirm(oncehub, confirmation)

Anyone can write such a URL, so nothing that it says is trusted before `confirm` has looked.

What OnceHub's widgets tell the page around them: the events, and a script that forwards them.

    from oncehub_async.web import BookingScheduled, forwarding_script, parse_event

    event = parse_event(await request.read())
    if isinstance(event, BookingScheduled):
        booking = await confirm(oncehub, event.payload)   # from oncehub_async.redirect

Events come from a visitor's browser: nothing that they say is trusted before `confirm` has looked.
"""

from ..errors import ModelError
from ..models import UtmParams
from ._address import CLASSIC_HOST
from ._booking_link import BookingLink
from ._browser_events import (
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
    parse_event,
)
from ._browser_payloads import (
    BookingPayload,
    CalendarPayload,
    ChatbotPayload,
    FormPayload,
    TimeSlotPayload,
)
from ._calendar_embed import CalendarEmbed
from ._classic_booked import BookingInfo, CalendarEvent, ClassicBooked, MeetingTimes
from ._classic_embed import ClassicEmbed
from ._classic_link import ClassicLink
from ._confirm import Claim, confirm
from ._csp import content_security_policy
from ._guest import guest_url
from ._html import Html
from ._link_limits import MOST_GUESTS, URL_LIMIT, Note
from ._query import QueryParameter
from ._redirect import ClassicConfirmation, Confirmation, parse_confirmation
from ._scripts import EventForwarding, forwarding_script, prefill_script
from ._template import TemplateHelper

__all__ = [
    "CLASSIC_HOST",
    "MOST_GUESTS",
    "URL_LIMIT",
    "BookingInfo",
    "BookingLink",
    "BookingPayload",
    "BookingScheduled",
    "CalendarEmbed",
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
    "Claim",
    "ClassicBooked",
    "ClassicConfirmation",
    "ClassicEmbed",
    "ClassicLink",
    "Confirmation",
    "EventForwarding",
    "FormButtonClicked",
    "FormCompleted",
    "FormEvent",
    "FormLoaded",
    "FormPayload",
    "FormStarted",
    "Html",
    "MeetingTimes",
    "ModelError",
    "Note",
    "QueryParameter",
    "TemplateHelper",
    "TimeSlotPayload",
    "TimeSlotSelected",
    "UtmParams",
    "WidgetEvent",
    "confirm",
    "content_security_policy",
    "forwarding_script",
    "guest_url",
    "parse_confirmation",
    "parse_event",
    "prefill_script",
]

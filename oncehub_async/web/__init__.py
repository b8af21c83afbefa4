"""The browser's side of OnceHub, without the API: links, embeds, redirects, page events.

    from oncehub_async.web import BookingLink, CalendarEmbed, content_security_policy

    link = BookingLink("https://oncehub.com/live-demo", name="Carrie Customer", skip=True)
    str(link)   # https://oncehub.com/live-demo?name=Carrie%20Customer&skip=1

    embed = CalendarEmbed(id="BKC-LDJ878496X", height="600px")
    str(embed)                       # <div data-oh-booking-calendar-id="BKC-LDJ878496X" ...
    content_security_policy(embed)   # default-src 'self'; script-src 'self' https://cdn...

What a link carries is visible to everyone who sees it; `guest_url` gives one that shows nothing,
through the API. No guest's data can break out of the HTML of an embed.

    from oncehub_async.web import confirm, parse_confirmation, parse_event

    confirmation = parse_confirmation(request.raw_path)     # of a thank-you page
    event = parse_event(await request.read())               # of a script that forwards events
    if confirmation is not None:
        booking = await confirm(oncehub, confirmation)

Anyone can write such a URL or send such an event: nothing that they say is trusted before
`confirm` has looked.
"""

from ..errors import ModelError
from ..models import UtmParams
from ._address import CLASSIC_HOST, is_classic
from ._booking_link import BookingLink, BookingSettings
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
from ._calendar_embed import CalendarEmbed, CalendarLightbox
from ._chatbot_embed import ChatbotEmbed
from ._classic_booked import BookingInfo, CalendarEvent, ClassicBooked, MeetingTimes
from ._classic_embed import ClassicButton, ClassicEmbed
from ._classic_link import ClassicFormSettings, ClassicLink, ClassicSettings
from ._confirm import BookingClaim, confirm
from ._csp import Embed, content_security_policy
from ._guest_url import guest_url
from ._html import Html
from ._link import Link
from ._link_notes import MOST_GUESTS, URL_LIMIT, Note
from ._page_embed import PageEmbed
from ._query import QueryParameter
from ._redirect import ClassicConfirmation, Confirmation, RedirectData, parse_confirmation
from ._routing_form_embed import RoutingFormEmbed
from ._scripts import EventForwarding, forwarding_script, prefill_script
from ._template import TemplateHelper

__all__ = [
    "CLASSIC_HOST",
    "MOST_GUESTS",
    "URL_LIMIT",
    "BookingClaim",
    "BookingInfo",
    "BookingLink",
    "BookingPayload",
    "BookingScheduled",
    "BookingSettings",
    "CalendarEmbed",
    "CalendarEvent",
    "CalendarLightbox",
    "CalendarLoaded",
    "CalendarPayload",
    "ChatbotButtonClicked",
    "ChatbotClosed",
    "ChatbotEmbed",
    "ChatbotEvent",
    "ChatbotLoaded",
    "ChatbotOpened",
    "ChatbotPayload",
    "ChatbotStarted",
    "ClassicBooked",
    "ClassicButton",
    "ClassicConfirmation",
    "ClassicEmbed",
    "ClassicFormSettings",
    "ClassicLink",
    "ClassicSettings",
    "Confirmation",
    "Embed",
    "EventForwarding",
    "FormButtonClicked",
    "FormCompleted",
    "FormEvent",
    "FormLoaded",
    "FormPayload",
    "FormStarted",
    "Html",
    "Link",
    "MeetingTimes",
    "ModelError",
    "Note",
    "PageEmbed",
    "QueryParameter",
    "RedirectData",
    "RoutingFormEmbed",
    "TemplateHelper",
    "TimeSlotPayload",
    "TimeSlotSelected",
    "UtmParams",
    "WidgetEvent",
    "confirm",
    "content_security_policy",
    "forwarding_script",
    "guest_url",
    "is_classic",
    "parse_confirmation",
    "parse_event",
    "prefill_script",
]

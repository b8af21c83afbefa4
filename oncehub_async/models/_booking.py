"""A booking, and the event that a webhook delivers.

https://help.oncehub.com/developers/api/#tag/bookings
https://help.oncehub.com/developers/api/#tag/webhook-events
"""

from datetime import datetime
from typing import Any

import attrs

from ._account import BookingCalendar, BookingPage, EventType, MasterPage, User
from ._base import CustomField, Deleted, Model
from ._people import Contact, Conversation


@attrs.frozen(kw_only=True, repr=False)
class VirtualConferencing(Model):
    """How to join a virtual meeting."""

    _shown = ()

    join_url: str | None = None
    """The address at which one joins the meeting; null where it isn't held online."""


@attrs.frozen(kw_only=True, repr=False)
class CancelRescheduleInformation(Model):
    """Why and by whom (`user` or `customer`) a booking was canceled or rescheduled."""

    _shown = ("actioned_by", "user_id")

    reason: str | None = None
    """The reason that was given."""
    actioned_by: str | None = None
    """Who did it: `user` (somebody of the account) or `customer` (the guest who booked)."""
    user_id: str | None = None
    """The id of the user who did it. Through the API it is, for booking calendars, the host's and,
    for classic booking pages, the account owner's.
    """


@attrs.frozen(kw_only=True, repr=False)
class FormSubmission(Model):
    """What the guest entered into the booking form."""

    _shown = ()

    name: str | None = None
    """The guest's name, as entered."""
    email: str | None = None
    """The guest's email address, as entered."""
    phone: str | None = None
    """The guest's phone number, as entered."""
    mobile_phone: str | None = None
    """The guest's mobile phone number, such as 1-2025550195."""
    note: str | None = None
    """The guest's note."""
    company: str | None = None
    """The guest's company, as entered."""
    guests: tuple[str, ...] | None = None
    """The email addresses of others whom the guest invited."""
    custom_fields: tuple[CustomField, ...] | None = None
    """What was entered into the form's custom fields."""


@attrs.frozen(kw_only=True, repr=False)
class ExternalCalendar(Model):
    """The calendar outside OnceHub into which a booking was written."""

    _shown = ("type",)

    type: str | None = None
    """What kind of calendar it is: `google`, `exchange`, `office_365` or `icloud`; `none` was seen
    too.
    """
    name: str | None = None
    """The name of the calendar, often an email address."""
    id: str | None = None
    """The calendar's id, in its own service."""
    event_id: str | None = None
    """The id of the event that was made there, in its own service."""


@attrs.frozen(kw_only=True, repr=False)
class PaymentInformation(Model):
    """What was charged through Stripe: `amount_charged` in the currency's smallest unit."""

    _shown = ("amount_charged", "currency")

    amount_charged: int | None = None
    """What was charged, in the currency's smallest unit: 5000 is 50.00 USD."""
    currency: str | None = None
    """The currency, by its ISO 4217 code such as USD."""
    transaction_id: str | None = None
    """The id of Stripe's charge."""


@attrs.frozen(kw_only=True, repr=False)
class UtmParams(Model):
    """The five UTM parameters that came with a visitor."""

    _shown = ()

    source: str | None = None
    """Which site sent the visitor (utm_source)."""
    medium: str | None = None
    """Which kind of link was used (utm_medium)."""
    campaign: str | None = None
    """Which campaign the link belongs to (utm_campaign)."""
    term: str | None = None
    """Which search terms led there (utm_term)."""
    content: str | None = None
    """What was clicked (utm_content)."""


@attrs.frozen(kw_only=True, repr=False)
class Booking(Model):
    """A booking, of either product, as a list, a GET or a webhook gives it.

    Times are in UTC, `customer_timezone` is an IANA name. Bookings of booking calendars have
    `booking_calendar`, those of the classic product `booking_page`, `master_page`, `event_type`.
    """

    _shown = ("id", "status", "starting_time", "duration_minutes")

    id: str
    """The booking's id, such as BKNG-J4FR05BKEWEX."""
    object: str | None = None
    """The kind of object: "booking"."""
    tracking_id: str | None = None
    """The id that people are shown, such as D36E0002; the API takes the one in `id`."""
    subject: str | None = None
    """The subject of the meeting, or the name of its event type."""
    status: str | None = None
    """Where the booking stands: a `BookingStatus`."""
    in_trash: bool | None = None
    """Whether it was moved to the trash of the activity stream. It is still listed, and can be
    restored there for 30 days; then it is deleted for good. To trash a booking doesn't cancel the
    meeting.
    """
    creation_time: datetime | None = None
    """When the booking was made, in UTC."""
    starting_time: datetime | None = None
    """When the meeting begins, in UTC."""
    customer_timezone: str | None = None
    """The time zone that the guest chose, as an IANA name such as America/New_York."""
    last_updated_time: datetime | None = None
    """When anything in it was last changed, in UTC."""
    owner: str | User | Deleted | None = None
    """The user who accepted the booking; by the vendor's document that stays so when it is
    reassigned to another booking page. The user or team behind a booking calendar is that
    calendar's `host`; the bookings that a user hosts or co-hosts are found by the filter `host`.
    """
    duration_minutes: int | None = None
    """How long the meeting is, in minutes."""
    virtual_conferencing: VirtualConferencing | None = None
    """How to join, where the meeting is held online."""
    location_description: str | None = None
    """Where the meeting takes place, if in person."""
    rescheduled_booking_id: str | None = None
    """The id of the booking in whose place this one came when it was rescheduled; null for others.
    """
    cancel_reschedule_url: str | None = None
    """Where the guest can cancel or reschedule. It comes in webhooks only."""
    cancel_reschedule_information: CancelRescheduleInformation | None = None
    """Who canceled or rescheduled it, and why; null where nobody did."""
    attendees: tuple[str, ...] | None = None
    """The email addresses of all who attend."""
    form_submission: FormSubmission | None = None
    """What the guest entered into the booking form; it can be null."""
    booking_page: str | BookingPage | Deleted | None = None
    """The classic booking page at which it was booked; null for bookings of booking calendars."""
    master_page: str | MasterPage | Deleted | None = None
    """The classic master page at which it was booked; null where it was none, as for booking
    calendars.
    """
    event_type: str | EventType | Deleted | None = None
    """The classic event type that the guest chose; null where there was none, as for booking
    calendars.
    """
    contact: str | Contact | Deleted | None = None
    """The contact who booked. Webhooks leave it out."""
    conversation: str | Conversation | Deleted | None = None
    """The chatbot's conversation that it came from; null where it came from none."""
    external_calendar: ExternalCalendar | None = None
    """The calendar outside OnceHub into which it was written."""
    ics_url: str | None = None
    """Where anybody can download it as an .ics file."""
    booking_calendar: str | BookingCalendar | Deleted | None = None
    """The booking calendar at which it was booked. Null for bookings of the classic product, which
    have a `booking_page` instead.
    """
    cancel_url: str | None = None
    """Where the guest can cancel; for bookings of booking calendars only."""
    reschedule_url: str | None = None
    """Where the guest can reschedule; for bookings of booking calendars only."""
    payment_information: PaymentInformation | None = None
    """What was paid through Stripe; null where nothing was."""
    utm_params: UtmParams | None = None
    """The UTM parameters that the guest came with; null where there were none. Webhooks leave them
    out.
    """
    custom_fields: tuple[CustomField, ...] | None = None
    """The custom fields that the account has for meetings; those of the form are in
    `form_submission`.
    """


@attrs.frozen(kw_only=True, repr=False)
class WebhookEvent(Model):
    """The envelope of a delivery; `data` is the booking or conversation as it was sent."""

    _shown = ("id", "type", "creation_time")

    id: str
    """The event's id, such as EVNT-KN56U3YL7C; it stays the same when a delivery is repeated."""
    object: str | None = None
    """The kind of object: "event"."""
    creation_time: datetime | None = None
    """When the event was made, in UTC."""
    type: str | None = None
    """What happened: an `EventName`."""
    api_version: str | None = None
    """The version of the API that `data` follows, such as "v2"."""
    data: Any = attrs.field(default=None, hash=False)
    """The booking or conversation, as JSON."""

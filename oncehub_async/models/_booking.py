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


@attrs.frozen(kw_only=True, repr=False)
class CancelRescheduleInformation(Model):
    """Why and by whom (`user` or `customer`) a booking was canceled or rescheduled."""

    _shown = ("actioned_by", "user_id")

    reason: str | None = None
    actioned_by: str | None = None
    user_id: str | None = None


@attrs.frozen(kw_only=True, repr=False)
class FormSubmission(Model):
    """What the guest entered into the booking form."""

    _shown = ()

    name: str | None = None
    email: str | None = None
    phone: str | None = None
    mobile_phone: str | None = None
    note: str | None = None
    company: str | None = None
    guests: tuple[str, ...] | None = None
    custom_fields: tuple[CustomField, ...] | None = None


@attrs.frozen(kw_only=True, repr=False)
class ExternalCalendar(Model):
    """The calendar outside OnceHub into which a booking was written."""

    _shown = ("type",)

    type: str | None = None
    name: str | None = None
    id: str | None = None
    event_id: str | None = None


@attrs.frozen(kw_only=True, repr=False)
class PaymentInformation(Model):
    """What was charged through Stripe: `amount_charged` in the currency's smallest unit."""

    _shown = ("amount_charged", "currency")

    amount_charged: int | None = None
    currency: str | None = None
    transaction_id: str | None = None


@attrs.frozen(kw_only=True, repr=False)
class UtmParams(Model):
    """The five UTM parameters that came with a visitor."""

    _shown = ()

    source: str | None = None
    medium: str | None = None
    campaign: str | None = None
    term: str | None = None
    content: str | None = None


@attrs.frozen(kw_only=True, repr=False)
class Booking(Model):
    """A booking, of either product, as a list, a GET or a webhook gives it.

    Times are in UTC, `customer_timezone` is an IANA name. Bookings of booking calendars have
    `booking_calendar`, those of the classic product `booking_page`, `master_page`, `event_type`.
    """

    _shown = ("id", "status", "starting_time", "duration_minutes")

    id: str
    object: str | None = None
    tracking_id: str | None = None
    subject: str | None = None
    status: str | None = None
    in_trash: bool | None = None
    creation_time: datetime | None = None
    starting_time: datetime | None = None
    customer_timezone: str | None = None
    last_updated_time: datetime | None = None
    owner: str | User | Deleted | None = None
    duration_minutes: int | None = None
    virtual_conferencing: VirtualConferencing | None = None
    location_description: str | None = None
    rescheduled_booking_id: str | None = None
    cancel_reschedule_url: str | None = None
    cancel_reschedule_information: CancelRescheduleInformation | None = None
    attendees: tuple[str, ...] | None = None
    form_submission: FormSubmission | None = None
    booking_page: str | BookingPage | Deleted | None = None
    master_page: str | MasterPage | Deleted | None = None
    event_type: str | EventType | Deleted | None = None
    contact: str | Contact | Deleted | None = None
    conversation: str | Conversation | Deleted | None = None
    external_calendar: ExternalCalendar | None = None
    ics_url: str | None = None
    booking_calendar: str | BookingCalendar | Deleted | None = None
    cancel_url: str | None = None
    reschedule_url: str | None = None
    payment_information: PaymentInformation | None = None
    utm_params: UtmParams | None = None
    custom_fields: tuple[CustomField, ...] | None = None


@attrs.frozen(kw_only=True, repr=False)
class WebhookEvent(Model):
    """The envelope of a delivery; `data` is the booking or conversation as it was sent."""

    _shown = ("id", "type", "creation_time")

    id: str
    object: str | None = None
    creation_time: datetime | None = None
    type: str | None = None
    api_version: str | None = None
    data: Any = attrs.field(default=None, hash=False)

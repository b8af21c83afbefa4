"""A booking as webhooks of v1 send it, the API before the present one.

Source: https://github.com/scheduleonce/developer-center, branch v1.0.0 (reference/Bookings,
docs/Webhooks/webhook-data-payload.md).
"""

from datetime import datetime

import attrs

from ._base import Model
from ._booking import ExternalCalendar, FormSubmission


@attrs.frozen(kw_only=True, repr=False)
class BookingPageV1(Model):
    """A booking page, by its names."""

    _shown = ("internal_label",)

    public_name: str | None = None
    internal_label: str | None = None
    link: str | None = None
    category: str | None = None
    time_zone_description: str | None = None


@attrs.frozen(kw_only=True, repr=False)
class MasterPageV1(Model):
    """A master page, by its names."""

    _shown = ("label",)

    name: str | None = None
    label: str | None = None
    link: str | None = None


@attrs.frozen(kw_only=True, repr=False)
class EventTypeV1(Model):
    """An event type, by its name."""

    _shown = ("name",)

    name: str | None = None
    description: str | None = None
    category: str | None = None


@attrs.frozen(kw_only=True, repr=False)
class BookingV1(Model):
    """A booking of the classic product as webhooks of v1 send it.

    It has no id: `tracking_id` tells bookings apart, and `canceled_booking_tracking_id` names the
    one in whose place it came. `owner` is a name. `status` is Requested, Scheduled, Rescheduled,
    Completed, Canceled or No-Show. Times are in UTC; time zones are described for people, such as
    "(GMT-5) United States; Eastern time".
    """

    _shown = ("tracking_id", "status", "starting_time", "duration_minutes")

    object: str | None = None
    tracking_id: str | None = None
    subject: str | None = None
    status: str | None = None
    creation_time: datetime | None = None
    starting_time: datetime | None = None
    owner: str | None = None
    package_id: str | None = None
    duration_minutes: int | None = None
    virtual_or_physical_location: str | None = None
    customer_time_zone_description: str | None = None
    cancel_reschedule_link: str | None = None
    canceled_booking_tracking_id: str | None = None
    cancel_reschedule_reason: str | None = None
    name_of_user_who_canceled_rescheduled: str | None = None
    name_of_customer_who_canceled_rescheduled: str | None = None
    form_submission: FormSubmission | None = None
    booking_page: BookingPageV1 | None = None
    master_page: MasterPageV1 | None = None
    event_type: EventTypeV1 | None = None
    external_calendar: ExternalCalendar | None = None

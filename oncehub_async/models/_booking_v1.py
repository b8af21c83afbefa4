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
    """The name that guests see."""
    internal_label: str | None = None
    """The name inside the account, which guests don't see."""
    link: str | None = None
    """The address of the page, for guests."""
    category: str | None = None
    """The category that the page was put into."""
    time_zone_description: str | None = None
    """The page's time zone, described for people."""


@attrs.frozen(kw_only=True, repr=False)
class MasterPageV1(Model):
    """A master page, by its names."""

    _shown = ("label",)

    name: str | None = None
    """The name that guests see."""
    label: str | None = None
    """The name inside the account, which guests don't see."""
    link: str | None = None
    """The address of the page, for guests."""


@attrs.frozen(kw_only=True, repr=False)
class EventTypeV1(Model):
    """An event type, by its name."""

    _shown = ("name",)

    name: str | None = None
    """The event type's name."""
    description: str | None = None
    """The event type's description."""
    category: str | None = None
    """The category that the event type was put into."""


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
    """The kind of object: "booking"."""
    tracking_id: str | None = None
    """The id by which bookings are told apart, such as D36E0002."""
    subject: str | None = None
    """The subject of the meeting, or the name of its event type."""
    status: str | None = None
    """Requested, Scheduled, Rescheduled, Completed, Canceled or No-Show."""
    creation_time: datetime | None = None
    """When the booking was made, in UTC."""
    starting_time: datetime | None = None
    """When the meeting begins, in UTC."""
    owner: str | None = None
    """The name of the user whose booking it is."""
    package_id: str | None = None
    """The id of the package of sessions that it belongs to, if any."""
    duration_minutes: int | None = None
    """How long the meeting is, in minutes."""
    virtual_or_physical_location: str | None = None
    """Where the meeting takes place, or how to join it."""
    customer_time_zone_description: str | None = None
    """The guest's time zone, described for people."""
    cancel_reschedule_link: str | None = None
    """Where the guest can cancel or reschedule."""
    canceled_booking_tracking_id: str | None = None
    """The `tracking_id` of the canceled booking in whose place this one came."""
    cancel_reschedule_reason: str | None = None
    """The reason that was given for canceling or rescheduling."""
    name_of_user_who_canceled_rescheduled: str | None = None
    """The name of the user who canceled or rescheduled, if it was one."""
    name_of_customer_who_canceled_rescheduled: str | None = None
    """The name of the guest who canceled or rescheduled, if it was one."""
    form_submission: FormSubmission | None = None
    """What the guest entered into the booking form."""
    booking_page: BookingPageV1 | None = None
    """The booking page at which it was booked."""
    master_page: MasterPageV1 | None = None
    """The master page at which it was booked, if it was one."""
    event_type: EventTypeV1 | None = None
    """The event type that the guest chose, if there was one."""
    external_calendar: ExternalCalendar | None = None
    """The calendar outside OnceHub into which it was written."""

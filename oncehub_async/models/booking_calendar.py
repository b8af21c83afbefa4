"""Booking calendars, their free slots and their links.

https://developers.oncehub.com/reference/the-booking-calendar-object
"""

from datetime import datetime

import attrs

from .base import Model
from .deleted import Deleted
from .team import Team
from .user import User


@attrs.frozen(kw_only=True, repr=False)
class BookingCalendar(Model):
    """A booking calendar. `host` is a user or a team."""

    _shown = ("id", "published", "duration_minutes")

    id: str
    object: str | None = None
    host: str | User | Team | Deleted | None = None
    name: str | None = None
    subject: str | None = None
    url: str | None = None
    published: bool | None = None
    duration_minutes: float | None = None


@attrs.frozen(kw_only=True, repr=False)
class SlotLocation(Model):
    """A place that a slot offers.

    `type` is a `SlotLocationType`. `value` is a conferencing service for `virtual`, a phone number
    for `guest_phone`, else None; `id` is the address for `physical`, else None.
    """

    _shown = ("type",)

    type: str | None = None
    value: str | None = None
    id: str | None = None


@attrs.frozen(kw_only=True, repr=False)
class TimeSlot(Model):
    """A time at which a calendar can be booked, in UTC."""

    _shown = ("start_time",)

    start_time: datetime | None = None
    locations: tuple[SlotLocation, ...] | None = None


@attrs.frozen(kw_only=True, repr=False)
class ScheduledBooking(Model):
    """The answer to a booking that was made: its id."""

    id: str


@attrs.frozen(kw_only=True, repr=False)
class OneTimeLink(Model):
    """A link that books once. Whoever has `url` can use it, so a repr leaves it out."""

    _shown = ("creation_time",)

    id: str
    url: str | None = None
    creation_time: datetime | None = None

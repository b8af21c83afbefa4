"""The account's own objects: users, teams, calendars, pages, event types, webhooks.

Each class is the vendor's page of that name, such as
https://help.oncehub.com/developers/api/#tag/users
"""

from datetime import datetime
from types import MappingProxyType

import attrs

from ._base import Deleted, Model


@attrs.frozen(kw_only=True, repr=False)
class Team(Model):
    """A team."""

    id: str
    object: str | None = None
    name: str | None = None


@attrs.frozen(kw_only=True, repr=False)
class User(Model):
    """A user. `timezone` is an IANA name; `teams` holds team ids."""

    _shown = ("id", "status", "role_name")

    id: str
    object: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    status: str | None = None
    role_name: str | None = None
    timezone: str | None = None
    teams: tuple[str, ...] | None = None


@attrs.frozen(kw_only=True, repr=False)
class EventType(Model):
    """An event type of the classic product."""

    id: str
    object: str | None = None
    name: str | None = None
    description: str | None = None


@attrs.frozen(kw_only=True, repr=False)
class MasterPage(Model):
    """A master page of the classic product."""

    _shown = ("id", "active")

    id: str
    object: str | None = None
    name: str | None = None
    label: str | None = None
    url: str | None = None
    active: bool | None = None


@attrs.frozen(kw_only=True, repr=False)
class BookingPage(Model):
    """A booking page. `timezone` is an IANA name."""

    _shown = ("id", "active")

    id: str
    object: str | None = None
    name: str | None = None
    label: str | None = None
    url: str | None = None
    active: bool | None = None
    timezone: str | None = None


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

    `type` is a `SlotLocationType`. `value` is a conferencing service for `virtual` and the
    address's text for `physical`, whose `id` is what is booked; the guest's own phone number or
    address goes in there for `guest_phone` and `in_person_by_guest`.
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


@attrs.frozen(kw_only=True, repr=False)
class BookingForm(Model):
    """A guest's name, email and phone number (E.164).

    An account's own fields go by their mapped names into `unknown_fields`: a text, or a list of
    texts for a multi-select.
    """

    _shown = ()

    name: str | None = None
    email: str | None = None
    phone: str | None = None


@attrs.frozen(kw_only=True, repr=False)
class Webhook(Model):
    """A webhook. `signing_secret` is the key of its signatures and shows in no repr.

    The vendor's document calls it `secret`, the developer guide `signing_secret`; both are read.
    """

    _shown = ("id", "events", "creation_time")
    _other_spellings = MappingProxyType({"secret": "signing_secret"})

    id: str
    object: str | None = None
    api_version: str | None = None
    name: str | None = None
    url: str | None = None
    events: tuple[str, ...] | None = None
    creation_time: datetime | None = None
    signing_secret: str | None = None

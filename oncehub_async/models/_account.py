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
    """A team of the account's users."""

    id: str
    """The team's id, such as TM-GCJU8DLBTPY1."""
    object: str | None = None
    """The kind of object: "team"."""
    name: str | None = None
    """The team's name."""


@attrs.frozen(kw_only=True, repr=False)
class User(Model):
    """A user of the account: somebody who can be booked, or who manages it."""

    _shown = ("id", "status", "role_name")

    id: str
    """The user's id, such as USR-FSD423423."""
    object: str | None = None
    """The kind of object: "user"."""
    first_name: str | None = None
    """The user's first name."""
    last_name: str | None = None
    """The user's last name."""
    email: str | None = None
    """The user's email address."""
    status: str | None = None
    """`active`, or `invited` for one who hasn't signed in yet."""
    role_name: str | None = None
    """What the user may do in the account: a `RoleName`."""
    timezone: str | None = None
    """The user's time zone, as an IANA name such as America/Chicago."""
    teams: tuple[str, ...] | None = None
    """The ids of the teams that the user belongs to."""


@attrs.frozen(kw_only=True, repr=False)
class EventType(Model):
    """An event type of the classic product: a kind of meeting that guests choose."""

    id: str
    """The event type's id, such as ET-7I7PKDTFJS."""
    object: str | None = None
    """The kind of object: "event_type"."""
    name: str | None = None
    """The event type's name, which guests see."""
    description: str | None = None
    """The event type's description, which guests see."""


@attrs.frozen(kw_only=True, repr=False)
class MasterPage(Model):
    """A master page of the classic product: it leads to several booking pages."""

    _shown = ("id", "active")

    id: str
    """The master page's id, such as MP-73E6RHFU77."""
    object: str | None = None
    """The kind of object: "master_page"."""
    name: str | None = None
    """The name that guests see."""
    label: str | None = None
    """The name inside the account, which guests don't see."""
    url: str | None = None
    """The address of the page, for guests."""
    active: bool | None = None
    """Whether the page is enabled and accepts bookings."""


@attrs.frozen(kw_only=True, repr=False)
class BookingPage(Model):
    """A booking page of the classic product."""

    _shown = ("id", "active")

    id: str
    """The booking page's id, such as BP-3F7JAWT4UA."""
    object: str | None = None
    """The kind of object: "booking_page"."""
    name: str | None = None
    """The name that guests see."""
    label: str | None = None
    """The name inside the account, which guests don't see."""
    url: str | None = None
    """The address of the page, for guests."""
    active: bool | None = None
    """Whether the page is enabled and accepts bookings."""
    timezone: str | None = None
    """The page's time zone, as an IANA name such as America/Chicago."""


@attrs.frozen(kw_only=True, repr=False)
class BookingCalendar(Model):
    """A booking calendar: where a user or a team of the account can be booked."""

    _shown = ("id", "published", "duration_minutes")

    id: str
    """The booking calendar's id, such as BKC-LDJ878496X."""
    object: str | None = None
    """The kind of object: "booking_calendar"."""
    host: str | User | Team | Deleted | None = None
    """Who hosts the calendar's meetings: a user, or a team, a member of which hosts each. Co-hosts
    aren't included. Bookings name a user, their `owner`.
    """
    name: str | None = None
    """The name inside the account, which guests don't see."""
    subject: str | None = None
    """The subject of its meetings, which guests see."""
    url: str | None = None
    """The address of the calendar, for guests."""
    published: bool | None = None
    """Whether the calendar is enabled and accepts bookings."""
    duration_minutes: float | None = None
    """How long its meetings are, in minutes."""


@attrs.frozen(kw_only=True, repr=False)
class SlotLocation(Model):
    """A place that a slot offers.

    `type` is a `SlotLocationType`. `value` is a conferencing service for `virtual` and the
    address's text for `physical`, whose `id` is what is booked; the guest's own phone number or
    address goes in there for `guest_phone` and `in_person_by_guest`.
    """

    _shown = ("type",)

    type: str | None = None
    """What kind of place it is: a `SlotLocationType`."""
    value: str | None = None
    """For `virtual` a `ConferencingService`, for `physical` the address's text; null for the rest,
    until the guest gives a number or address.
    """
    id: str | None = None
    """For `physical` the address's id, such as ADD-1234, which is what a booking asks for; null for
    the rest.
    """


@attrs.frozen(kw_only=True, repr=False)
class TimeSlot(Model):
    """A time at which a calendar can be booked, in UTC."""

    _shown = ("start_time",)

    start_time: datetime | None = None
    """When a meeting can begin, in UTC."""
    locations: tuple[SlotLocation, ...] | None = None
    """The places that can be chosen from at this time."""


@attrs.frozen(kw_only=True, repr=False)
class ScheduledBooking(Model):
    """The answer to a booking that was made: its id."""

    id: str
    """The id of the booking that was made, such as BKNG-J4FR05BKEWEX."""


@attrs.frozen(kw_only=True, repr=False)
class OneTimeLink(Model):
    """A link that books once. Whoever has `url` can use it, so a repr leaves it out."""

    _shown = ("creation_time",)

    id: str
    """The link's id."""
    url: str | None = None
    """The address to book at, once; whoever has it can use it."""
    creation_time: datetime | None = None
    """When the link was made, in UTC."""


@attrs.frozen(kw_only=True, repr=False)
class BookingForm(Model):
    """A guest's name, email and phone number (E.164).

    An account's own fields go by their mapped names into `unknown_fields`: a text, or a list of
    texts for a multi-select.
    """

    _shown = ()

    name: str | None = None
    """The guest's name."""
    email: str | None = None
    """The guest's email address; needed even where the calendar's form doesn't ask for it."""
    phone: str | None = None
    """The guest's phone number, in E.164 such as +12025550195."""


@attrs.frozen(kw_only=True, repr=False)
class Webhook(Model):
    """A webhook. `signing_secret` is the key of its signatures and shows in no repr.

    The vendor's document calls it `secret`, the developer guide `signing_secret`; both are read.
    """

    _shown = ("id", "events", "creation_time")
    _other_spellings = MappingProxyType({"secret": "signing_secret"})

    id: str
    """The webhook's id, such as WHK-7JD9LBVZTQ."""
    object: str | None = None
    """The kind of object: "webhook"."""
    api_version: str | None = None
    """The version of the API that its deliveries follow, such as "v2"."""
    name: str | None = None
    """The webhook's name, which no other one of the account has."""
    url: str | None = None
    """Where OnceHub posts the events to."""
    events: tuple[str, ...] | None = None
    """The events that are posted, each an `EventName`."""
    creation_time: datetime | None = None
    """When the webhook was made, in UTC."""
    signing_secret: str | None = None
    """The key of its deliveries' signatures; no export and no database holds it."""

"""Which model the objects of each list have, for whoever makes columns or checks of them."""

from collections.abc import Mapping
from types import MappingProxyType

from ._account import (
    BookingCalendar,
    BookingPage,
    EventType,
    MasterPage,
    Team,
    User,
    Webhook,
)
from ._base import Model
from ._booking import Booking
from ._people import Contact, SmsNotification

LISTED: Mapping[str, type[Model]] = MappingProxyType(
    {
        "bookings": Booking,
        "contacts": Contact,
        "users": User,
        "teams": Team,
        "booking_calendars": BookingCalendar,
        "booking_pages": BookingPage,
        "master_pages": MasterPage,
        "event_types": EventType,
        "sms_notifications": SmsNotification,
        "webhooks": Webhook,
    }
)
"""The model of each resource that the API lists, by the name that the client has for it."""

SIGNING_SECRETS = frozenset({"secret", "signing_secret"})
"""Fields with the keys of webhooks' signatures: no file and no database is a place for them."""

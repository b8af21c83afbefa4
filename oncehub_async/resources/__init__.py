"""The API's resources, one module each, named like the vendor's reference."""

from .authentication import Authentication, KeyValidation
from .booking_calendars import BookingCalendars, FormFields
from .booking_pages import BookingPages
from .bookings import Bookings
from .contacts import Contacts
from .event_types import EventTypes
from .master_pages import MasterPages
from .sms_notifications import SmsNotifications
from .teams import Teams
from .users import Users
from .webhooks import Webhooks

__all__ = [
    "Authentication",
    "BookingCalendars",
    "BookingPages",
    "Bookings",
    "Contacts",
    "EventTypes",
    "FormFields",
    "KeyValidation",
    "MasterPages",
    "SmsNotifications",
    "Teams",
    "Users",
    "Webhooks",
]

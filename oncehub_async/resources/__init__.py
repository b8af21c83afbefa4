"""The API's resources, one module each, named like the vendor's reference."""

from ._authentication import Authentication, KeyValidation
from ._booking_calendars import BookingCalendars, FormFields
from ._booking_pages import BookingPages
from ._bookings import Bookings
from ._contacts import ContactFields, Contacts
from ._event_types import EventTypes
from ._master_pages import MasterPages
from ._resource import Resource
from ._sms_notifications import SmsNotifications
from ._teams import Teams
from ._users import UserFields, Users
from ._webhooks import Webhooks

__all__ = [
    "Authentication",
    "BookingCalendars",
    "BookingPages",
    "Bookings",
    "ContactFields",
    "Contacts",
    "EventTypes",
    "FormFields",
    "KeyValidation",
    "MasterPages",
    "Resource",
    "SmsNotifications",
    "Teams",
    "UserFields",
    "Users",
    "Webhooks",
]

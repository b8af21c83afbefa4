"""The objects of the API, one frozen attrs class for each."""

from ..misfit import ModelError
from .availability import (
    AvailabilityLocation,
    DateOverride,
    SchedulingAvailability,
    WorkingDay,
    WorkingHours,
)
from .base import Model
from .booking import (
    Booking,
    CancelRescheduleInformation,
    ExternalCalendar,
    FormSubmission,
    PaymentInformation,
    UtmParams,
    VirtualConferencing,
)
from .booking_calendar import (
    BookingCalendar,
    OneTimeLink,
    ScheduledBooking,
    SlotLocation,
    TimeSlot,
)
from .booking_form import BookingForm
from .booking_page import BookingPage
from .contact import Contact
from .conversation import Answer, Audience, Bot, Conversation, Website
from .converter import from_dict, to_dict, to_json
from .custom_field import CustomField
from .deleted import Deleted
from .enumerations import (
    AvailabilityLocationType,
    BookingStatus,
    ContactStatus,
    ConversationStatus,
    EventName,
    RecipientType,
    RoleName,
    SlotLocationType,
    SmsStatus,
)
from .event import WebhookEvent
from .event_type import EventType
from .expandable import id_of
from .master_page import MasterPage
from .sms_notification import SmsDetails, SmsNotification
from .team import Team
from .user import User
from .webhook import Webhook

__all__ = [
    "Answer",
    "Audience",
    "AvailabilityLocation",
    "AvailabilityLocationType",
    "Booking",
    "BookingCalendar",
    "BookingForm",
    "BookingPage",
    "BookingStatus",
    "Bot",
    "CancelRescheduleInformation",
    "Contact",
    "ContactStatus",
    "Conversation",
    "ConversationStatus",
    "CustomField",
    "DateOverride",
    "Deleted",
    "EventName",
    "EventType",
    "ExternalCalendar",
    "FormSubmission",
    "MasterPage",
    "Model",
    "ModelError",
    "OneTimeLink",
    "PaymentInformation",
    "RecipientType",
    "RoleName",
    "ScheduledBooking",
    "SchedulingAvailability",
    "SlotLocation",
    "SlotLocationType",
    "SmsDetails",
    "SmsNotification",
    "SmsStatus",
    "Team",
    "TimeSlot",
    "User",
    "UtmParams",
    "VirtualConferencing",
    "Webhook",
    "WebhookEvent",
    "Website",
    "WorkingDay",
    "WorkingHours",
    "from_dict",
    "id_of",
    "to_dict",
    "to_json",
]

"""The documented values of enumerations.

A model's field is a plain `str`, for the vendor adds values without notice; the members here are
strings too and compare equal to it.
"""

from enum import StrEnum


class BookingStatus(StrEnum):
    """The state of a booking."""

    REQUESTED = "requested"
    SCHEDULED = "scheduled"
    RESCHEDULED = "rescheduled"
    COMPLETED = "completed"
    CANCELED = "canceled"
    NO_SHOW = "no_show"


class ContactStatus(StrEnum):
    """How far a contact has come."""

    QUALIFIED = "Qualified"
    SALES_QUALIFIED = "Sales qualified"
    MARKETING_QUALIFIED = "Marketing qualified"
    DISQUALIFIED = "Disqualified"


class ConversationStatus(StrEnum):
    """The state of a chatbot conversation."""

    STARTED = "started"
    CLOSED = "closed"
    ABANDONED = "abandoned"


class RoleName(StrEnum):
    """A user's role. The Account Owner can't be assigned or updated through the API."""

    ACCOUNT_OWNER = "Account Owner"
    ADMINISTRATOR = "Administrator"
    MEMBER = "Member"
    TEAM_MANAGER = "Team Manager"


class RecipientType(StrEnum):
    """Who received a text message."""

    CONTACT = "contact"
    USER = "user"


class SmsStatus(StrEnum):
    """What became of a text message."""

    SENT = "sent"
    FAILED = "failed"
    DELIVERED = "delivered"
    REJECTED = "rejected"


class SlotLocationType(StrEnum):
    """Where a meeting in a time slot can take place."""

    PHYSICAL = "physical"
    VIRTUAL = "virtual"
    VIRTUAL_STATIC = "virtual_static"
    GUEST_PHONE = "guest_phone"
    IN_PERSON_BY_GUEST = "in_person_by_guest"


class ConferencingService(StrEnum):
    """What a virtual meeting takes place in."""

    GOOGLE_MEET = "google_meet"
    MICROSOFT_TEAMS = "microsoft_teams"
    ZOOM = "zoom"
    WEBEX = "webex"
    GOTOMEETING = "gotomeeting"


class AvailabilityLocationType(StrEnum):
    """Where a user takes meetings; not the same names as in time slots."""

    IN_PERSON_BY_HOST = "in_person_by_host"
    IN_PERSON_BY_GUEST = "in_person_by_guest"
    ONLINE_DYNAMIC_LINK = "online_dynamic_link"
    ONLINE_STATIC_LINK = "online_static_link"
    PHONE_BY_GUEST = "phone_by_guest"


class EventName(StrEnum):
    """What a webhook can report. `BOOKING` subscribes to all `booking.*` events at once."""

    BOOKING = "booking"
    BOOKING_SCHEDULED = "booking.scheduled"
    BOOKING_RESCHEDULED = "booking.rescheduled"
    BOOKING_REASSIGNED = "booking.reassigned"
    BOOKING_CANCELED_THEN_RESCHEDULED = "booking.canceled_then_rescheduled"
    BOOKING_CANCELED_RESCHEDULE_REQUESTED = "booking.canceled_reschedule_requested"
    BOOKING_CANCELED = "booking.canceled"
    BOOKING_COMPLETED = "booking.completed"
    BOOKING_NO_SHOW = "booking.no_show"
    CONVERSATION_REACHED_OUT = "conversation.reached_out"
    CONVERSATION_STARTED = "conversation.started"
    CONVERSATION_CLOSED = "conversation.closed"
    CONVERSATION_ABANDONED = "conversation.abandoned"

"""The documented values of enumerations.

A model's field is a plain `str`, for the vendor adds values without notice; the members here are
strings too and compare equal to it.
"""

from enum import StrEnum


class BookingStatus(StrEnum):
    """The state of a booking."""

    REQUESTED = "requested"
    """The guest asks for it and a user hasn't approved it yet: no meeting is settled."""
    SCHEDULED = "scheduled"
    """Booked, and approved where that is needed. The meeting is to come."""
    RESCHEDULED = "rescheduled"
    """Moved to another time. The meeting is to come; once it is over, the status is `completed`."""
    COMPLETED = "completed"
    """The time of the meeting has passed. OnceHub sets it by itself: nobody has said that the guest
    came.
    """
    CANCELED = "canceled"
    """Canceled by the guest or by a user, also where the user asked the guest to choose another
    time.
    """
    NO_SHOW = "no_show"
    """The time has passed and a user has said that the guest didn't come. That can't be undone."""


class ContactStatus(StrEnum):
    """How far a contact has come."""

    QUALIFIED = "Qualified"
    """Meets the basic criteria."""
    SALES_QUALIFIED = "Sales qualified"
    """Ready to be approached by sales."""
    MARKETING_QUALIFIED = "Marketing qualified"
    """Ready for more from marketing."""
    DISQUALIFIED = "Disqualified"
    """Doesn't qualify for more."""


class ConversationStatus(StrEnum):
    """The state of a chatbot conversation."""

    STARTED = "started"
    """The visitor has answered, and it goes on."""
    CLOSED = "closed"
    """It came to its end, or the visitor began another one."""
    ABANDONED = "abandoned"
    """The visitor said nothing for more than 10 minutes."""


class RoleName(StrEnum):
    """A user's role. The Account Owner can't be assigned or updated through the API."""

    ACCOUNT_OWNER = "Account Owner"
    """May do all that an administrator may, and hand over the account."""
    ADMINISTRATOR = "Administrator"
    """Manages users, teams, billing and the account's settings."""
    MEMBER = "Member"
    """Manages their own booking links."""
    TEAM_MANAGER = "Team Manager"
    """Manages the users of a team and their booking links."""


class RecipientType(StrEnum):
    """Who received a text message."""

    CONTACT = "contact"
    """A contact: somebody who books or chats."""
    USER = "user"
    """A user of the account."""


class SmsStatus(StrEnum):
    """What became of a text message."""

    SENT = "sent"
    """On its way: nothing has been heard of its arrival yet."""
    FAILED = "failed"
    """It was sent and couldn't be delivered."""
    DELIVERED = "delivered"
    """It has reached the recipient's device."""
    REJECTED = "rejected"
    """It wasn't sent, because the phone number isn't valid."""


class SlotLocationType(StrEnum):
    """Where a meeting in a time slot can take place."""

    PHYSICAL = "physical"
    """In person, at an address of the host's."""
    VIRTUAL = "virtual"
    """Online, with a link made for the meeting."""
    VIRTUAL_STATIC = "virtual_static"
    """Online, with a link that is always the same."""
    GUEST_PHONE = "guest_phone"
    """By phone, at the number that the guest gives."""
    IN_PERSON_BY_GUEST = "in_person_by_guest"
    """In person, at the place that the guest gives."""


class ConferencingService(StrEnum):
    """What a virtual meeting takes place in."""

    GOOGLE_MEET = "google_meet"
    """Google Meet."""
    MICROSOFT_TEAMS = "microsoft_teams"
    """Microsoft Teams."""
    ZOOM = "zoom"
    """Zoom."""
    WEBEX = "webex"
    """Webex Meetings."""
    GOTOMEETING = "gotomeeting"
    """GoToMeeting."""


class AvailabilityLocationType(StrEnum):
    """Where a user takes meetings; not the same names as in time slots."""

    IN_PERSON_BY_HOST = "in_person_by_host"
    """In person, at an address of the host's."""
    IN_PERSON_BY_GUEST = "in_person_by_guest"
    """In person, at the place that the guest gives."""
    ONLINE_DYNAMIC_LINK = "online_dynamic_link"
    """Online, with a link made for each meeting."""
    ONLINE_STATIC_LINK = "online_static_link"
    """Online, with a link that is always the same."""
    PHONE_BY_GUEST = "phone_by_guest"
    """By phone, at the number that the guest gives."""


class EventName(StrEnum):
    """What a webhook can report. `BOOKING` subscribes to all `booking.*` events at once."""

    BOOKING = "booking"
    """All events of bookings. One subscribes to it; what arrives has its own name."""
    BOOKING_SCHEDULED = "booking.scheduled"
    """A guest has booked, or a user has approved what a guest asked for."""
    BOOKING_RESCHEDULED = "booking.rescheduled"
    """A guest has moved a booking to another time; its host stays the same."""
    BOOKING_REASSIGNED = "booking.reassigned"
    """A booking was given to another user; of booking calendars only."""
    BOOKING_CANCELED_THEN_RESCHEDULED = "booking.canceled_then_rescheduled"
    """A guest has canceled and booked again with another host."""
    BOOKING_CANCELED_RESCHEDULE_REQUESTED = "booking.canceled_reschedule_requested"
    """A user has canceled and asked the guest to choose another time."""
    BOOKING_CANCELED = "booking.canceled"
    """A user or a guest has canceled."""
    BOOKING_COMPLETED = "booking.completed"
    """The end of the meeting has passed."""
    BOOKING_NO_SHOW = "booking.no_show"
    """A user has said that the guest didn't come."""
    CONVERSATION_REACHED_OUT = "conversation.reached_out"
    """A bot spoke to a visitor by itself; only older pages of the vendor's have it."""
    CONVERSATION_STARTED = "conversation.started"
    """A visitor has begun to answer a bot."""
    CONVERSATION_CLOSED = "conversation.closed"
    """A conversation came to its end, or its visitor began another one."""
    CONVERSATION_ABANDONED = "conversation.abandoned"
    """A visitor said nothing for more than 10 minutes."""

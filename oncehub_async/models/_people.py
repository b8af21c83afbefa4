"""Who books and chats, and what is sent to them.

https://help.oncehub.com/developers/api/#tag/contacts
https://help.oncehub.com/developers/api/#tag/webhook-events
https://help.oncehub.com/developers/api/#tag/notifications
"""

from datetime import datetime
from typing import Any

import attrs

from ._account import User
from ._base import CustomField, Deleted, Model


@attrs.frozen(kw_only=True, repr=False)
class Contact(Model):
    """A contact. Times are in UTC, phone numbers in E.164, `timezone` is an IANA name.

    `terms_of_sevice` is the vendor's spelling.
    """

    _shown = ("id", "status", "creation_time")

    id: str
    """The contact's id, such as CTC-J4FR05BKEW. Of two contacts that are merged one loses it."""
    object: str | None = None
    """The kind of object: "contact"."""
    creation_time: datetime | None = None
    """When the contact was made, in UTC."""
    last_updated_time: datetime | None = None
    """When anything in it was last changed, in UTC."""
    last_interacted_time: datetime | None = None
    """When the contact last booked, chatted or the like, in UTC; null before that."""
    owner: str | User | Deleted | None = None
    """The user whom the contact belongs to."""
    status: str | None = None
    """How far the contact has come: a `ContactStatus`; null where none was set."""
    city: str | None = None
    """The city."""
    company_size: str | None = None
    """How many work at the contact's company, as a span such as "201-500"."""
    company: str | None = None
    """The company's name."""
    country: str | None = None
    """The country."""
    email: str | None = None
    """The email address. No other contact has the same."""
    employees: int | None = None
    """The number of employees."""
    first_name: str | None = None
    """The first name."""
    has_consent: bool | None = None
    """Whether the contact has given consent."""
    job_title: str | None = None
    """The job title."""
    last_name: str | None = None
    """The last name."""
    mobile_phone: str | None = None
    """The mobile phone number, in E.164 such as +12025550195. No other contact has the same."""
    phone: str | None = None
    """The phone number, in E.164 such as +12025550100."""
    post_code: str | None = None
    """The postal code."""
    salutation: str | None = None
    """How the contact is addressed, such as "Ms."."""
    state: str | None = None
    """The state or province."""
    street_address: str | None = None
    """The street and number."""
    terms_of_sevice: bool | None = None
    """Whether the terms of service were accepted. The spelling is the vendor's."""
    timezone: str | None = None
    """The contact's time zone, as an IANA name such as America/New_York."""
    custom_fields: tuple[CustomField, ...] | None = None
    """The custom fields that the account has for contacts."""


@attrs.frozen(kw_only=True, repr=False)
class Bot(Model):
    """The bot that led a conversation."""

    id: str
    """The bot's id, such as BOT-62774A40FB."""
    object: str | None = None
    """The kind of object: "bot"."""
    name: str | None = None
    """The bot's name."""


@attrs.frozen(kw_only=True, repr=False)
class Website(Model):
    """The website on which a conversation took place."""

    id: str
    """The website's id, such as WEB-B1D45D12BB."""
    object: str | None = None
    """The kind of object: "website"."""
    name: str | None = None
    """The website's name."""
    url: str | None = None
    """The website's address."""


@attrs.frozen(kw_only=True, repr=False)
class Audience(Model):
    """The audience that a conversation was meant for."""

    id: str
    """The audience's id, such as AUD-123ABC456."""
    object: str | None = None
    """The kind of object: "audience"."""
    name: str | None = None
    """The audience's name."""


@attrs.frozen(kw_only=True, repr=False)
class Answer(Model):
    """What a visitor answered to one question."""

    id: str | None = None
    """The id of the interaction, such as INT-5D22DCBE36."""
    internal_label: str | None = None
    """The question's name inside the account."""
    question: str | None = None
    """The question that was asked."""
    value: Any = attrs.field(default=None, hash=False)
    """A text as documented, or whatever else the question's kind gives."""


@attrs.frozen(kw_only=True, repr=False)
class Conversation(Model):
    """A conversation. Times are in UTC; `bookings` holds booking ids."""

    _shown = ("id", "status", "creation_time")

    id: str
    """The conversation's id, such as CVR-022EAEA41C."""
    object: str | None = None
    """The kind of object: "conversation"."""
    creation_time: datetime | None = None
    """When the conversation was made, in UTC."""
    initiated_by: str | None = None
    """Who began it: `bot` (which reached out by itself) or `contact` (a visitor who clicked)."""
    last_updated_time: datetime | None = None
    """When anything in it was last changed, in UTC."""
    last_interacted_time: datetime | None = None
    """When somebody last said something in it, in UTC."""
    contact: str | Contact | Deleted | None = None
    """The contact who took part in it."""
    owner: str | User | Deleted | None = None
    """The user whom the conversation belongs to."""
    status: str | None = None
    """Where the conversation stands: a `ConversationStatus`."""
    bot: str | Bot | Deleted | None = None
    """The bot that led it."""
    website: str | Website | Deleted | None = None
    """The website on which it took place."""
    audience: str | Audience | Deleted | None = None
    """The audience that it was meant for; null where there was none."""
    answers: tuple[Answer, ...] | None = None
    """What the visitor answered."""
    bookings: tuple[str, ...] | None = None
    """The ids of the bookings that were made in it."""


@attrs.frozen(kw_only=True, repr=False)
class SmsDetails(Model):
    """To whom a text message went and what it said."""

    _shown = ("segment_count",)

    delivered_to: str | None = None
    """The phone number that it was sent to."""
    message_body: str | None = None
    """The text of the message."""
    segment_count: int | None = None
    """How many parts it was sent in; each of them is charged."""


@attrs.frozen(kw_only=True, repr=False)
class SmsNotification(Model):
    """A text message that was sent for the account."""

    _shown = ("id", "status", "recipient_type", "creation_time")

    id: str
    """The text message's id, such as SMS-8X92M293."""
    object: str | None = None
    """The kind of object: "notification"."""
    type: str | None = None
    """The kind of notification: "sms"."""
    status: str | None = None
    """What became of it: an `SmsStatus`."""
    creation_time: datetime | None = None
    """When it was made, in UTC."""
    recipient: str | Contact | User | Deleted | None = None
    """The contact or the user to whom it was sent."""
    recipient_type: str | None = None
    """Which of the two: a `RecipientType`."""
    details: SmsDetails | None = None
    """Where it went, and what it said."""

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
    object: str | None = None
    creation_time: datetime | None = None
    last_updated_time: datetime | None = None
    last_interacted_time: datetime | None = None
    owner: str | User | Deleted | None = None
    status: str | None = None
    city: str | None = None
    company_size: str | None = None
    company: str | None = None
    country: str | None = None
    email: str | None = None
    employees: int | None = None
    first_name: str | None = None
    has_consent: bool | None = None
    job_title: str | None = None
    last_name: str | None = None
    mobile_phone: str | None = None
    phone: str | None = None
    post_code: str | None = None
    salutation: str | None = None
    state: str | None = None
    street_address: str | None = None
    terms_of_sevice: bool | None = None
    timezone: str | None = None
    custom_fields: tuple[CustomField, ...] | None = None


@attrs.frozen(kw_only=True, repr=False)
class Bot(Model):
    """The bot that led a conversation."""

    id: str
    object: str | None = None
    name: str | None = None


@attrs.frozen(kw_only=True, repr=False)
class Website(Model):
    """The website on which a conversation took place."""

    id: str
    object: str | None = None
    name: str | None = None
    url: str | None = None


@attrs.frozen(kw_only=True, repr=False)
class Audience(Model):
    """The audience that a conversation was meant for."""

    id: str
    object: str | None = None
    name: str | None = None


@attrs.frozen(kw_only=True, repr=False)
class Answer(Model):
    """What a visitor answered to one question."""

    id: str | None = None
    internal_label: str | None = None
    question: str | None = None
    value: Any = attrs.field(default=None, hash=False)
    """A text as documented, or whatever else the question's kind gives."""


@attrs.frozen(kw_only=True, repr=False)
class Conversation(Model):
    """A conversation. Times are in UTC; `bookings` holds booking ids."""

    _shown = ("id", "status", "creation_time")

    id: str
    object: str | None = None
    creation_time: datetime | None = None
    initiated_by: str | None = None
    last_updated_time: datetime | None = None
    last_interacted_time: datetime | None = None
    contact: str | Contact | Deleted | None = None
    owner: str | User | Deleted | None = None
    status: str | None = None
    bot: str | Bot | Deleted | None = None
    website: str | Website | Deleted | None = None
    audience: str | Audience | Deleted | None = None
    answers: tuple[Answer, ...] | None = None
    bookings: tuple[str, ...] | None = None


@attrs.frozen(kw_only=True, repr=False)
class SmsDetails(Model):
    """To whom a text message went and what it said."""

    _shown = ("segment_count",)

    delivered_to: str | None = None
    message_body: str | None = None
    segment_count: int | None = None


@attrs.frozen(kw_only=True, repr=False)
class SmsNotification(Model):
    """A text message. The time is in UTC."""

    _shown = ("id", "status", "recipient_type", "creation_time")

    id: str
    object: str | None = None
    type: str | None = None
    status: str | None = None
    creation_time: datetime | None = None
    recipient: str | Contact | User | Deleted | None = None
    recipient_type: str | None = None
    details: SmsDetails | None = None

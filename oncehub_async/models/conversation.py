"""A chatbot conversation. https://developers.oncehub.com/reference/the-conversation-object"""

from datetime import datetime
from typing import Any

import attrs

from .base import Model
from .contact import Contact
from .deleted import Deleted
from .user import User


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

"""A text message that OnceHub sent. https://developers.oncehub.com/reference/notifications"""

from datetime import datetime

import attrs

from .base import Model
from .contact import Contact
from .deleted import Deleted
from .user import User


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

"""A person that books or chats. https://developers.oncehub.com/reference/the-contact-object"""

from datetime import datetime

import attrs

from .base import Model
from .custom_field import CustomField
from .deleted import Deleted
from .user import User


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

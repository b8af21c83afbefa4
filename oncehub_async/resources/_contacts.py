"""Contacts. https://help.oncehub.com/developers/api/#tag/contacts/GET/contacts"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypedDict, Unpack

from .._ground import UNSET, Unset, checks
from .._http import Operation
from .._lists import Listing
from ..errors import InvalidParameterError
from ..models import Contact, ContactStatus, Deleted
from ._body_fields import Extra, shared_fields, some_with_extra, spelled_out_fields, with_extra
from ._resource import Resource

_LIST = Operation("GET", "/contacts")
_CREATE = Operation("POST", "/contacts")
_GET = Operation("GET", "/contacts/{id}")
_UPDATE = Operation("PATCH", "/contacts/{id}")
_DELETE = Operation("DELETE", "/contacts/{id}")

OptionalText = str | Unset | None
OptionalFlag = bool | Unset | None


class ContactFields(TypedDict, total=False):
    """What can be set when a contact is added, and changed later."""

    phone: OptionalText
    owner: OptionalText
    status: ContactStatus | OptionalText
    salutation: OptionalText
    job_title: OptionalText
    company: OptionalText
    company_size: OptionalText
    employees: int | Unset | None
    street_address: OptionalText
    city: OptionalText
    state: OptionalText
    post_code: OptionalText
    country: OptionalText
    timezone: OptionalText
    has_consent: OptionalFlag
    terms_of_sevice: OptionalFlag
    custom_fields: Mapping[str, Any] | Unset


class Contacts(Resource):
    """The people who book and chat."""

    def list(
        self,
        *,
        email: str | None = None,
        creation_time_gt: datetime | None = None,
        creation_time_lt: datetime | None = None,
        last_updated_time_gt: datetime | None = None,
        last_updated_time_lt: datetime | None = None,
        limit: int = checks.MAX_LIMIT,
        after: str | None = None,
        before: str | None = None,
    ) -> Listing[Contact]:
        """All contacts, newest first, or those that match every filter that is given.

        https://help.oncehub.com/developers/api/#tag/contacts/GET/contacts
        """
        query = {
            **checks.texts_of({"email": email}),
            **checks.time_range("creation_time", creation_time_gt, creation_time_lt),
            **checks.time_range("last_updated_time", last_updated_time_gt, last_updated_time_lt),
            **checks.page(limit, after, before),
        }
        return self._listing(_LIST, Contact, query)

    async def get(self, id: str) -> Contact:
        """One contact. Raises `NotFoundError`, or `DeletedObjectError`.

        https://help.oncehub.com/developers/api/#tag/contacts/GET/contacts/{id}
        """
        return await self._call(_GET, Contact, id=checks.object_id(id))

    @spelled_out_fields(ContactFields)
    async def create(
        self,
        *,
        first_name: str,
        last_name: str,
        email: OptionalText = UNSET,
        mobile_phone: OptionalText = UNSET,
        extra: Extra = None,
        **fields: Unpack[ContactFields],
    ) -> Contact:
        """Add a contact. An email address or a mobile phone number (E.164) is needed.

        `timezone` is an IANA name, `custom_fields` maps names to values. Raises `ConflictError`
        where the address or number is another contact's.

        `extra` holds fields of the body that this package has no parameter for.

        https://help.oncehub.com/developers/api/#tag/contacts/POST/contacts
        """
        if not any(isinstance(value, str) and value.strip() for value in (email, mobile_phone)):
            raise InvalidParameterError("email", "pass an email or a mobile_phone")
        for name, value in (("email", email), ("mobile_phone", mobile_phone)):
            if isinstance(value, str):
                checks.filled_text(value, name)
        body = {
            "first_name": checks.filled_text(first_name, "first_name"),
            "last_name": checks.filled_text(last_name, "last_name"),
            "email": email,
            "mobile_phone": mobile_phone,
            **_checked(fields),
        }
        body = with_extra(body, extra, named=ContactFields.__annotations__)
        return await self._call(_CREATE, Contact, body=body)

    @spelled_out_fields(ContactFields)
    async def update(
        self,
        id: str,
        *,
        first_name: OptionalText = UNSET,
        last_name: OptionalText = UNSET,
        extra: Extra = None,
        **fields: Unpack[ContactFields],
    ) -> Contact:
        """Change fields of a contact: what is not passed stays, None sets a field to null.

        The email address and the mobile phone number can't be changed. Of the custom fields only
        those that are passed change.

        `extra` holds fields of the body that this package has no parameter for.

        https://help.oncehub.com/developers/api/#tag/contacts/PATCH/contacts/{id}
        """
        body = {"first_name": first_name, "last_name": last_name, **_checked(fields)}
        body = some_with_extra(body, extra, named=ContactFields.__annotations__)
        return await self._call(_UPDATE, Contact, id=checks.object_id(id), body=body)

    async def delete(self, id: str) -> Deleted:
        """Delete a contact.

        https://help.oncehub.com/developers/api/#tag/contacts/DELETE/contacts/{id}
        """
        return await self._call(_DELETE, Deleted, id=checks.object_id(id))


def _checked(given: ContactFields) -> dict[str, object]:
    fields = shared_fields(given, ContactFields)
    if isinstance(fields.get("timezone"), str):
        checks.time_zone(fields["timezone"], "timezone")
    if isinstance(fields.get("status"), str):
        checks.tell_undocumented((fields["status"],), ContactStatus, "status")
    if "custom_fields" in fields:
        fields["custom_fields"] = _custom_fields(fields["custom_fields"])
    return fields


def _custom_fields(value: Mapping[str, Any] | Unset) -> object:
    if isinstance(value, Unset):
        return value
    named = checks.mapping(value, "custom_fields", "names to values")
    return [{"name": name, "value": each} for name, each in named.items()]

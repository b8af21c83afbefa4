"""Contacts. https://developers.oncehub.com/reference/list-all-contacts"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from .. import parameters
from ..errors import InvalidParameterError
from ..listing import Listing
from ..models import Contact, ContactStatus, Deleted
from ..parameters import UNSET, Unset
from ..request import Operation
from .base import Resource

_LIST = Operation("GET", "/contacts")
_CREATE = Operation("POST", "/contacts")
_GET = Operation("GET", "/contacts/{id}")
_UPDATE = Operation("PATCH", "/contacts/{id}")
_DELETE = Operation("DELETE", "/contacts/{id}")

OptionalText = str | Unset | None
OptionalFlag = bool | Unset | None


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
        limit: int = parameters.MAX_LIMIT,
        after: str | None = None,
        before: str | None = None,
    ) -> Listing[Contact]:
        """All contacts, newest first, or those that match every filter that is given.

        https://developers.oncehub.com/reference/list-all-contacts
        """
        query = {
            **parameters.texts_of({"email": email}),
            **parameters.time_range("creation_time", creation_time_gt, creation_time_lt),
            **parameters.time_range(
                "last_updated_time", last_updated_time_gt, last_updated_time_lt
            ),
            **parameters.page(limit, after, before),
        }
        return self._listing(_LIST, Contact, query)

    async def get(self, id: str) -> Contact:
        """One contact. Raises `NotFoundError`, or `DeletedObjectError`.

        https://developers.oncehub.com/reference/get-a-single-contact
        """
        return await self._call(_GET, Contact, id=parameters.object_id(id))

    async def create(
        self,
        *,
        first_name: str,
        last_name: str,
        email: OptionalText = UNSET,
        mobile_phone: OptionalText = UNSET,
        phone: OptionalText = UNSET,
        owner: OptionalText = UNSET,
        status: ContactStatus | OptionalText = UNSET,
        salutation: OptionalText = UNSET,
        job_title: OptionalText = UNSET,
        company: OptionalText = UNSET,
        company_size: OptionalText = UNSET,
        employees: int | Unset | None = UNSET,
        street_address: OptionalText = UNSET,
        city: OptionalText = UNSET,
        state: OptionalText = UNSET,
        post_code: OptionalText = UNSET,
        country: OptionalText = UNSET,
        timezone: OptionalText = UNSET,
        has_consent: OptionalFlag = UNSET,
        terms_of_sevice: OptionalFlag = UNSET,
        custom_fields: Mapping[str, Any] | Unset = UNSET,
    ) -> Contact:
        """Add a contact. An email address or a mobile phone number (E.164) is needed.

        `timezone` is an IANA name, `custom_fields` maps names to values. Raises `ConflictError`
        where the address or number is another contact's.

        https://developers.oncehub.com/reference/add-a-new-contact
        """
        if not any(isinstance(value, str) and value.strip() for value in (email, mobile_phone)):
            raise InvalidParameterError("email", "pass an email or a mobile_phone")
        for name, value in (("email", email), ("mobile_phone", mobile_phone)):
            if isinstance(value, str):
                parameters.required_text(value, name)
        fields = {
            "first_name": parameters.required_text(first_name, "first_name"),
            "last_name": parameters.required_text(last_name, "last_name"),
            "email": email,
            "mobile_phone": mobile_phone,
            "phone": phone,
            "owner": owner,
            "status": status,
            "salutation": salutation,
            "job_title": job_title,
            "company": company,
            "company_size": company_size,
            "employees": employees,
            "street_address": street_address,
            "city": city,
            "state": state,
            "post_code": post_code,
            "country": country,
            "timezone": _time_zone(timezone),
            "has_consent": has_consent,
            "terms_of_sevice": terms_of_sevice,
            "custom_fields": _custom_fields(custom_fields),
        }
        return await self._call(_CREATE, Contact, body=parameters.given(fields))

    async def update(
        self,
        id: str,
        *,
        first_name: OptionalText = UNSET,
        last_name: OptionalText = UNSET,
        phone: OptionalText = UNSET,
        owner: OptionalText = UNSET,
        status: ContactStatus | OptionalText = UNSET,
        salutation: OptionalText = UNSET,
        job_title: OptionalText = UNSET,
        company: OptionalText = UNSET,
        company_size: OptionalText = UNSET,
        employees: int | Unset | None = UNSET,
        street_address: OptionalText = UNSET,
        city: OptionalText = UNSET,
        state: OptionalText = UNSET,
        post_code: OptionalText = UNSET,
        country: OptionalText = UNSET,
        timezone: OptionalText = UNSET,
        has_consent: OptionalFlag = UNSET,
        terms_of_sevice: OptionalFlag = UNSET,
        custom_fields: Mapping[str, Any] | Unset = UNSET,
    ) -> Contact:
        """Change fields of a contact: what is not passed stays, None sets a field to null.

        The email address and the mobile phone number can't be changed. Of the custom fields only
        those that are passed change.

        https://developers.oncehub.com/reference/update-a-contact
        """
        fields = {
            "first_name": first_name,
            "last_name": last_name,
            "phone": phone,
            "owner": owner,
            "status": status,
            "salutation": salutation,
            "job_title": job_title,
            "company": company,
            "company_size": company_size,
            "employees": employees,
            "street_address": street_address,
            "city": city,
            "state": state,
            "post_code": post_code,
            "country": country,
            "timezone": _time_zone(timezone),
            "has_consent": has_consent,
            "terms_of_sevice": terms_of_sevice,
            "custom_fields": _custom_fields(custom_fields),
        }
        return await self._call(
            _UPDATE, Contact, id=parameters.object_id(id), body=parameters.some_given(fields)
        )

    async def delete(self, id: str) -> Deleted:
        """Delete a contact.

        https://developers.oncehub.com/reference/delete-a-contact
        """
        return await self._call(_DELETE, Deleted, id=parameters.object_id(id))


def _time_zone(value: OptionalText) -> OptionalText:
    return parameters.time_zone(value, "timezone") if isinstance(value, str) else value


def _custom_fields(value: Mapping[str, Any] | Unset) -> object:
    if isinstance(value, Unset):
        return value
    if not isinstance(value, Mapping):
        raise InvalidParameterError("custom_fields", "expected a mapping of names to values")
    return [{"name": name, "value": each} for name, each in value.items()]

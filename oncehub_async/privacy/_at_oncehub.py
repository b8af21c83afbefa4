"""A person at OnceHub: the contact, and the bookings and text messages of that contact.

https://help.oncehub.com/developers/api/#tag/contacts/GET/contacts
https://help.oncehub.com/developers/api/#tag/bookings/GET/bookings
https://help.oncehub.com/developers/api/#tag/notifications/GET/notifications/sms
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from typing import Any

from .._client import OnceHub
from .._rate import Priority
from ..errors import DeletedObjectError, NotFoundError
from ..models import to_dict
from ..sync import ErasedPeople, Person

ACCOUNT = "OnceHub"


async def contacts_at_oncehub(oncehub: OnceHub, email: str, person: Person) -> Person:
    """The person with what their contacts there tell. Raises `RequestError`."""
    # Whether the filter tells capitals from small letters isn't known.
    for written in dict.fromkeys((email.strip(), *sorted(person.addresses))):
        async for contact in oncehub.contacts.list(email=written).raw():
            person = person.with_contact(contact)
    return person


async def objects_at_oncehub(
    oncehub: OnceHub, person: Person, people: ErasedPeople, *, whole_account: bool
) -> AsyncIterator[tuple[str, Mapping[str, Any]]]:
    """What is there of a person: resource and object, each once.

    With `whole_account` all bookings, contacts, text messages and users are read and looked
    through, a request for each hundred. Raises `RequestError`.
    """
    seen: set[object] = set()
    async for name, item in _listed(oncehub, person, whole_account=whole_account):
        if item.get("id") not in seen and people.names_in(name, item):
            seen.add(item.get("id"))
            yield name, item


async def _listed(
    oncehub: OnceHub, person: Person, *, whole_account: bool
) -> AsyncIterator[tuple[str, Mapping[str, Any]]]:
    if whole_account:
        bulk = oncehub.with_priority(Priority.BULK)
        for name in ("contacts", "bookings", "sms_notifications", "users"):
            async for item in getattr(bulk, name).list().raw():
                yield name, item
        return
    for contact in sorted(person.ids):
        # Its bookings are there also where it isn't any more.
        with suppress(NotFoundError, DeletedObjectError):
            yield "contacts", to_dict(await oncehub.contacts.get(contact))
    for contact in sorted(person.ids):
        async for item in oncehub.bookings.list(contact=contact).raw():
            yield "bookings", item
        async for item in oncehub.sms_notifications.list(recipient=contact).raw():
            yield "sms_notifications", item

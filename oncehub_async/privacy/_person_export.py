"""Gathers all that is kept of a person, wherever it is."""

import secrets
from collections.abc import AsyncIterator, Mapping
from typing import Any

from .._ground import Clock
from ..sync import ErasedPeople, Person, contacts_of, reading, rows_of_person, with_digests
from ._at_oncehub import ACCOUNT, contacts_at_oncehub, objects_at_oncehub
from ._by_hand import by_hand
from ._person_data import FoundAt, PersonData, PlaceKind
from ._person_places import PersonPlaces, checked_email


async def export_person(
    email: str, places: PersonPlaces, *, whole_account: bool = False
) -> PersonData:
    """All that these places keep of a person.

    A person is found by the address, and by what the contacts with this address tell: their ids
    and phone numbers. At OnceHub that finds what belongs to these contacts; with `whole_account`
    all bookings and text messages are read, which also finds whom others have brought along.

    Raises `InvalidParameterError`, `ConfigurationError` (a `hash_key` is missing), `RequestError`,
    `SyncError`, `ManifestError`, `BrokenFileError`, `InboxError` and `OSError`.
    """
    person = await known_person(email, places)
    people = ErasedPeople.of(secrets.token_hex()).with_person(person)
    found: list[FoundAt] = []
    bookings: set[str] = set()
    if places.oncehub is not None:
        objects = objects_at_oncehub(places.oncehub, person, people, whole_account=whole_account)
        at_oncehub = FoundAt(ACCOUNT, PlaceKind.ACCOUNT, await _by_name(objects))
        bookings = {str(each.get("id")) for each in at_oncehub.found.get("bookings", ())}
        found.append(at_oncehub)
    for url in places.databases:
        async with reading(url) as reader:
            known = await with_digests(reader, person, places.key)
            rows = await _by_name(rows_of_person(reader, known))
            found.append(FoundAt(reader.shown, PlaceKind.DATABASE, rows))
    clock = Clock() if places.oncehub is None else places.oncehub.clock
    return PersonData(
        email=checked_email(email), made=clock.date(), places=found, by_hand=by_hand(bookings)
    )


async def known_person(email: str, places: PersonPlaces) -> Person:
    """The person with all that their contacts tell, in whatever place they are."""
    person = Person.of(checked_email(email))
    if places.oncehub is not None:
        person = await contacts_at_oncehub(places.oncehub, email, person)
    for url in places.databases:
        async with reading(url) as reader:
            person = await contacts_of(reader, person)
    return person


async def _by_name(
    objects: AsyncIterator[tuple[str, Mapping[str, Any]]],
) -> dict[str, list[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = {}
    async for name, item in objects:
        found.setdefault(name, []).append(item)
    return found

"""Gathers all that is kept of a person, wherever it is."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import attrs

from .._ground import Clock
from ..export import MANIFEST_NAME, exported_objects, read_manifest
from ..sync import ErasedPeople, Person, contacts_of, reading, rows_of_person, with_digests
from ..webhooks import opened_inbox
from ._at_oncehub import ACCOUNT, contacts_at_oncehub, objects_at_oncehub
from ._by_hand import by_hand
from ._in_inbox import all_events, events_of_person
from ._person_data import FoundAt, PersonData, PlaceKind
from ._person_places import PersonPlaces, checked_email, in_folder

_CONTACT = "CTC-"


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
    for folder in places.exports:
        with in_folder(folder):
            exported = await asyncio.to_thread(_exported, Path(folder), people)
        found.append(FoundAt(str(folder), PlaceKind.EXPORT, exported))
    for place in places.inboxes:
        async with opened_inbox(place) as inbox:
            events = await _by_name(
                (event.type, said) async for event, said in events_of_person(inbox, people)
            )
        found.append(FoundAt(shown_inbox(place), PlaceKind.INBOX, events))
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
            known = await contacts_of(reader, await with_digests(reader, person, places.key))
            person = attrs.evolve(known, digests=person.digests)
    for folder in places.exports:
        with in_folder(folder):
            person = await asyncio.to_thread(_learned_from_export, person, Path(folder))
    for place in places.inboxes:
        async with opened_inbox(place) as inbox:
            async for _, said in all_events(inbox):
                person = _learned(person, said.get("data"))
    return person


def shown_inbox(place: str) -> str:
    """Where an inbox is, without user and password."""
    parts = urlsplit(place) if "://" in place else None
    return place if parts is None else f"{parts.scheme}://{parts.hostname}{parts.path}"


def _exported(folder: Path, people: ErasedPeople) -> dict[str, list[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = {}
    for file, resource, data in exported_objects(folder):
        if people.names_in(resource, data):
            found.setdefault(file, []).append(data)
    manifest = read_manifest(folder)
    for name, entry in manifest.resources.items() if manifest is not None else ():
        filters = dict(entry.arguments)
        if people.names_by_more_than_ids(filters):
            found.setdefault(MANIFEST_NAME, []).append({"resource": name, "filters": filters})
    return found


def _learned_from_export(person: Person, folder: Path) -> Person:
    for _, resource, data in exported_objects(folder):
        person = person.with_contact(data) if resource == "contacts" else _learned(person, data)
    return person


def _learned(person: Person, data: Any) -> Person:
    """With what an object tells whose contact is in it."""
    for name in ("contact", "recipient"):
        contact = data.get(name) if isinstance(data, Mapping) else None
        if isinstance(contact, Mapping) and str(contact.get("id")).startswith(_CONTACT):
            person = person.with_contact(contact)
    return person


async def _by_name(
    objects: AsyncIterator[tuple[str, Mapping[str, Any]]],
) -> dict[str, list[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = {}
    async for name, item in objects:
        found.setdefault(name, []).append(item)
    return found
